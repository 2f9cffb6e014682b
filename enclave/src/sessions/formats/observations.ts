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
  wallet: z.string(),
  market: z.enum(['spot', 'linear', 'inverse', 'option']),
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
  furtherFees: z.array(money).exactOptional(),
  orderId: z.string().nullable(),
  contractSize: decimal.exactOptional(),
  settle: z.string().exactOptional(),
  positionSide: z.enum(['long', 'short']).exactOptional(),
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

/** Schema of observations whose entries named no wallet. They were all of spot. */
export const observationsBeforeWallets: z.ZodType<Observations> = z.preprocess((value) => {
  const entries = (value as { entries?: unknown } | null)?.entries;
  if (!Array.isArray(entries)) return value;
  return { ...(value as object), entries: entries.map(withWallet) };
}, observations);

/** An entry that names a wallet is of no version before wallets. It keeps no form that the schema accepts. */
function withWallet(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || Object.hasOwn(entry, 'wallet')) return null;
  return { ...entry, wallet: 'spot' };
}
