/** Pure: ledger entries, lots, valuation, returns, metrics. No I/O, no clock. */

export {
  Amount,
  type Decimal,
  formatDecimal,
  formatMoney,
  parseDecimal,
  toNumber,
  ZERO,
} from './amount/decimal.ts';
export { AccountBook } from './book/account-book.ts';
export type { HistoryTerms } from './book/terms.ts';
export type {
  CashEntry,
  EntryBase,
  FillEntry,
  LedgerEntry,
  Market,
  Money,
  TransferEntry,
} from './entries/entry.ts';
export { EntryLog } from './entries/entry-log.ts';
export { identityOf, markIdentity } from './entries/identity.ts';
export type { Mark } from './entries/mark.ts';
export { MarkLog } from './entries/mark-log.ts';
export type { AccountSnapshot, SnapshotPosition } from './entries/snapshot.ts';
export { INPUT_ERROR_CODES, InputError, type InputErrorCode } from './errors.ts';
export {
  type AccountFlow,
  type AccountHistory,
  type AccountHistoryJson,
  type OpenLot,
  toHistoryJson,
} from './history/account-history.ts';
export { buildAccountHistory, type HistoryInput } from './history/build-account-history.ts';
export type { DataQuality } from './history/data-quality.ts';
export { type HistoryQuestion, historyOf } from './history/history-of.ts';
export { COST_METHODS, type CostMethod, parseCostMethod } from './lots/method.ts';
export {
  type CurrencyTotals,
  type ListedTrade,
  matchTradeList,
  type SymbolTrades,
  type TradeListOptions,
  type TradeListResult,
} from './matching/trade-list.ts';
export type { TradeStatistics } from './matching/trade-statistics.ts';
export { computeMetrics, type Metrics, type MetricsParameters } from './metrics/account-metrics.ts';
export type { AttributionRow } from './metrics/attribution.ts';
export type { Compliance, ComplianceSpan } from './metrics/compliance.ts';
export { type Concentration, concentration } from './metrics/concentration.ts';
export {
  type DailyReturn,
  type DailyReturns,
  type DailyReturnsParameters,
  dailyReturns,
} from './metrics/daily-returns.ts';
export { type RiskAmount, riskAmounts } from './metrics/risk-amounts.ts';
export {
  compareRoundTripIds,
  type RoundTrip,
  type RoundTrips,
  type RoundTripsParameters,
  roundTrips,
} from './metrics/round-trips.ts';
export type { SymbolTrading, TradingMetrics, TradingTotals } from './metrics/trading.ts';
export type { UndefinedReason } from './outcome.ts';
export { PriceBook } from './prices/price-book.ts';
export {
  type BenchmarkField,
  type BenchmarkMetrics,
  benchmarkMetrics,
} from './series/benchmark-metrics.ts';
export { calendarSeries, FREQUENCIES, type Frequency } from './series/calendar-series.ts';
export {
  type CashFlowField,
  type CashFlowMetrics,
  type CashFlowPeriod,
  cashFlowMetrics,
} from './series/cash-flow-metrics.ts';
export { type CorrelationMatrix, correlationMatrix } from './series/correlation.ts';
export { type Drawdown, drawdowns } from './series/drawdown.ts';
export type { RateParameters } from './series/rates.ts';
export { type ReturnSeries, sliceSeries, toReturnSeries } from './series/return-series.ts';
export { type ReturnsMetrics, type ReturnsParameters, returnsMetrics } from './series/returns-metrics.ts';
export {
  ROLLING_METRICS,
  type RollingMetric,
  type RollingMetrics,
  type RollingParameters,
  rollingMetrics,
} from './series/rolling-metrics.ts';
export { type DatedAmount, type XirrResult, xirr } from './series/xirr.ts';
export {
  type IndexRange,
  NAMED_PERIODS,
  type NamedPeriod,
  type PeriodBounds,
  periodIndices,
} from './time/period-bounds.ts';
export { type NavRecord, type NavReturns, navReturns } from './valuation/nav-record.ts';
export type { Reconciliation, ReconciliationRow } from './valuation/reconciliation.ts';
