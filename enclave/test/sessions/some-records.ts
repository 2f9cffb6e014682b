/** A record of every kind with all of its members, and arbitrary records. */
import type { CashEntry, FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import fc from 'fast-check';
import type {
  AccountSnapshotRecord,
  GapRecord,
  LedgerRecord,
  MarkRecord,
  QuarantinedRecord,
} from '../../src/sessions/records/record.ts';

const BASE = { time: 1_796_342_400_123, venue: 'binance', account: 'a0', wallet: 'usdm' } as const;

export const FILL: FillEntry = {
  ...{ kind: 'fill', id: '9007199254740993', ...BASE, market: 'linear' },
  ...{ symbol: 'BTC/USDT:USDT', base: 'BTC', quote: 'USDT', side: 'sell' },
  ...{ quantity: '0.00120', price: '61234.5' },
  fee: { amount: '0.03674070', currency: 'USDT' },
  furtherFees: [
    { amount: '-0.001', currency: 'BNB' },
    { amount: '12', currency: 'PTS' },
  ],
  ...{ orderId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', contractSize: '1', settle: 'USDT' },
  ...{ positionSide: 'short', block: true },
};

export const TRANSFER: TransferEntry = {
  ...{ kind: 'transfer', id: 'w-17', ...BASE, market: 'spot', direction: 'withdrawal' },
  ...{ asset: 'ETH', amount: '1.250000000000000001' },
  fee: { amount: '0.0004', currency: 'ETH' },
  ...{ transactionHash: `0x${'ab12'.repeat(16)}`, counterWallet: 'funding' },
};

export const CASH: CashEntry = {
  ...{ kind: 'funding', id: '8389765', ...BASE, market: 'linear' },
  ...{ asset: 'USDT', amount: '-0.17', symbol: 'BTC/USDT:USDT' },
};

export const DAY_MARK: MarkRecord = {
  ...{ kind: 'mark', venue: 'binance', asset: 'BTC', quote: 'USDT', time: 1_796_342_400_000 },
  ...{ price: '61234.56', resolution: '1d', volume: '12345.678', vwap: '61000.1' },
};

export const MINUTE_MARK: MarkRecord = {
  ...{ kind: 'mark', venue: 'binance', asset: 'BTC/USDT:USDT', quote: 'USDT', time: 1_796_342_460_000 },
  ...{ price: '61230', resolution: '1m', low: '61200.01', high: '61250' },
};

export const SNAPSHOT: AccountSnapshotRecord = {
  ...{ kind: 'snapshot', account: 'a0', time: 1_796_342_400_999, reason: 'flow' },
  rows: [
    { wallet: 'spot', time: 1_796_342_400_500, asset: 'BTC', total: '0.5' },
    { wallet: 'usdm', time: 1_796_342_400_600, asset: 'USDT', total: '-12.5' },
  ],
  positions: [
    {
      ...{ wallet: 'usdm', time: 1_796_342_400_700, symbol: 'BTC/USDT:USDT', base: 'BTC', quote: 'USDT' },
      ...{ settle: 'USDT', inverse: false, contracts: '-0.001', contractSize: '1' },
      ...{ entryPrice: '60000', mark: '61234.5' },
    },
  ],
};

export const GAP: GapRecord = {
  ...{ kind: 'gap', account: 'a0', stream: 'fills BTC/USDT', from: 1_700_000_000_000, to: 1_700_086_400_000 },
  ...{ reason: 'limit', amount: { amount: '-3.5', currency: 'USDT' } },
};

export const QUARANTINED: QuarantinedRecord = {
  ...{ kind: 'quarantined', account: 'a0', stream: 'deposits', time: 1_700_000_000_001 },
  ...{ reason: 'amount', raw: '{"amount":"1e400","coin":"Ω€","note":"\\u0000"}' },
};

/** One record of every kind with all of its members, and those of a kind with the fewest. */
export const EVERY_RECORD: readonly LedgerRecord[] = [
  FILL,
  fewest(FILL, ['furtherFees', 'contractSize', 'settle', 'positionSide', 'block'], {
    ...{ fee: null, orderId: null, market: 'spot' },
  }),
  TRANSFER,
  fewest(TRANSFER, ['counterWallet'], { fee: null, transactionHash: null }),
  ...(['fee', 'funding', 'interest', 'rebate', 'other'] as const).map((kind) => ({ ...CASH, kind })),
  { ...CASH, symbol: null },
  DAY_MARK,
  MINUTE_MARK,
  fewest(MINUTE_MARK, ['low', 'high'], {}),
  SNAPSHOT,
  { ...SNAPSHOT, reason: 'day', rows: [], positions: [] },
  GAP,
  fewest(GAP, ['amount'], {}),
  QUARANTINED,
  fewest(QUARANTINED, ['time'], {}),
];

function fewest<T extends LedgerRecord>(record: T, without: readonly (keyof T)[], changes: Partial<T>): T {
  const entries = Object.entries(record).filter(([name]) => !without.includes(name as keyof T));
  return { ...(Object.fromEntries(entries) as T), ...changes };
}

// Texts as venues give them, and texts that none should give.
const text = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-0',
    '00',
    '007',
    'BTC',
    'BTC/USDT',
    '1e5',
    'ünïcode',
    '💰',
    'a\nb',
    '\u0000',
    ' ',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
  fc.nat().map(String),
  fc.uuid(),
  fc.uuid().map((uuid) => uuid.toUpperCase()),
);
const decimal = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '0.0',
    '00.1',
    '0.10',
    '-0.5',
    '9007199254740993',
    `${'9'.repeat(80)}.1`,
  ),
  fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.nat(20))
    .map(([isNegative, digits, places]) => {
      const padded = String(digits).padStart(places + 1, '0');
      const whole = padded.slice(0, padded.length - places);
      const sign = isNegative ? '-' : '';
      return `${sign}${whole}${places === 0 ? '' : `.${padded.slice(padded.length - places)}`}`;
    }),
  fc.integer({ min: -100_000, max: 100_000 }).map((cents) => (cents / 100).toFixed(2)),
);
const instant = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
  fc.nat(),
  fc.constantFrom(0, 2 ** 52 - 1, 2 ** 52, Number.MAX_SAFE_INTEGER),
);
const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('BTC', 'USDT', 'a0') },
  { weight: 1, arbitrary: text },
);
const money = fc.record({ amount: decimal, currency: name });
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const base = {
  id: text,
  time: instant,
  venue: name,
  account: name,
  wallet: name,
  market: fc.constantFrom('spot' as const, 'linear' as const, 'inverse' as const, 'option' as const),
};

