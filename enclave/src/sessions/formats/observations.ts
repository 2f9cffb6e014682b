/** What a ledger chunk holds: entries and prices, each in the form of the ledger. */
import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import type { CashEntry, FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import * as z from 'zod';

/** What one synchronisation step observed. */
export interface Observations {
  readonly entries: readonly LedgerEntry[];
  readonly marks: readonly Mark[];
}

const decimal = z.string().regex(/^-?\d+(?:\.\d+)?$/);
const instant = z.number().int().nonnegative();
const money = z.strictObject({ amount: decimal, currency: z.string() });

const base = {
  id: z.string(),
  time: instant,
  venue: z.string(),
  account: z.string(),
  market: z.enum(['spot', 'margin', 'linear', 'inverse', 'option']),
};

const fill: z.ZodType<FillEntry> = z.strictObject({
  kind: z.literal('fill'),
  ...base,
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  side: z.enum(['buy', 'sell']),
  quantity: decimal,
  price: decimal,
  fee: money.nullable(),
  orderId: z.string().nullable(),
  contractSize: decimal.exactOptional(),
  settle: z.string().exactOptional(),
  block: z.boolean().exactOptional(),
});

const transfer: z.ZodType<TransferEntry> = z.strictObject({
  kind: z.literal('transfer'),
  ...base,
  direction: z.enum(['deposit', 'withdrawal']),
  asset: z.string(),
  amount: decimal,
  fee: money.nullable(),
  transactionHash: z.string().nullable(),
  counterWallet: z.string().exactOptional(),
});

const cash: z.ZodType<CashEntry> = z.strictObject({
  kind: z.enum(['fee', 'funding', 'interest', 'rebate', 'other']),
  ...base,
  asset: z.string(),
  amount: decimal,
  symbol: z.string().nullable(),
});

const mark: z.ZodType<Mark> = z.strictObject({
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
});

/** Schema of {@link Observations}. Most entries are fills, so fills are tried first. */
export const observations: z.ZodType<Observations> = z.strictObject({
  entries: z.array(z.union([fill, transfer, cash])),
  marks: z.array(mark),
});
