/** Binance spot: fills, deposits, withdrawals, balances and candles. */
import { type Amount, parseDecimal } from '@perf-aggregator/analytics/amount/decimal';
import type { FillEntry } from '@perf-aggregator/analytics/entries/entry';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { Decimal } from 'decimal.js';
import type { Candle, EntryOwner, Market, RowContext, RowReading, Stream, WalletRows } from '../../table.ts';
import {
  fieldsOf,
  listOf,
  malformed,
  toBoolean,
  toDecimal,
  toInstant,
  toKnown,
  toText,
  toUtc,
} from '../../values.ts';

/** Averages, to 15 digits. decimal.js keeps 20 digits by default, and quotients need more before they are rounded. */
const Wide = Decimal.clone({ precision: 60 });

/** Deposit status: 1 success, 6 credited but not yet withdrawable; 0 and 8 on their way; 2 rejected, 7 wrong. */
const DEPOSIT = { settled: ['1', '6'], pending: ['0', '8'], failed: ['2', '7'] };
/** Withdrawal status: 6 completed; 0 email sent, 2 awaiting approval, 4 processing; 1, 3, 5 ended without. */
const WITHDRAWAL = { settled: ['6'], pending: ['0', '2', '4'], failed: ['1', '3', '5'] };
/** `walletType` of deposits and withdrawals. */
const WALLETS: Readonly<Record<string, string>> = { '0': 'spot', '1': 'funding' };
/** "Time interval must be within 0-90 days." */
const LONGEST_MS = 90 * DAY_MS - 1;

export const LAUNCH = Date.UTC(2017, 6, 14);

/** Fills of one market by their ids. */
export const FILL_PAGING: Stream['paging'] = {
  kind: 'rising-id',
  from: 'fromId',
  id: (row) => toText(fieldsOf(row, 'fill')['id'], 'fill id'),
  limit: 'limit',
  page: 1_000,
};

export const SPOT_STREAMS: readonly Stream[] = [
  {
    ...{ name: 'spot fills', call: 'fills', wallets: ['spot'], cadence: 'moved' },
    scope: { product: 'spot' },
    paging: FILL_PAGING,
    windows: null,
    parameters: (symbol) => ({ symbol }),
    rows: (answer) => listOf(answer, 'fills'),
    read: (row, { owner, market, key }) => fillReading(row, owner, market('spot', key), 'spot'),
  },
  transferStream('deposits', 'deposits', 'insertTime'),
  transferStream('withdrawals', 'withdrawals', 'applyTime'),
];

function transferStream(name: string, call: string, time: 'insertTime' | 'applyTime'): Stream {
  return {
    ...{ name, call, wallets: ['spot', 'funding'], scope: 'account', cadence: 'always' },
    paging: { kind: 'offset', offset: 'offset', limit: 'limit', page: 1_000 },
    windows: {
      ...{ from: 'startTime', to: 'endTime', longestMs: LONGEST_MS, since: LAUNCH, horizonMs: null },
      overlapMs: 7 * DAY_MS,
    },
    parameters: () => ({}),
    rows: (answer) => listOf(answer, name),
    read: time === 'insertTime' ? readDeposit : readWithdrawal,
    ...(time === 'insertTime' ? { isSource: true } : {}),
  };
}

/** A fill of spot or of margin: the answers have the same members. */
export function fillReading(
  row: unknown,
  owner: EntryOwner,
  market: Market | undefined,
  wallet: string,
): RowReading {
  const info = fieldsOf(row, 'trade');
  if (market === undefined) throw malformed('market of a trade');
  const id = toText(info['id'], 'trade id');
  const time = toInstant(info['time'], 'trade time');
  const entry: FillEntry = {
    ...{ kind: 'fill', ...owner, wallet, market: 'spot', id, time },
    ...{ symbol: market.symbol, base: market.base, quote: market.quote },
    side: toBoolean(info['isBuyer'], 'trade side') ? 'buy' : 'sell',
    quantity: toDecimal(info['qty'], 'trade quantity'),
    price: toDecimal(info['price'], 'trade price'),
    fee: {
      amount: toDecimal(info['commission'], 'trade commission'),
      currency: toText(info['commissionAsset'], 'trade commission asset'),
    },
    orderId: toText(info['orderId'], 'trade order'),
  };
  return { entries: [entry], time, id };
}

function readDeposit(row: unknown, context: RowContext): RowReading {
  const info = fieldsOf(row, 'deposit');
  const time = toInstant(info['insertTime'], 'deposit time');
  const stage = stageOf(info, DEPOSIT, 'deposit');
  return transferReading(info, 'deposit', time, stage, context);
}

/** The balance is lower from the request on, by the amount and the fee. Until it is final, the money is in transit. */
function readWithdrawal(row: unknown, context: RowContext): RowReading {
  const info = fieldsOf(row, 'withdrawal');
  const time = toUtc(info['applyTime'], 'withdrawal time');
  const stage = stageOf(info, WITHDRAWAL, 'withdrawal');
  return transferReading(info, 'withdrawal', time, stage, context);
}

