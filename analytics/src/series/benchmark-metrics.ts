/** Metrics against a benchmark (docs/metrics.md §4), over the spans that both cover. */
import { finiteOr, type Outcome, settle, type UndefinedReason } from '../outcome.ts';
import { type Growth, growth, powerReturn, returnOf } from './growth.ts';
import { largestMagnitude, moments } from './moments.ts';
import { type Comoments, comoments, type PairedReturns, pairReturns } from './paired.ts';
import { perPeriodRate, type RateParameters, readRates } from './rates.ts';
import { coveredSteps, observed, type ReturnSeries } from './return-series.ts';
import { annualizedReturn } from './returns.ts';
import { insufficient } from './risk.ts';

/** Fields that are a number, or null with an entry in `undefinedReasons`. */
export type BenchmarkField =
  | 'beta'
  | 'alphaAnnualized'
  | 'rSquared'
  | 'correlation'
  | 'treynorRatio'
  | 'trackingErrorAnnualized'
  | 'informationRatio'
  | 'upCapture'
  | 'downCapture'
  | 'excessReturn'
  | 'benchmarkTotalReturn'
  | 'benchmarkAnnualizedReturn';

/** Names and units of docs/metrics.md §4. All are of the paired sample. */
export interface BenchmarkMetrics extends Readonly<Record<BenchmarkField, number | null>> {
  readonly pairedObservationCount: number;
  readonly undefinedReasons: Readonly<Partial<Record<BenchmarkField, UndefinedReason>>>;
}

/** A beta below this is too small to divide by. */
const LEAST_BETA = 1e-12;

/**
 * Metrics of `series` against `benchmark`, paired by span ({@link pairReturns}). Returns and captures use all pairs and
 * the steps that they cover. Regression and differences use the pairs of one step of the coarser series. Annualised by
 * the `periodsPerYear` of the coarser series. Without a benchmark, or with one that has no return, every field is null (`missingBenchmark`).
 * @throws InputError `analytics_parameter_invalid` as `returnsMetrics`
 */
export function benchmarkMetrics(
  series: ReturnSeries,
  benchmark: ReturnSeries | undefined,
  parameters: RateParameters = {},
): BenchmarkMetrics {
  const [record, against] = [observed(series), observed(benchmark ?? EMPTY)];
  const { riskFreeRateAnnual } = readRates(parameters);
  const pairs = pairReturns(record, against);
  const periodsPerYear = Math.min(record.periodsPerYear, against.periodsPerYear);
  const single = singlesOf(pairs);
  const { values, reasons } = settle<BenchmarkField>(
    against.returns.length === 0
      ? MISSING
      : {
          ...regression(pairs, single, periodsPerYear, riskFreeRateAnnual),
          ...tracking(single, periodsPerYear),
          ...captures(pairs),
        },
  );
  return { ...values, pairedObservationCount: pairs.returns.length, undefinedReasons: reasons };
}

/** The pairs of one step. */
function singlesOf(pairs: PairedReturns): PairedReturns {
  const isSingle = (_: number, i: number) => pairs.steps[i] === 1;
  if (pairs.steps.every((steps) => steps === 1)) return pairs;
  return {
    returns: pairs.returns.filter(isSingle),
    benchmark: pairs.benchmark.filter(isSingle),
    indices: pairs.indices.filter(isSingle),
    steps: pairs.steps.filter(isSingle),
  };
}

const EMPTY: ReturnSeries = {
  returns: new Float64Array(),
  starts: new Float64Array(),
  ends: new Float64Array(),
  periodsPerYear: Number.MAX_VALUE,
};

const MISSING: Readonly<Record<BenchmarkField, Outcome>> = {
  beta: 'missingBenchmark',
  alphaAnnualized: 'missingBenchmark',
  rSquared: 'missingBenchmark',
  correlation: 'missingBenchmark',
  treynorRatio: 'missingBenchmark',
  trackingErrorAnnualized: 'missingBenchmark',
  informationRatio: 'missingBenchmark',
  upCapture: 'missingBenchmark',
  downCapture: 'missingBenchmark',
  excessReturn: 'missingBenchmark',
  benchmarkTotalReturn: 'missingBenchmark',
  benchmarkAnnualizedReturn: 'missingBenchmark',
};

