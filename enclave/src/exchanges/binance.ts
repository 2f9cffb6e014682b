/** Binance spot: the limits and windows of its documentation of 2025, and the readers of its answers. */
import type { FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { Decimal } from 'decimal.js';
import { toDecimal, toInstant, toText } from './decimal.ts';
import { ExchangeError } from './errors.ts';
import type { AccountInspection, Permission } from './port.ts';
import type { Candle, EntryOwner, RawTransfer, VenueTable } from './table.ts';

/** Adds amounts of any length without rounding; decimal.js keeps 20 digits by default. */
const Exact = Decimal.clone({ precision: 200 });

/** Deposit status: 1 success, 6 credited but not yet withdrawable; 0, 2, 7 and 8 are on their way. */
const DEPOSIT_SETTLED = new Set(['1', '6']);
const DEPOSIT_PENDING = new Set(['0', '8']);
/** Withdrawal status: 6 completed; 0 email sent, 2 awaiting approval, 4 processing; 1, 3, 5 ended without. */
const WITHDRAWAL_SETTLED = new Set(['6']);
const WITHDRAWAL_PENDING = new Set(['0', '2', '4']);

/** The table of Binance spot. */
export const binance: VenueTable = {
  venue: 'binance',
  hosts: [{ host: 'api.binance.com', port: 443 }],
  sandboxHosts: [{ host: 'testnet.binance.vision', port: 443 }],
  launch: Date.UTC(2017, 6, 14),
  markQuote: 'USDT',
  // Binance spot has no pair with USD. So a report in USD is refused; it is never a report in USDT under another name.
  reportingAssets: ['BTC', 'EUR'],
  knownQuotes: ['USDT', 'USDC', 'FDUSD', 'BTC', 'ETH', 'BNB', 'EUR', 'TUSD', 'BUSD'],
  fillsPage: 1_000,
  // Deposits and withdrawals: "time interval must be within 0-90 days".
  transfers: { windowMs: 90 * DAY_MS - 1, page: 1_000, overlapMs: 7 * DAY_MS },
  candlesPage: 1_000,
  checkRequests: 500,
  sandboxLacks: ['deposits', 'withdrawals', 'permissions'],
  products: {
    read: ['spot'],
    notRead: [
      'funding wallet',
      'margin',
      'USDⓈ-M futures',
      'COIN-M futures',
      'options',
      'earn',
      'convert',
      'fiat',
    ],
  },
  // 6,000 weight per calendar minute and address: burst and refill together stay below it in any minute.
  // Withdrawal history: 10 requests per second and account.
  limits: { address: { capacity: 1_500, perMinute: 4_500 }, slow: { capacity: 10, perMinute: 600 } },
  costs: {
    markets: { weight: 20 },
    balances: { weight: 20 },
    permissions: { weight: 1 },
    fills: { weight: 20 },
    deposits: { weight: 1 },
    withdrawals: { weight: 1, slow: 1 },
    candles: { weight: 2 },
  },
  errorCodes: {
    '-1000': 'exchange_unavailable',
    '-1001': 'exchange_unavailable',
    '-1003': 'exchange_rate_limited',
    '-1006': 'exchange_unavailable',
    '-1007': 'exchange_unavailable',
    '-1008': 'exchange_unavailable',
    '-1021': 'exchange_clock',
    '-1022': 'exchange_auth',
    '-1121': 'exchange_symbol_unknown',
    '-2008': 'exchange_auth',
    '-2014': 'exchange_auth',
    '-2015': 'exchange_auth',
  },
  read: {
    fill: readFill,
    transfer: readTransfer,
    balances: readBalances,
    candle: readCandle,
    uid(raw) {
      const { uid } = fieldsOf(raw, 'account');
      return uid === undefined ? null : toText(uid, 'uid');
    },
    permissions: readPermissions,
  },
};

function readFill(
  raw: unknown,
  market: { symbol: string; base: string; quote: string },
  owner: EntryOwner,
): FillEntry {
  const info = fieldsOf(raw, 'trade');
  if (typeof info['isBuyer'] !== 'boolean') throw malformed('trade side');
  return {
    kind: 'fill',
    ...owner,
    wallet: 'spot',
    market: 'spot',
    id: toText(info['id'], 'trade id'),
    time: toInstant(info['time'], 'trade time'),
    symbol: market.symbol,
    base: market.base,
    quote: market.quote,
    side: info['isBuyer'] ? 'buy' : 'sell',
    quantity: toDecimal(info['qty'], 'trade quantity'),
    price: toDecimal(info['price'], 'trade price'),
    fee: {
      amount: toDecimal(info['commission'], 'trade commission'),
      currency: toText(info['commissionAsset'], 'trade commission asset'),
    },
    orderId: toText(info['orderId'], 'trade order'),
  };
}

/** `amount` of both is the amount that arrived. A withdrawal's `transactionFee` is debited in addition. */
function readTransfer(raw: unknown, direction: TransferEntry['direction'], owner: EntryOwner): RawTransfer {
  const info = fieldsOf(raw, direction);
  const isDeposit = direction === 'deposit';
  const status = toText(info['status'], `${direction} status`);
  const time = isDeposit ? toInstant(info['insertTime'], 'deposit time') : readApplyTime(info['applyTime']);
  if ((isDeposit ? DEPOSIT_PENDING : WITHDRAWAL_PENDING).has(status)) return { pendingSince: time };
  if (!(isDeposit ? DEPOSIT_SETTLED : WITHDRAWAL_SETTLED).has(status)) return null;
  const asset = toText(info['coin'], `${direction} coin`);
  const fee = isDeposit ? '0' : toDecimal(info['transactionFee'] ?? '0', 'withdrawal fee');
  const hash = info['txId'];
  return {
    kind: 'transfer',
    ...owner,
    wallet: 'spot',
    market: 'spot',
    id: toText(info['id'] ?? hash, `${direction} id`),
    time,
    direction,
    asset,
    amount: toDecimal(info['amount'], `${direction} amount`),
    fee: fee === '0' ? null : { amount: fee, currency: asset },
    // "Internal transfer 51376627901" is the number of a booking between two customers.
    transactionHash: typeof hash === 'string' && hash !== '' ? hash.replace(/^Internal transfer /, '') : null,
  };
}

/** `2021-04-15 12:09:16`, UTC. */
function readApplyTime(value: unknown): number {
  const match = typeof value === 'string' ? /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(value) : null;
  const time = match ? Date.parse(`${match[1]}T${match[2]}Z`) : Number.NaN;
  if (Number.isNaN(time)) throw malformed('withdrawal time');
  return time;
}

function readBalances(raw: unknown): readonly { asset: string; total: string }[] {
  const { balances } = fieldsOf(raw, 'account');
  if (!Array.isArray(balances)) throw malformed('balances');
  return (balances as readonly unknown[])
    .map((item) => {
      const row = fieldsOf(item, 'balance');
      const free = new Exact(toDecimal(row['free'], 'free balance'));
      const total = free.plus(toDecimal(row['locked'], 'locked balance'));
      return { asset: toText(row['asset'], 'balance asset'), total: total.toFixed() };
    })
    .filter(({ total }) => total !== '0');
}

/** [open time, open, high, low, close, volume in base, close time, volume in quote, …] */
function readCandle(raw: unknown): Candle {
  const row = Array.isArray(raw) ? (raw as readonly unknown[]) : [];
  const [low, high] = [toDecimal(row[3], 'kline low'), toDecimal(row[2], 'kline high')];
  if (new Exact(low).greaterThan(high)) throw malformed('kline range');
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
  return new Exact(quoteVolume).dividedBy(volume).toSignificantDigits(15, Decimal.ROUND_HALF_EVEN).toFixed();
}

/** What the key itself may do. A transfer to another customer counts as a withdrawal. */
function readPermissions(raw: unknown): Omit<AccountInspection, 'uid'> {
  const info = fieldsOf(raw, 'permissions');
  const any = (...names: readonly string[]): Permission => {
    const values = names.map((name) => info[name]).filter((value) => value !== undefined);
    if (values.includes(true) || values.includes('true')) return 'yes';
    return values.length === 0 ? 'unknown' : 'no';
  };
  return {
    canRead: any('enableReading'),
    canTrade: any(
      'enableSpotAndMarginTrading',
      'enableMargin',
      'enableFutures',
      'enableVanillaOptions',
      'enablePortfolioMarginTrading',
      'enableFixApiTrade',
    ),
    canWithdraw: any('enableWithdrawals', 'enableInternalTransfer'),
  };
}

function fieldsOf(raw: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw malformed(what);
  return raw as Readonly<Record<string, unknown>>;
}

function malformed(what: string): ExchangeError {
  return new ExchangeError('exchange_bad_response', `${what} is missing or malformed`);
}
