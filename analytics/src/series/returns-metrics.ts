/** All metrics that depend on period returns alone (docs/metrics.md §2, §3, §5). */
import { InputError } from '../errors.ts';
import { type Outcome, settle, type UndefinedReason } from '../outcome.ts';
import { monthlyReturns, yearlyReturns } from './calendar-returns.ts';
import { downside, downsideDeviationAnnualized, omegaRatio, sortinoRatio } from './downside.ts';
import { type Drawdown, type DrawdownRecord, drawdownRecord } from './drawdown.ts';
import { growth } from './growth.ts';
import type { Moments } from './moments.ts';
import { OrderStatistics } from './quantile.ts';
import { perPeriodRate, type RateParameters, readRates } from './rates.ts';
import { observed, type ReturnSeries } from './return-series.ts';
import { recordReturns } from './returns.ts';
import * as risk from './risk.ts';
import { type Sample, sampleOf } from './sample.ts';
import * as tails from './value-at-risk.ts';
import { winLoss } from './win-loss.ts';

/** Rates, and the length of lists. */
export interface ReturnsParameters extends RateParameters {
  /** Longest list of `drawdowns`. 1,000 when left out. */
  readonly drawdownLimit?: number;
}

/** With fewer observations everything is still computed, and marked. */
const LOW_SAMPLE = 30;
const DRAWDOWN_LIMIT = 1000;

/** Fields that are a number, or null with an entry in `undefinedReasons`. */
export type ReturnsField =
  | 'totalReturn'
  | 'annualizedReturn'
  | 'geometricMeanReturn'
  | 'averagePeriodReturn'
  | 'bestPeriodReturn'
  | 'worstPeriodReturn'
  | 'volatilityAnnualized'
  | 'downsideDeviationAnnualized'
  | 'sharpeRatio'
  | 'sharpeRatioStandardError'
  | 'probabilisticSharpeRatio'
  | 'sortinoRatio'
  | 'calmarRatio'
  | 'omegaRatio'
  | 'skewness'
  | 'excessKurtosis'
  | `${'historicalVar' | 'parametricVar' | 'parametricEs' | 'cornishFisherVar' | 'expectedShortfall'}${95 | 99}`
  | 'tailRatio'
  | 'ulcerIndex'
  | 'painIndex'
  | 'recoveryFactor'
  | 'maxDrawdown'
  | 'longestDrawdownDays'
  | 'currentDrawdown'
  | 'periodWinRate'
  | 'averageWin'
  | 'averageLoss'
  | 'payoffRatio'
  | 'periodProfitFactor';

/** Names, signs and units of docs/metrics.md §2, §3 and §5. Times in ms UTC. */
export interface ReturnsMetrics extends Readonly<Record<ReturnsField, number | null>> {
  /** n: the returns. */
  readonly observationCount: number;
  /** c: the steps of the grid that the returns cover; n in a record without gaps. */
  readonly coveredPeriods: number;
  /** The steps of the longest return; 0 without returns. */
  readonly longestSpan: number;
  /** Whether tails, counts and shape leave out returns over several steps. */
  readonly excludesSpans: boolean;
  readonly periodsPerYear: number;
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly lowSample: boolean;
  readonly riskFreeRateAnnual: number;
  readonly minimumAcceptableReturnAnnual: number;
  readonly wipedOut: boolean;
  readonly annualizedReturnIsExtrapolated: boolean;
  readonly monthlyReturns: Readonly<Record<string, number>>;
  readonly partialMonths: readonly string[];
  readonly yearly: Readonly<Record<string, number>>;
  readonly partialYears: readonly string[];
  /** Whether both of the next two hold. Null where there is no Cornish-Fisher VaR. */
  readonly cornishFisherValid: boolean | null;
  /** Whether the expansion increases with z at 5 %, and at 1 %. The VaR is given even where it does not. */
  readonly cornishFisherValid95: boolean | null;
  readonly cornishFisherValid99: boolean | null;
  readonly maxDrawdownPeakTime: number | null;
  readonly maxDrawdownTroughTime: number | null;
  readonly maxDrawdownRecoveryTime: number | null;
  readonly maxDrawdownDurationDays: number | null;
  readonly underwaterPeriods: number;
  /** Deepest first, ties by time. At most `drawdownLimit` of `drawdownCount`. */
  readonly drawdowns: readonly Drawdown[];
  readonly drawdownCount: number;
  readonly undefinedReasons: Readonly<Record<string, UndefinedReason>>;
}

/**
 * Metrics of a series of period returns. Periods without a return are dropped. Not checked: that the times of the
 * series ascend.
 * @throws InputError `analytics_parameter_invalid` for a rate that is not a number above −1, an infinite return, arrays
 *   of unequal length, `periodsPerYear` or `drawdownLimit` out of range
 */
