/** Changes that must not affect the numbers, for accounts with spot, margin and contracts in any currency. */
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FillEntry, LedgerEntry, TransferEntry } from '../../src/entries/entry.ts';
import type { Mark } from '../../src/entries/mark.ts';
import { toHistoryJson } from '../../src/history/account-history.ts';
import { buildAccountHistory, type HistoryInput } from '../../src/history/build-account-history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { at, contractFill, fill, mark, transfer } from '../entries/entries.ts';

const START = at('2024-01-01');
const DAY = 86_400_000;
const DAYS = 12;
const RUNS = { numRuns: 40 };
const SYMBOLS = ['BTC/USDT', 'ETH/BTC', 'BTC/USDT:USDT', 'BTC/USD:BTC'] as const;

const cents = (min: number, max: number) =>
  fc.integer({ min: min * 100, max: max * 100 }).map((value) => (value / 100).toFixed(2));
const time = fc.integer({ min: 1, max: DAYS * DAY - 1 }).map((offset) => START + offset);
const side = fc.constantFrom('buy' as const, 'sell' as const);

const anyFill = fc
  .tuple(time, side, cents(1, 3), fc.constantFrom(...SYMBOLS), cents(80, 120))
  .map(([when, way, quantity, symbol, price]): FillEntry => {
    if (symbol.includes(':')) return contractFill(when, way, quantity, symbol, price, { size: '2' });
    return fill(when, way, quantity, symbol, symbol === 'ETH/BTC' ? '0.05' : price, '0.01 USDT');
  });

const anyTransfer = fc
  .tuple(time, fc.constantFrom('deposit' as const, 'withdrawal' as const), cents(1, 500))
  .map(([when, direction, amount]) => transfer(when, direction, `${amount} USDT`));

/** Daily closes of all assets, with volumes close to the holdings, and the minute of each fill and transfer. */
function marksOf(entries: readonly LedgerEntry[], prices: readonly string[]): readonly Mark[] {
  const quoteOf = (symbol: string) => symbol.split('/')[1]!.split(':')[0]!;
  const pairs = ['BTC/USDT', 'ETH/USDT', 'EUR/USDT', 'BTC/USDT:USDT', 'BTC/USD:BTC'].map((symbol) => ({
    asset: symbol.includes(':') ? symbol : symbol.split('/')[0]!,
    quote: quoteOf(symbol),
  }));
  const priceOf = (asset: string, i: number) => {
    if (asset === 'ETH') return '5';
    return asset === 'EUR' ? '1.25' : prices[i % prices.length]!;
  };
  const days = Array.from({ length: DAYS + 1 }, (_, day) =>
    pairs.map(({ asset, quote }, i) => {
      const price = priceOf(asset, day * 3 + i);
      return { ...mark(START + day * DAY, asset, price), quote, volume: '30', vwap: priceOf(asset, day) };
    }),
  ).flat();
  const minutes = entries.flatMap((entry, n) => {
    const end = (Math.floor(entry.time / 60_000) + 1) * 60_000;
    return [end - 60_000, end].flatMap((close) =>
      pairs.map(({ asset, quote }, i) => {
        const price = priceOf(asset, n + i);
        const range = asset === 'ETH' || asset === 'EUR' ? {} : { low: '90', high: '110' };
        return { ...mark(close, asset, price, '1m'), quote, ...range };
      }),
    );
  });
  return [...days, ...minutes];
}

const anyInput = fc
  .record({
    fills: fc.array(anyFill, { maxLength: 12 }),
    transfers: fc.array(anyTransfer, { maxLength: 3 }),
    prices: fc.array(cents(80, 120), { minLength: 5, maxLength: 20 }),
    reportingCurrency: fc.constantFrom('USDT', 'EUR', 'BTC'),
  })
  .map(({ fills, transfers, prices, reportingCurrency }): HistoryInput => {
    const entries = [transfer(START, 'deposit', '100000 USDT'), ...fills, ...transfers];
    const marks = marksOf(entries, prices);
    return { entries, marks, snapshots: [], reportingCurrency, asOf: START + DAYS * DAY };
  });

function analyse(input: HistoryInput) {
  const history = buildAccountHistory(input);
  return { history: toHistoryJson(history), metrics: computeMetrics(history) };
}

const shuffled = <T>(items: readonly T[]) =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });

describe('when entries and marks arrive in another order, and more than once', () => {
  it('changes nothing', () => {
    const cases = anyInput.chain((input) =>
      fc.tuple(fc.constant(input), shuffled([...input.entries, ...input.entries]), shuffled(input.marks)),
    );
    fc.assert(
      fc.property(cases, ([input, entries, marks]) => {
        expect(JSON.stringify(analyse({ ...input, entries, marks }))).toBe(JSON.stringify(analyse(input)));
      }),
      RUNS,
    );
  });
});

/** Both sides of a transfer between two accounts, or between two wallets of one account. */
const anyPair = fc
  .tuple(time, cents(1, 900), fc.boolean(), fc.uuid())
  .map(([when, amount, ofOneAccount, transactionHash]): readonly TransferEntry[] =>
    ofOneAccount
      ? [
          transfer(when, 'withdrawal', `${amount} USDT`, { counterWallet: 'usdm' }),
          transfer(when, 'deposit', `${amount} USDT`, {
            counterWallet: 'spot',
            wallet: 'usdm',
            market: 'linear',
          }),
        ]
      : [
          transfer(when, 'withdrawal', `${amount} USDT`, { transactionHash }),
          transfer(when + 5, 'deposit', `${amount} USDT`, { transactionHash, account: 'a1', venue: 'okx' }),
        ],
  );

