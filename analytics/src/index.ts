/** Pure: ledger entries, lots, valuation, returns, metrics. No I/O, no clock. */

export type { AccountNumbers } from './account-numbers.ts';
export { AccountBook } from './book/account-book.ts';
export { INPUT_ERROR_CODES, InputError, type InputErrorCode } from './errors.ts';
export {
  type AccountFlow,
  type AccountHistory,
  type AccountHistoryJson,
  buildAccountHistory,
  type DataQuality,
  HistoryBuilder,
  type HistoryInput,
  type HistoryTerms,
  historyOf,
  type OpenLot,
  toFoldTerms,
  toHistoryJson,
} from './history.ts';
export { Amount, formatDecimal, formatMoney, parseDecimal, toNumber, ZERO } from './ledger/decimal.ts';
export type {
  CashEntry,
  Decimal,
  EntryBase,
  FillEntry,
  LedgerEntry,
  Mark,
  Market,
  Money,
  TransferEntry,
} from './ledger/entry.ts';
export { EntryLog } from './ledger/entry-log.ts';
export { identityOf } from './ledger/order.ts';
export type { AccountSnapshot, SnapshotPosition } from './ledger/snapshot.ts';
export { COST_METHODS, type CostMethod, parseCostMethod } from './lots/method.ts';
export {
  type CurrencyTotals,
  type ListedTrade,
  matchTradeList,
  type SymbolTrades,
  type TradeListOptions,
  type TradeListResult,
} from './lots/trade-list.ts';
export type { TradeStatistics } from './lots/trade-statistics.ts';
export { computeMetrics, type Metrics, type MetricsParameters } from './metrics/account-metrics.ts';
export type { AttributionRow } from './metrics/attribution.ts';
export {
  type BenchmarkField,
  type BenchmarkMetrics,
  benchmarkMetrics,
} from './metrics/benchmark-metrics.ts';
export { calendarSeries, FREQUENCIES, type Frequency } from './metrics/calendar-series.ts';
export {
  type CashFlowField,
  type CashFlowMetrics,
  type CashFlowPeriod,
  cashFlowMetrics,
} from './metrics/cash-flow-metrics.ts';
export type { Compliance, ComplianceSpan } from './metrics/compliance.ts';
export { type Concentration, concentration } from './metrics/concentration.ts';
export { type CorrelationMatrix, correlationMatrix } from './metrics/correlation.ts';
export {
  type DailyReturn,
  type DailyReturns,
  type DailyReturnsParameters,
  dailyReturns,
} from './metrics/daily-returns.ts';
export { type Drawdown, drawdowns } from './metrics/drawdown.ts';
export type { UndefinedReason } from './metrics/outcome.ts';
export {
  type IndexRange,
  NAMED_PERIODS,
  type NamedPeriod,
  type PeriodBounds,
  periodIndices,
} from './metrics/period-bounds.ts';
export type { RateParameters } from './metrics/rates.ts';
export { type ReturnsMetrics, type ReturnsParameters, returnsMetrics } from './metrics/returns-metrics.ts';
export { type RiskAmount, riskAmounts } from './metrics/risk-amounts.ts';
export {
  ROLLING_METRICS,
  type RollingMetric,
  type RollingMetrics,
  type RollingParameters,
  rollingMetrics,
} from './metrics/rolling-metrics.ts';
export {
  compareRoundTripIds,
  type RoundTrip,
  type RoundTrips,
  type RoundTripsParameters,
  roundTrips,
} from './metrics/round-trips.ts';
export { type ReturnSeries, sliceSeries, toReturnSeries } from './metrics/series.ts';
export type { SymbolTrading, TradingMetrics, TradingTotals } from './metrics/trading.ts';
export { type DatedAmount, type XirrResult, xirr } from './metrics/xirr.ts';
export { type NavRecord, type NavReturns, navReturns } from './valuation/nav-record.ts';
export { PriceBook } from './valuation/prices.ts';
export type { Reconciliation, ReconciliationRow } from './valuation/reconciliation.ts';