/** `amount` of both is the amount that arrived. A withdrawal's `transactionFee` is debited in addition. */
function transferReading(
  info: Readonly<Record<string, unknown>>,
  direction: 'deposit' | 'withdrawal',
  time: number,
  stage: Stage,
  { owner }: RowContext,
): RowReading {
  const asset = toText(info['coin'], `${direction} coin`);
  const amount = toDecimal(info['amount'], `${direction} amount`);
  const fee = direction === 'deposit' ? '0' : toDecimal(info['transactionFee'] ?? '0', 'withdrawal fee');
  const hash = typeof info['txId'] === 'string' ? info['txId'] : '';
  // Without an id of its own, a transaction may hold several transfers.
  const id = toText(info['id'] ?? `${hash}:${amount}:${time}`, `${direction} id`);
  if (stage === 'failed') return { entries: [], time, id };
  const wallet = toKnown(WALLETS, info['walletType'] ?? '0', `${direction} wallet`);
  if (stage === 'pending') {
    const total = amountOf(amount, 'amount').plus(amountOf(fee, 'fee')).toString();
    const inTransit = direction === 'deposit' ? null : { wallet, asset, total };
    return { pendingSince: time, id, inTransit };
  }
  const entry = {
    ...{
      kind: 'transfer' as const,
      ...owner,
      wallet,
      market: 'spot' as const,
      id,
      time,
      direction,
      asset,
      amount,
    },
    fee: fee === '0' ? null : { amount: fee, currency: asset },
    // "Internal transfer 51376627901" is the number of a booking between two customers.
    transactionHash: hash === '' ? null : hash.replace(/^Internal transfer /, ''),
  };
  return { entries: [entry], time, id };
}

type Stage = 'settled' | 'pending' | 'failed';

function stageOf(
  info: Readonly<Record<string, unknown>>,
  stages: Readonly<Record<Stage, readonly string[]>>,
  what: string,
): Stage {
  const status = toText(info['status'], `${what} status`);
  const found = (['settled', 'pending', 'failed'] as const).find((stage) => stages[stage].includes(status));
  if (found === undefined) throw malformed(`${what} status`);
  return found;
}

/**
 * The balances of spot. `LD…` assets are flexible Simple Earn positions shown once more; `isListed` tells them from
 * coins whose own name begins so.
 */
export function readSpotBalances(answer: unknown, isListed: (asset: string) => boolean): WalletRows {
  const rows = listOf(fieldsOf(answer, 'account')['balances'], 'balances');
  const balances = rows.flatMap((row) => {
    const info = fieldsOf(row, 'balance');
    const asset = toText(info['asset'], 'balance asset');
    const total = amountOf(info['free'], 'free balance').plus(amountOf(info['locked'], 'locked balance'));
    if (total.isZero() || (/^LD./.test(asset) && !isListed(asset))) return [];
    return [{ wallet: 'spot', asset, total: total.toString() }];
  });
  return { balances, positions: [] };
}

/** The funding wallet. What is `withdrawing` is in the list of withdrawals too, so it is left to that. */
export function readFundingBalances(answer: unknown): WalletRows {
  const balances = listOf(answer, 'funding wallet').map((row) => {
    const info = fieldsOf(row, 'funding balance');
    const parts = ['free', 'locked', 'freeze'].map((name) => amountOf(info[name] ?? '0', `funding ${name}`));
    const total = parts.reduce((sum, part) => sum.plus(part));
    return { wallet: 'funding', asset: toText(info['asset'], 'funding asset'), total: total.toString() };
  });
  return { balances: balances.filter(({ total }) => total !== '0'), positions: [] };
}

/** [open time, open, high, low, close, volume in base, close time, volume in quote, …] */
export function readCandle(raw: unknown): Candle {
  const row = listOf(raw, 'candle');
  const [low, high] = [toDecimal(row[3], 'kline low'), toDecimal(row[2], 'kline high')];
  if (new Wide(low).greaterThan(high)) throw malformed('kline range');
  const volume = toDecimal(row[5], 'kline volume');
  return {
    openTime: toInstant(row[0], 'kline time'),
    ...{ low, high, volume },
    close: toDecimal(row[4], 'kline close'),
    vwap: averagePrice(toDecimal(row[7], 'kline quote volume'), volume),
  };
}

/** Quote volume over base volume, to 15 significant digits, half to even. Null where nothing traded. */
function averagePrice(quoteVolume: string, volume: string): string | null {
  if (volume === '0') return null;
  return new Wide(quoteVolume).dividedBy(volume).toSignificantDigits(15, Decimal.ROUND_HALF_EVEN).toFixed();
}

/** The exact amount of a field. */
export function amountOf(value: unknown, field: string): Amount {
  return parseDecimal(toDecimal(value, field), field);
}
