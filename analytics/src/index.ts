/**
 * Pure: no I/O, no clock. This file exports the functions that turn venue data into the numbers of an account, and the
 * shapes of their inputs and outputs. Everything else is imported by the path of its file
 * (`@perf-aggregator/analytics/series/returns-metrics`).
 */

export { AccountBook } from './book/account-book.ts';
export type { HistoryTerms } from './book/terms.ts';
export type { LedgerEntry } from './entries/entry.ts';
export { EntryLog } from './entries/entry-log.ts';
export type { Mark } from './entries/mark.ts';
export { MarkLog } from './entries/mark-log.ts';
export type { AccountSnapshot } from './entries/snapshot.ts';
export { InputError } from './errors.ts';
export { type AccountHistory, toHistoryJson } from './history/account-history.ts';
export { buildAccountHistory, type HistoryInput } from './history/build-account-history.ts';
export { type HistoryQuestion, historyOf } from './history/history-of.ts';
export type { CostMethod } from './lots/method.ts';
export { computeMetrics, type Metrics, type MetricsParameters } from './metrics/account-metrics.ts';
export type { AccountNumbers } from './metrics/account-numbers.ts';
export { dailyReturns } from './metrics/daily-returns.ts';
export { roundTrips } from './metrics/round-trips.ts';
