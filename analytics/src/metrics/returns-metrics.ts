/** All metrics that follow from period returns alone (METRICS §2, §3). */
import { InputError } from '../errors.ts';
import { currentDrawdown, maxDrawdown, underwaterPeriods } from './drawdown.ts';
import { settle, type UndefinedReason } from './outcome.ts';
import {
  annualizedReturn,
  bestPeriodReturn,
  geometricMeanReturn,
  isWipedOut,
  monthlyReturns,
  totalReturn,
  worstPeriodReturn,
  yearlyReturns,
} from './returns.ts';
import {
  averagePeriodReturn,
  calmarRatio,
  downsideDeviationAnnualized,
  perPeriodRate,
  sharpeRatio,
  sortinoRatio,
  volatilityAnnualized,
} from './risk.ts';
import { observed, type ReturnSeries } from './series.ts';

/** Annual rates, decimal (0.02 = 2 %); 0 when left out. */
export interface RateParameters {
  readonly riskFreeRateAnnual?: number;
  readonly minimumAcceptableReturnAnnual?: number;
}

/** Below this many observations everything is computed all the same, and marked. */
const LOW_SAMPLE = 30;

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
  | 'sortinoRatio'
  | 'calmarRatio'
  | 'maxDrawdown'
  | 'currentDrawdown';

/** Names, signs and units of METRICS §2 and §3. Times in ms UTC. */
export interface ReturnsMetrics extends Readonly<Record<ReturnsField, number | null>> {
  readonly observationCount: number;
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
  readonly maxDrawdownPeakTime: number | null;
  readonly maxDrawdownTroughTime: number | null;
  readonly maxDrawdownRecoveryTime: number | null;
  readonly maxDrawdownDurationDays: number | null;
  readonly underwaterPeriods: number;
  readonly undefinedReasons: Readonly<Record<string, UndefinedReason>>;
}

/**
 * Metrics of a series of period returns; periods without a return are dropped.
 * @throws InputError `analytics_parameter_invalid` for a rate that is not a number above −1
 */
export function returnsMetrics(series: ReturnSeries, rates: RateParameters = {}): ReturnsMetrics {
  const record = observed(series);
  const { returns, periodsPerYear } = record;
  const { riskFreeRateAnnual, minimumAcceptableReturnAnnual } = readRates(rates);
  const drawdown = maxDrawdown(record);
  const { values, reasons } = settle<ReturnsField>({
    ...returnOutcomes(returns, periodsPerYear),
    ...riskOutcomes(
      returns,
      periodsPerYear,
      perPeriodRate(riskFreeRateAnnual, periodsPerYear),
      perPeriodRate(minimumAcceptableReturnAnnual, periodsPerYear),
    ),
    calmarRatio: calmarRatio(returns.length, annualizedReturn(returns, periodsPerYear), drawdown.depth),
    maxDrawdown: drawdown.depth,
    currentDrawdown: currentDrawdown(returns),
  });
  const [months, years] = [monthlyReturns(record), yearlyReturns(record)];
  return {
    ...values,
    observationCount: returns.length,
    periodsPerYear,
    startTime: record.starts[0] ?? null,
    endTime: record.ends.at(-1) ?? null,
    lowSample: returns.length < LOW_SAMPLE,
    riskFreeRateAnnual,
    minimumAcceptableReturnAnnual,
    wipedOut: isWipedOut(returns),
    annualizedReturnIsExtrapolated: returns.length < periodsPerYear,
    monthlyReturns: months.returns,
    partialMonths: months.partial,
    yearly: years.returns,
    partialYears: years.partial,
    maxDrawdownPeakTime: drawdown.peakTime,
    maxDrawdownTroughTime: drawdown.troughTime,
    maxDrawdownRecoveryTime: drawdown.recoveryTime,
    maxDrawdownDurationDays: drawdown.durationDays,
    underwaterPeriods: underwaterPeriods(returns),
    undefinedReasons: reasons,
  };
}

function returnOutcomes(returns: Float64Array, periodsPerYear: number) {
  return {
    totalReturn: totalReturn(returns),
    annualizedReturn: annualizedReturn(returns, periodsPerYear),
    geometricMeanReturn: geometricMeanReturn(returns),
    averagePeriodReturn: averagePeriodReturn(returns),
    bestPeriodReturn: bestPeriodReturn(returns),
    worstPeriodReturn: worstPeriodReturn(returns),
  };
}

function riskOutcomes(returns: Float64Array, periodsPerYear: number, riskFree: number, minimum: number) {
  return {
    volatilityAnnualized: volatilityAnnualized(returns, periodsPerYear),
    downsideDeviationAnnualized: downsideDeviationAnnualized(returns, periodsPerYear, minimum),
    sharpeRatio: sharpeRatio(returns, periodsPerYear, riskFree),
    sortinoRatio: sortinoRatio(returns, periodsPerYear, minimum),
  };
}

function readRates(rates: RateParameters): Required<RateParameters> {
  const { riskFreeRateAnnual = 0, minimumAcceptableReturnAnnual = 0 } = rates;
  for (const rate of [riskFreeRateAnnual, minimumAcceptableReturnAnnual]) {
    if (!Number.isFinite(rate) || rate <= -1) {
      throw new InputError('analytics_parameter_invalid', 'an annual rate is not a number above -1');
    }
  }
  return { riskFreeRateAnnual, minimumAcceptableReturnAnnual };
}