describe('when money moves between own accounts and wallets', () => {
  it('changes no value, flow or return', () => {
    fc.assert(
      fc.property(anyInput, fc.array(anyPair, { maxLength: 5 }), (input, moved) => {
        const [plain, busy] = [input, { ...input, entries: [...input.entries, ...moved.flat()] }].map(
          (each) => analyse(each).history,
        );
        const { internalTransferCount, ...quality } = busy!.dataQuality;
        expect(busy!.nav).toEqual(plain!.nav);
        expect(busy!.returns).toEqual(plain!.returns);
        expect(busy!.flows).toEqual(plain!.flows);
        expect({ ...quality, internalTransferCount: 0 }).toEqual(plain!.dataQuality);
        expect(internalTransferCount).toBe(moved.length);
      }),
      RUNS,
    );
  });
});

const scaleText = (text: string) => new Decimal(text).times(1000).toFixed();

function scaleEntry(entry: LedgerEntry): LedgerEntry {
  if (entry.kind !== 'fill') return { ...entry, amount: scaleText(entry.amount) };
  const fee = entry.fee && { ...entry.fee, amount: scaleText(entry.fee.amount) };
  return { ...entry, quantity: scaleText(entry.quantity), fee };
}

describe('when every amount, and the market, is a thousand times larger', () => {
  it('scales the values and keeps the returns', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const marks = input.marks.map((each) => ({
          ...each,
          ...(each.volume !== undefined && { volume: scaleText(each.volume) }),
        }));
        const small = analyse(input).history;
        const large = analyse({ ...input, entries: input.entries.map(scaleEntry), marks }).history;
        large.nav.forEach((nav, day) => {
          const expected = new Decimal(small.nav[day]!).times(1000);
          expect(expected.minus(nav!).abs().div(expected).toNumber()).toBeLessThan(1e-18);
        });
        large.returns.forEach((value, day) => {
          if (small.returns[day] === null) expect(value).toBeNull();
          else expect(value).toBeCloseTo(small.returns[day]!, 12);
        });
        expect(large.dataQuality.positionMoves).toBe(small.dataQuality.positionMoves);
      }),
      RUNS,
    );
  });
});

describe('when all is held in one asset, and flows are in that asset', () => {
  it('has the return of that asset for any flows', () => {
    const flows = fc.array(
      fc.tuple(time, fc.constantFrom('deposit' as const, 'withdrawal' as const), cents(1, 100)),
      { maxLength: 10 },
    );
    const prices = fc.array(cents(50, 150), { minLength: DAYS + 1, maxLength: DAYS + 1 });
    fc.assert(
      fc.property(
        flows,
        prices,
        fc.array(cents(50, 150), { minLength: 10, maxLength: 10 }),
        (moved, closes, ticks) => {
          const transfers = moved.map(([when, direction, amount]) =>
            transfer(when, direction, `${amount} BTC`),
          );
          const history = buildAccountHistory({
            entries: [transfer(START, 'deposit', '10000 BTC'), ...transfers],
            marks: [
              ...closes.map((price, day) => mark(START + day * DAY, 'BTC', price)),
              mark(START, 'BTC', closes[0]!, '1m'),
              ...transfers.map(({ time: when }, i) => mark(when, 'BTC', ticks[i]!, '1m')),
            ],
            snapshots: [],
            reportingCurrency: 'USDT',
            asOf: START + DAYS * DAY,
          });
          history.returns.forEach((value, day) => {
            expect(value).toBeCloseTo(Number(closes[day + 1]) / Number(closes[day]) - 1, 12);
          });
        },
      ),
      RUNS,
    );
  });
});

describe('when a fill is moved to a price outside the range of its minute', () => {
  it('adds no profit and hides no loss', () => {
    const outside = fc.oneof(cents(1, 89), cents(111, 900));
    const which = fc.constantFrom('BTC/USDT', 'BTC/USDT:USDT', 'BTC/USD:BTC');
    fc.assert(
      fc.property(anyInput, outside, side, which, time, (input, price, way, symbol, when) => {
        const make = (paid: string) => ({
          ...(symbol.includes(':') ? contractFill : fill)(when, way, '2', symbol, paid),
          id: 'moved',
        });
        const profitAt = (paid: string) => {
          const entries = [...input.entries, make(paid)];
          const { metrics, history } = analyse({ ...input, entries, marks: marksOf(entries, ['100']) });
          return { profit: Number(metrics.absoluteProfit), moves: history.dataQuality.positionMoves };
        };
        const [fair, moved] = [profitAt('100'), profitAt(price)];
        expect(moved.profit).toBeCloseTo(fair.profit, 8);
        expect(moved.moves).toBe(fair.moves + 1);
      }),
      RUNS,
    );
  });
});

describe('when money goes to wallets that are not read and returns', () => {
  const trip = fc.tuple(
    time,
    fc.constantFrom('deposit' as const, 'withdrawal' as const),
    fc.integer({ min: 1, max: 3 }),
  );

  it('has a value when the same amount returns, and the adverse return never exceeds the total return', () => {
    fc.assert(
      fc.property(anyInput, fc.array(trip, { maxLength: 6 }), (input, trips) => {
        const moved = trips.map(([when, direction, amount]) =>
          transfer(when, direction, `${amount * 100} USDT`, { counterWallet: 'funding' }),
        );
        const { history, metrics } = analyse({ ...input, entries: [...input.entries, ...moved] });
        history.days.forEach((end, day) => {
          const away = trips
            .filter(([when]) => when < end)
            .reduce((sum, [, direction, amount]) => sum + (direction === 'deposit' ? -amount : amount), 0);
          expect(history.nav[day] === null).toBe(away !== 0);
        });
        if (metrics.totalReturn === null || metrics.adverseReturn === null) return;
        expect(metrics.adverseReturn).toBeLessThanOrEqual(metrics.totalReturn);
      }),
      RUNS,
    );
  });
});
