/**
 * Random accounts for property tests: two venues, three accounts, contracts, flows, credits, and prices of all kinds.
 */
import fc from 'fast-check';
import { Amount } from '../../src/amount/decimal.ts';
import type { CashEntry, LedgerEntry, TransferEntry } from '../../src/entries/entry.ts';
import type { Mark } from '../../src/entries/mark.ts';
import type { AccountSnapshot } from '../../src/entries/snapshot.ts';
import { at } from '../entries/entries.ts';

export const START = at('2024-03-01');
export const DAY = 86_400_000;
const MINUTE = 60_000;
const DAYS = 6;
/** An instant after all generated entries. */
export const AS_OF = START + DAYS * DAY + 1;

const ACCOUNTS = [
  { venue: 'binance', account: 'a0' },
  { venue: 'binance', account: 'a1' },
  { venue: 'kraken', account: 'a2' },
] as const;
const where = fc.constantFrom(...ACCOUNTS);
/** Coarse steps of five minutes: entries often share an instant with other entries and with marks. */
const time = fc.integer({ min: 0, max: DAYS * 24 * 12 - 1 }).map((i) => START + i * 5 * MINUTE);
const decimal = (min: number, max: number, decimals: number) =>
  fc
    .integer({ min: min * 10 ** decimals, max: max * 10 ** decimals })
    .map((units) => new Amount(units, decimals).toString());
/** Few ids: identities are repeated, sometimes with different contents. */
const id = fc.integer({ min: 1, max: 60 }).map(String);

const spot = fc
  .record({
    id,
    time,
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: decimal(1, 20, 3),
    price: decimal(90, 110, 2),
    base: fc.constantFrom('BTC', 'ETH', 'XRP'),
    quote: fc.constantFrom('USDT', 'EUR'),
    fee: fc.constantFrom(null, '0.05 USDT', '0.002 BNB', '0.0001 BTC', '-0.01 USDT'),
    further: fc.constantFrom(null, null, null, '0.001 BNB'),
    orderId: fc.constantFrom(null, 'o1', 'o2'),
    block: fc.boolean(),
  })
  .map(({ block, fee, further, base, quote, ...rest }) => ({
    ...{
      kind: 'fill',
      wallet: 'spot',
      market: 'spot',
      symbol: `${base}/${quote}`,
      base,
      quote,
      fee: money(fee),
    },
    ...rest,
    ...(further === null ? {} : { furtherFees: [money(further)] }),
    ...(block ? { block } : {}),
  }));

const contract = fc
  .record({
    id,
    time,
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: decimal(1, 9, 0),
    price: decimal(90, 110, 2),
    inverse: fc.boolean(),
    fee: fc.constantFrom(null, '0.03 USDT', '0.0002 BTC'),
    orderId: fc.constantFrom(null, 'o3'),
  })
  .map(({ inverse, fee, ...rest }) => ({
    ...{ kind: 'fill', wallet: 'futures', base: 'BTC', quote: inverse ? 'USD' : 'USDT', fee: money(fee) },
    ...(inverse
      ? { market: 'inverse', symbol: 'BTC/USD:BTC', settle: 'BTC', contractSize: '100' }
      : { market: 'linear', symbol: 'BTC/USDT:USDT', settle: 'USDT', contractSize: '0.1' }),
    ...rest,
  }));

const transfer = fc
  .record({
    id,
    time,
    direction: fc.constantFrom('deposit' as const, 'withdrawal' as const),
    asset: fc.constantFrom('USDT', 'BTC'),
    // Few amounts: transfers of different accounts often have equal amounts.
    amount: fc.constantFrom('5', '5', '40', '700'),
    fee: fc.constantFrom(null, '0.001 BTC', '1 USDT'),
    transactionHash: fc.constantFrom(null, null, 'h1', 'h2'),
    wallet: fc.constantFrom('spot', 'cross'),
    counterWallet: fc.constantFrom(null, null, 'funding', 'cross', 'spot'),
    market: fc.constant('spot' as const),
  })
  .map(
    ({ counterWallet, fee, ...rest }): Omit<TransferEntry, 'venue' | 'account'> => ({
      ...{ kind: 'transfer', fee: money(fee), ...rest },
      ...(counterWallet === null ? {} : { counterWallet }),
    }),
  );