export function returnsMetrics(series: ReturnSeries, parameters: ReturnsParameters = {}): ReturnsMetrics {
  const record = observed(series);
  const { returns, periodsPerYear } = record;
  const rates = readRates(parameters);
  const product = growth(returns);
  const sample = sampleOf(record);
  const path = drawdownRecord(record, readLimit(parameters.drawdownLimit));
  const ofRecord = recordReturns(product, sample, periodsPerYear);
  const { values, reasons } = settle<ReturnsField>({
    ...ofRecord,
    ...ratioOutcomes(record, sample, rates),
    ...ofSingles(sample, tailOutcomes(sample.single, new OrderStatistics(sample.singles))),
    ...drawdownOutcomes(returns.length, path, ofRecord),
    ...ofSingles(sample, winLoss(sample.singles)),
  });
  const [months, years] = [monthlyReturns(record), yearlyReturns(record)];
  return {
    ...values,
    observationCount: returns.length,
    coveredPeriods: sample.covered,
    longestSpan: sample.longest,
    excludesSpans: sample.single.count < returns.length,
    periodsPerYear,
    startTime: record.starts[0] ?? null,
    endTime: record.ends.at(-1) ?? null,
    lowSample: returns.length < LOW_SAMPLE,
    ...rates,
    wipedOut: product.mantissa === 0,
    annualizedReturnIsExtrapolated: sample.covered < periodsPerYear,
    monthlyReturns: months.returns,
    partialMonths: months.partial,
    yearly: years.returns,
    partialYears: years.partial,
    ...cornishFisherFlags(sample.single),
    ...drawdownFacts(path),
    undefinedReasons: reasons,
  };
}

function ratioOutcomes(
  { returns, steps, periodsPerYear }: ReturnSeries,
  sample: Sample,
  rates: Required<RateParameters>,
) {
  const riskFree = perPeriodRate(rates.riskFreeRateAnnual, periodsPerYear);
  const minimum = perPeriodRate(rates.minimumAcceptableReturnAnnual, periodsPerYear);
  const { all, single } = sample;
  const measured = downside(returns, all, minimum, steps);
  return {
    volatilityAnnualized: risk.volatilityAnnualized(all, periodsPerYear),
    sharpeRatio: risk.sharpeRatio(all, periodsPerYear, riskFree),
    downsideDeviationAnnualized: downsideDeviationAnnualized(measured, periodsPerYear),
    sortinoRatio: sortinoRatio(measured, all.mean, minimum, periodsPerYear),
    omegaRatio: omegaRatio(measured),
    ...ofSingles(sample, {
      sharpeRatioStandardError: risk.sharpeRatioStandardError(single, periodsPerYear, riskFree),
      probabilisticSharpeRatio: risk.probabilisticSharpeRatio(single, riskFree),
      skewness: risk.skewness(single),
      excessKurtosis: risk.excessKurtosis(single),
    }),
  };
}

/** Where there are returns but none of one step, their metrics have too few; they do not lack data. */
function ofSingles<T extends object>({ all, single }: Sample, outcomes: T): T {
  if (all.count === 0 || single.count > 0) return outcomes;
  return Object.fromEntries(Object.keys(outcomes).map((name) => [name, 'tooFewObservations'])) as T;
}

function tailOutcomes(sample: Moments, order: OrderStatistics) {
  const { TAIL_95, TAIL_99 } = tails;
  return {
    historicalVar95: tails.historicalVar(sample.count, order, TAIL_95),
    historicalVar99: tails.historicalVar(sample.count, order, TAIL_99),
    expectedShortfall95: tails.expectedShortfall(sample.count, order, TAIL_95),
    expectedShortfall99: tails.expectedShortfall(sample.count, order, TAIL_99),
    tailRatio: tails.tailRatio(sample.count, order),
    parametricVar95: tails.parametricVar(sample, TAIL_95),
    parametricVar99: tails.parametricVar(sample, TAIL_99),
    parametricEs95: tails.parametricEs(sample, TAIL_95),
    parametricEs99: tails.parametricEs(sample, TAIL_99),
    cornishFisherVar95: tails.cornishFisherVar(sample, TAIL_95),
    cornishFisherVar99: tails.cornishFisherVar(sample, TAIL_99),
  };
}

function cornishFisherFlags(sample: Moments) {
  const cornishFisherValid95 = tails.isCornishFisherValid(sample, tails.TAIL_95);
  const cornishFisherValid99 = tails.isCornishFisherValid(sample, tails.TAIL_99);
  return {
    cornishFisherValid: cornishFisherValid95 && cornishFisherValid99,
    cornishFisherValid95,
    cornishFisherValid99,
  };
}

function drawdownOutcomes(
  count: number,
  path: DrawdownRecord,
  { annualizedReturn, totalReturn }: { annualizedReturn: Outcome; totalReturn: Outcome },
) {
  const ifAny = (value: number): Outcome => (count === 0 ? 'noData' : value);
  const maxDrawdown = ifAny(path.episodes[0]?.depth ?? 0);
  return {
    maxDrawdown,
    longestDrawdownDays: ifAny(path.longestDays),
    currentDrawdown: ifAny(path.current),
    ulcerIndex: ifAny(path.ulcerIndex),
    painIndex: ifAny(path.painIndex),
    calmarRatio: risk.calmarRatio(count, annualizedReturn, maxDrawdown),
    recoveryFactor: risk.recoveryFactor(count, totalReturn, maxDrawdown),
  };
}

function drawdownFacts({ episodes, episodeCount, underwaterPeriods }: DrawdownRecord) {
  const deepest = episodes[0];
  return {
    maxDrawdownPeakTime: deepest?.peakTime ?? null,
    maxDrawdownTroughTime: deepest?.troughTime ?? null,
    maxDrawdownRecoveryTime: deepest?.recoveryTime ?? null,
    maxDrawdownDurationDays: deepest?.durationDays ?? null,
    underwaterPeriods,
    drawdowns: episodes,
    drawdownCount: episodeCount,
  };
}

function readLimit(limit = DRAWDOWN_LIMIT): number {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new InputError('analytics_parameter_invalid', 'the number of drawdowns to list is not a count');
  }
  return limit;
}
