/** Pure: ledger entries, lots, valuation, returns, metrics. No I/O, no clock. */
export type * from './ledger/entry.ts';