/** The results of the regression of r − rf on b − rf over single steps, and of the two annualised returns over all. */
function regression(
  pairs: PairedReturns,
  single: PairedReturns,
  periodsPerYear: number,
  riskFreeAnnual: number,
) {
  const sample = comoments(single.returns, single.benchmark);
  const { meanX, meanY } = sample;
  const riskFree = perPeriodRate(riskFreeAnnual, periodsPerYear);
  const [own, other] = [growth(pairs.returns), growth(pairs.benchmark)];
  const covered = coveredSteps(pairs);
  const annualized = annualizedReturn(own, covered, periodsPerYear);
  const benchmarkAnnualized = annualizedReturn(other, covered, periodsPerYear);
  const beta = betaOf(sample);
  const alpha = (slope: number) => periodsPerYear * (meanX - riskFree - slope * (meanY - riskFree));
  return {
    beta,
    alphaAnnualized: typeof beta === 'number' ? finiteOr(alpha(beta), 'noConvergence') : beta,
    correlation: correlationOf(sample, 1),
    rSquared: correlationOf(sample, 2),
    treynorRatio: treynor(annualized, riskFreeAnnual, beta),
    excessReturn: difference(annualized, benchmarkAnnualized),
    benchmarkTotalReturn: covered === 0 ? ('noData' as const) : finiteOr(returnOf(other), 'noConvergence'),
    benchmarkAnnualizedReturn: benchmarkAnnualized,
  };
}

/** cov(r, b) / var(b). A risk-free rate that is the same in every period changes neither. */
function betaOf({ count, correlation, deviationX, deviationY }: Comoments): Outcome {
  const undefinedBecause = insufficient(count, 2) ?? (deviationY === 0 ? 'zeroVariance' : undefined);
  if (undefinedBecause !== undefined) return undefinedBecause;
  return deviationX === 0 ? 0 : finiteOr(correlation * (deviationX / deviationY), 'noConvergence');
}

function correlationOf({ count, correlation }: Comoments, power: 1 | 2): Outcome {
  return insufficient(count, 2) ?? finiteOr(correlation ** power, 'zeroVariance');
}

function treynor(annualized: Outcome, riskFreeAnnual: number, beta: Outcome): Outcome {
  if (typeof beta !== 'number') return beta;
  if (typeof annualized !== 'number') return annualized;
  if (Math.abs(beta) < LEAST_BETA) return 'zeroDenominator';
  return finiteOr((annualized - riskFreeAnnual) / beta, 'noConvergence');
}

/** The results of r − b. Its deviation is compared with the size of r and b, because its digits come from them. */
function tracking({ returns, benchmark }: PairedReturns, periodsPerYear: number) {
  const differences = new Float64Array(returns.length);
  for (let i = 0; i < differences.length; i++) differences[i] = returns[i]! - benchmark[i]!;
  const magnitude = Math.max(largestMagnitude(returns), largestMagnitude(benchmark));
  const { count, mean, deviation } = moments(differences, magnitude);
  const tooFew = insufficient(count, 2);
  const ratio = (mean / deviation) * Math.sqrt(periodsPerYear);
  return {
    trackingErrorAnnualized: tooFew ?? finiteOr(deviation * Math.sqrt(periodsPerYear), 'noConvergence'),
    informationRatio: tooFew ?? (deviation === 0 ? 'zeroVariance' : finiteOr(ratio, 'noConvergence')),
  };
}

/** Geometric mean return over that of the benchmark, once where the benchmark rose and once where it fell. */
function captures(pairs: PairedReturns) {
  return { upCapture: capture(pairs, 1), downCapture: capture(pairs, -1) };
}

function capture({ returns, benchmark, steps }: PairedReturns, sign: 1 | -1): Outcome {
  if (returns.length === 0) return 'noData';
  const [own, other] = [new Float64Array(returns.length), new Float64Array(returns.length)];
  let count = 0;
  let covered = 0;
  for (let i = 0; i < returns.length; i++) {
    if (!(benchmark[i]! * sign > 0)) continue;
    own[count] = returns[i]!;
    other[count] = benchmark[i]!;
    count += 1;
    covered += steps[i]!;
  }
  if (count === 0) return 'tooFewObservations';
  const perPeriod = (product: Growth) => powerReturn(product, 1 / covered);
  return finiteOr(perPeriod(growth(own, 0, count)) / perPeriod(growth(other, 0, count)), 'zeroDenominator');
}

function difference(a: Outcome, b: Outcome): Outcome {
  if (typeof a !== 'number') return a;
  return typeof b === 'number' ? finiteOr(a - b, 'noConvergence') : b;
}