const fill = fc.record(
  {
    ...{ kind: fc.constant('fill' as const), ...base, symbol: name, base: name, quote: name },
    side: fc.constantFrom('buy' as const, 'sell' as const),
    ...{ quantity: decimal, price: decimal, fee: orNull(money), orderId: orNull(text) },
    ...{ furtherFees: fc.array(money, { maxLength: 3 }), contractSize: decimal, settle: name },
    ...{ positionSide: fc.constantFrom('long' as const, 'short' as const), block: fc.boolean() },
  },
  {
    requiredKeys: [
      ...(['kind', 'id', 'time', 'venue', 'account', 'wallet', 'market', 'symbol', 'base', 'quote'] as const),
      ...(['side', 'quantity', 'price', 'fee', 'orderId'] as const),
    ],
  },
);
const transfer = fc.record(
  {
    ...{ kind: fc.constant('transfer' as const), ...base },
    direction: fc.constantFrom('deposit' as const, 'withdrawal' as const),
    ...{
      asset: name,
      amount: decimal,
      fee: orNull(money),
      transactionHash: orNull(text),
      counterWallet: name,
    },
  },
  {
    requiredKeys: [
      ...(['kind', 'id', 'time', 'venue', 'account', 'wallet', 'market'] as const),
      ...(['direction', 'asset', 'amount', 'fee', 'transactionHash'] as const),
    ],
  },
);
const cash = fc.record({
  kind: fc.constantFrom(
    'fee' as const,
    'funding' as const,
    'interest' as const,
    'rebate' as const,
    'other' as const,
  ),
  ...{ ...base, asset: name, amount: decimal, symbol: orNull(name) },
});
const mark = fc.record(
  {
    ...{ kind: fc.constant('mark' as const), venue: name, asset: name, quote: name, time: instant },
    ...{ price: decimal, resolution: fc.constantFrom('1d' as const, '1m' as const) },
    ...{ low: decimal, high: decimal, volume: decimal, vwap: decimal },
  },
  { requiredKeys: ['kind', 'venue', 'asset', 'quote', 'time', 'price', 'resolution'] },
);
const snapshot = fc.record({
  ...{ kind: fc.constant('snapshot' as const), account: name, time: instant },
  reason: fc.constantFrom('day' as const, 'flow' as const),
  rows: fc.array(fc.record({ wallet: name, time: instant, asset: name, total: decimal }), { maxLength: 3 }),
  positions: fc.array(
    fc.record(
      {
        ...{ wallet: name, time: instant, symbol: name, base: name, quote: name, settle: name },
        ...{ inverse: fc.boolean(), contracts: decimal, contractSize: decimal, entryPrice: decimal },
        mark: decimal,
      },
      {
        requiredKeys: [
          ...(['wallet', 'time', 'symbol', 'base', 'quote', 'settle', 'inverse'] as const),
          ...(['contracts', 'contractSize', 'entryPrice'] as const),
        ],
      },
    ),
    { maxLength: 2 },
  ),
});
const gap = fc.record(
  {
    ...{ kind: fc.constant('gap' as const), account: name, stream: text, from: instant, to: instant },
    ...{ reason: name, amount: money },
  },
  { requiredKeys: ['kind', 'account', 'stream', 'from', 'to', 'reason'] },
);
const quarantined = fc.record(
  {
    ...{ kind: fc.constant('quarantined' as const), account: name, stream: text, time: instant },
    ...{ reason: name, raw: fc.json({ maxDepth: 2 }).map((json) => json.slice(0, 2_000)) },
  },
  { requiredKeys: ['kind', 'account', 'stream', 'reason', 'raw'] },
);

/** A record of any kind. */
export const anyRecord: fc.Arbitrary<LedgerRecord> = fc.oneof(
  { weight: 4, arbitrary: fill },
  { weight: 2, arbitrary: mark },
  ...[transfer, cash, snapshot, gap, quarantined].map((arbitrary) => ({
    weight: 1,
    arbitrary: arbitrary as fc.Arbitrary<LedgerRecord>,
  })),
);

/** Records in which many have something in common. */
export const anyRecords = fc.array(anyRecord, { maxLength: 40 });
