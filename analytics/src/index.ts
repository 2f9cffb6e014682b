/** Pure: ledger entries, lots, valuation, returns, metrics. No I/O, no clock. */

export { INPUT_ERROR_CODES, InputError, type InputErrorCode } from './errors.ts';
export {
  type AccountFlow,
  type AccountHistory,
  type AccountHistoryJson,
  buildAccountHistory,
  type DataQuality,
  type HistoryInput,
  type OpenLot,
  toHistoryJson,
} from './history.ts';
export type { AccountSnapshot } from './ledger/anchor.ts';
export type {
  CashEntry,
  Decimal,
  EntryBase,
  FillEntry,
  LedgerEntry,
  Mark,
  Money,
  TransferEntry,
} from './ledger/entry.ts';
export { identityOf } from './ledger/order.ts';
export { computeMetrics, type Metrics, type MetricsParameters } from './metrics/account-metrics.ts';
export { drawdowns } from './metrics/drawdown.ts';
export type { UndefinedReason } from './metrics/outcome.ts';
export { type RateParameters, type ReturnsMetrics, returnsMetrics } from './metrics/returns-metrics.ts';
export { type ReturnSeries, toReturnSeries } from './metrics/series.ts';
export type { SymbolTrading, TradingMetrics, TradingTotals } from './metrics/trading.ts';
export type { Reconciliation, ReconciliationRow } from './valuation/reconciliation.ts';
