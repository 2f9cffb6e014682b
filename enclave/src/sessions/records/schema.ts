/** Schemas of records: what a chunk of this release may hold. */
import type { CashEntry, FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import * as z from 'zod';
import {
  type AccountSnapshotRecord,
  type GapRecord,
  type LedgerRecord,
  MAX_RAW_CHARS,
  type MarkRecord,
  type QuarantinedRecord,
} from './record.ts';

/** An amount: an exact decimal without an exponent. */
export const DECIMAL = /^-?\d+(?:\.\d+)?$/;

const decimal = z.string().regex(DECIMAL);
const instant = z.number().int().nonnegative();
const money = z.strictObject({ amount: decimal, currency: z.string() });

const base = {
  id: z.string(),
  time: instant,
  venue: z.string(),
  account: z.string(),
  wallet: z.string(),
  market: z.enum(['spot', 'linear', 'inverse', 'option']),
};

export const fill: z.ZodType<FillEntry> = z.strictObject({
  kind: z.literal('fill'),
  ...base,
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  side: z.enum(['buy', 'sell']),
  quantity: decimal,
  price: decimal,
  fee: money.nullable(),
  furtherFees: z.array(money).exactOptional(),
  orderId: z.string().nullable(),
  contractSize: decimal.exactOptional(),
  settle: z.string().exactOptional(),
  positionSide: z.enum(['long', 'short']).exactOptional(),
  block: z.boolean().exactOptional(),
});

export const transfer: z.ZodType<TransferEntry> = z.strictObject({
  kind: z.literal('transfer'),
  ...base,
  direction: z.enum(['deposit', 'withdrawal']),
  asset: z.string(),
  amount: decimal,
  fee: money.nullable(),
  transactionHash: z.string().nullable(),
  counterWallet: z.string().exactOptional(),
});

export const cash: z.ZodType<CashEntry> = z.strictObject({
  kind: z.enum(['fee', 'funding', 'interest', 'rebate', 'other']),
  ...base,
  asset: z.string(),
  amount: decimal,
  symbol: z.string().nullable(),
});

/** Members of a price, beside its kind. */
export const markMembers = {
  venue: z.string(),
  asset: z.string(),
  quote: z.string(),
  time: instant,
  price: decimal,
  resolution: z.enum(['1d', '1m']),
  low: decimal.exactOptional(),
  high: decimal.exactOptional(),
  volume: decimal.exactOptional(),
  vwap: decimal.exactOptional(),
};

const mark: z.ZodType<MarkRecord> = z.strictObject({ kind: z.literal('mark'), ...markMembers });

const snapshot: z.ZodType<AccountSnapshotRecord> = z.strictObject({
  kind: z.literal('snapshot'),
  account: z.string(),
  time: instant,
  reason: z.enum(['day', 'flow']),
  rows: z.array(z.strictObject({ wallet: z.string(), time: instant, asset: z.string(), total: decimal })),
  positions: z.array(
    z.strictObject({
      wallet: z.string(),
      time: instant,
      symbol: z.string(),
      base: z.string(),
      quote: z.string(),
      settle: z.string(),
      inverse: z.boolean(),
      contracts: decimal,
      contractSize: decimal,
      entryPrice: decimal,
      mark: decimal.exactOptional(),
    }),
  ),
});

const gap: z.ZodType<GapRecord> = z.strictObject({
  kind: z.literal('gap'),
  account: z.string(),
  stream: z.string(),
  from: instant,
  to: instant,
  reason: z.string(),
  amount: money.exactOptional(),
});

const quarantined: z.ZodType<QuarantinedRecord> = z.strictObject({
  kind: z.literal('quarantined'),
  account: z.string(),
  stream: z.string(),
  time: instant.exactOptional(),
  reason: z.string(),
  raw: z.string().max(MAX_RAW_CHARS),
});

/** The schema of each kind. */
export const RECORD_SCHEMAS: Readonly<Record<LedgerRecord['kind'], z.ZodType<LedgerRecord>>> = {
  fill,
  transfer,
  fee: cash,
  funding: cash,
  interest: cash,
  rebate: cash,
  other: cash,
  mark,
  snapshot,
  gap,
  quarantined,
};

/** A kind of record that this release does not know. */
export class UnknownKindError extends Error {}

/**
 * A record of unknown shape, checked.
 * @throws UnknownKindError; RangeError for a value without a kind; ZodError
 */
export function parseRecord(value: unknown): LedgerRecord {
  return schemaOf(value).parse(value);
}

/** @throws UnknownKindError; RangeError for a value without a kind */
export function requireKnownKind(value: unknown): void {
  schemaOf(value);
}

function schemaOf(value: unknown): z.ZodType<LedgerRecord> {
  const kind = typeof value === 'object' && value !== null ? (value as { kind?: unknown }).kind : undefined;
  if (typeof kind !== 'string') throw new RangeError('a record without a kind');
  const schemas: Readonly<Record<string, z.ZodType<LedgerRecord>>> = RECORD_SCHEMAS;
  const schema = Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
  if (schema === undefined) throw new UnknownKindError('a record of a kind that is not known');
  return schema;
}