const cash = fc
  .record({
    id,
    time,
    kind: fc.constantFrom<CashEntry['kind'][]>('fee', 'funding', 'interest', 'rebate', 'other'),
    asset: fc.constantFrom('USDT', 'BNB', 'DUST'),
    amount: decimal(-3, 60, 3),
    symbol: fc.constantFrom(null, 'BTC/USDT:USDT'),
    wallet: fc.constantFrom('spot', 'futures'),
    market: fc.constantFrom('spot' as const, 'linear' as const),
  })
  .map((entry): Omit<CashEntry, 'venue' | 'account'> => entry);

const anyEntry = fc
  .tuple(
    where,
    fc.oneof(
      { arbitrary: spot, weight: 6 },
      { arbitrary: contract, weight: 3 },
      { arbitrary: transfer, weight: 3 },
      { arbitrary: cash, weight: 2 },
    ),
  )
  .map(([place, entry]) => ({ ...entry, ...place }) as LedgerEntry);

const PAIRS = ['BTC USDT', 'ETH USDT', 'BNB USDT', 'BTC EUR', 'BTC/USDT:USDT USDT', 'BTC/USD:BTC USD'];
const anyMark = fc
  .record({
    pair: fc.constantFrom(...PAIRS),
    venue: fc.constantFrom('binance', 'kraken'),
    time,
    price: decimal(90, 110, 2),
    kind: fc.constantFrom('day', 'day', 'volume', 'minute', 'range'),
    volume: fc.constantFrom('10', '1000'),
  })
  .map(({ pair, kind, volume, ...rest }): Mark => {
    const [asset, quote] = pair.split(' ') as [string, string];
    const base = { ...rest, asset, quote };
    const end = Math.ceil(rest.time / DAY) * DAY;
    if (kind === 'day') return { ...base, resolution: '1d', time: end };
    if (kind === 'volume') return { ...base, resolution: '1d', time: end, volume, vwap: '99' };
    if (kind === 'minute') return { ...base, resolution: '1m' };
    return { ...base, resolution: '1m', time: rest.time + MINUTE, price: '100', low: '95', high: '105' };
  });

const anySnapshots = fc
  .tuple(
    ...ACCOUNTS.map(({ account }) => fc.tuple(fc.constant(account), fc.option(time), decimal(0, 900, 1))),
  )
  .map((drawn) =>
    drawn.flatMap(([account, when, total]): AccountSnapshot[] =>
      when === null ? [] : [{ account, time: when, balances: [{ asset: 'USDT', total }] }],
    ),
  );

/** What one synchronisation adds, and the question that follows it. */
export interface Step {
  readonly entries: readonly LedgerEntry[];
  readonly marks: readonly Mark[];
  readonly snapshots: readonly AccountSnapshot[];
  readonly asOf: number;
}

const asOf = fc.integer({ min: 1, max: DAYS + 2 }).map((days) => START + days * DAY + 1);

/** Steps in any order of time. Late entries change days that were already reported. */
export const anySteps = fc.array(
  fc.record<Step>({
    entries: fc.array(anyEntry, { maxLength: 12 }),
    marks: fc.array(anyMark, { maxLength: 8 }),
    snapshots: anySnapshots,
    asOf,
  }),
  { minLength: 1, maxLength: 7 },
);

/**
 * The same steps, but most entries of a step are later than those of the steps before. Venues deliver them in this
 * order.
 */
export const stepsInOrder = anySteps.map((steps) => {
  const sorted = steps.flatMap(({ entries }) => entries).sort((a, b) => a.time - b.time);
  let next = 0;
  return steps.map((step): Step => {
    const entries = sorted.slice(next, next + step.entries.length);
    next += step.entries.length;
    return { ...step, entries };
  });
});

/** Parses `0.5 BTC`. */
function money(text: string | null) {
  if (text === null) return null;
  const [amount, currency] = text.split(' ') as [string, string];
  return { amount, currency };
}
