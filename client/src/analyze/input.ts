/** What a file for `analyze` can hold, after reading and checks. */
import type { CostMethod } from '@perf-aggregator/analytics';
import type { Amount } from '@perf-aggregator/analytics/amount/decimal';
import type { ListedTrade } from '@perf-aggregator/analytics/matching/trade-list';
import type { Frequency } from '@perf-aggregator/analytics/series/calendar-series';

/** Settings that a file or the command line gives. */
export interface Settings {
  readonly riskFreeRateAnnual?: number;
  readonly minimumAcceptableReturnAnnual?: number;
}

/** The times of a record's periods. */
export interface Grid {
  readonly frequency: Frequency;
  /** Overrides the number that follows from the frequency. */
  readonly periodsPerYear?: number;
  /** First instant, ms UTC; null: the file does not say. */
  readonly start: number | null;
}

/** Simple period returns; null: the period has none. */
export interface ReturnsInput extends Settings, Grid {
  readonly kind: 'returns';
  readonly returns: readonly (number | null)[];
  readonly benchmarkReturns: readonly (number | null)[] | null;
}

/** Values at the start and at each period's end, and external flows. */
export interface NavsInput extends Settings, Grid {
  readonly kind: 'navs';
  readonly navs: readonly (Amount | null)[];
  /** Deposit (+) at the start of its period, or withdrawal (−) at its end. Periods count from 1. */
  readonly flows: readonly { readonly period: number; readonly amount: Amount }[];
}

/** Trades, in time order. */
export interface TradesInput {
  readonly kind: 'trades';
  readonly trades: readonly ListedTrade[];
  readonly method?: CostMethod;
  readonly spot?: boolean;
  readonly inverse?: boolean;
  readonly contractSize?: Amount;
  readonly feesInCostBasis?: boolean;
  readonly markPrice?: Amount;
}

/** Returns of several assets on one grid, and how much of each is held. */
export interface MatrixInput {
  readonly kind: 'matrix';
  readonly returns: Readonly<Record<string, readonly (number | null)[]>>;
  readonly weights: Readonly<Record<string, number>> | null;
}

export type AnalyzeInput = ReturnsInput | NavsInput | TradesInput | MatrixInput;
