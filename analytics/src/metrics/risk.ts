/** Risk (METRICS §3). Every function takes the observed returns only; rates are per period. */
import { finiteOr, type Outcome } from './outcome.ts';

/** A standard deviation of at most this share of the largest magnitude is zero. */
const ZERO_VARIANCE = 1e-12;

/** Per-period rate of an annual one: (1 + R)^(1/A) − 1. */
export function perPeriodRate(annual: number, periodsPerYear: number): number {
  return (1 + annual) ** (1 / periodsPerYear) - 1;
}

/** Arithmetic mean; NaN for none. */
export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation (ddof 1), in two passes, 0 where it counts as zero; NaN for fewer than two. */
export function standardDeviation(values: Float64Array): number {
  if (values.length < 2) return Number.NaN;
  const center = mean(values);
  let [squares, residue, largest] = [0, 0, 0];
  for (const value of values) {
    squares += (value - center) ** 2;
    residue += value - center;
    largest = Math.max(largest, Math.abs(value));
  }
  // The residue is what rounding left of the first moment (Chan, Golub & LeVeque 1983, eq. 1.7).
  const deviation = Math.sqrt((squares - residue ** 2 / values.length) / (values.length - 1));
  return deviation <= ZERO_VARIANCE * largest ? 0 : deviation;
}

/** `averagePeriodReturn`. */
export function averagePeriodReturn(returns: Float64Array): Outcome {
  return returns.length === 0 ? 'noData' : mean(returns);
}

/** `volatilityAnnualized`: s sqrt(A). */
export function volatilityAnnualized(returns: Float64Array, periodsPerYear: number): Outcome {
  return (
    insufficient(returns, 2) ??
    finiteOr(standardDeviation(returns) * Math.sqrt(periodsPerYear), 'noConvergence')
  );
}

/** `downsideDeviationAnnualized`: sqrt(sum min(r − mar, 0)² / n) sqrt(A), over all n. */
export function downsideDeviationAnnualized(
  returns: Float64Array,
  periodsPerYear: number,
  minimumAcceptable: number,
): Outcome {
  return insufficient(returns, 1) ?? downside(returns, minimumAcceptable) * Math.sqrt(periodsPerYear);
}

/** `sharpeRatio`: mean(r − rf) / sd(r − rf) sqrt(A). */
export function sharpeRatio(returns: Float64Array, periodsPerYear: number, riskFree: number): Outcome {
  const excess = returns.map((r) => r - riskFree);
  const deviation = standardDeviation(excess);
  return (
    insufficient(returns, 2) ??
    (deviation === 0
      ? 'zeroVariance'
      : finiteOr((mean(excess) / deviation) * Math.sqrt(periodsPerYear), 'noConvergence'))
  );
}

/** `sortinoRatio`: mean(r − mar) A / downsideDeviationAnnualized. */
export function sortinoRatio(
  returns: Float64Array,
  periodsPerYear: number,
  minimumAcceptable: number,
): Outcome {
  const deviation = downside(returns, minimumAcceptable) * Math.sqrt(periodsPerYear);
  const excess = mean(returns.map((r) => r - minimumAcceptable));
  return (
    insufficient(returns, 2) ??
    (deviation === 0 ? 'noLosses' : finiteOr((excess * periodsPerYear) / deviation, 'noConvergence'))
  );
}

/** `calmarRatio`: annualizedReturn / maxDrawdown over the whole record. */
export function calmarRatio(count: number, annualized: Outcome, maxDrawdown: Outcome): Outcome {
  if (count === 0) return 'noData';
  if (count < 2) return 'tooFewObservations';
  if (typeof annualized !== 'number') return annualized;
  if (typeof maxDrawdown !== 'number') return maxDrawdown;
  return maxDrawdown === 0 ? 'noLosses' : finiteOr(annualized / maxDrawdown, 'noConvergence');
}

function downside(returns: Float64Array, minimumAcceptable: number): number {
  const squares = returns.reduce((sum, r) => sum + Math.min(r - minimumAcceptable, 0) ** 2, 0);
  return Math.sqrt(squares / returns.length);
}

function insufficient(returns: Float64Array, least: number): 'noData' | 'tooFewObservations' | undefined {
  if (returns.length === 0) return 'noData';
  return returns.length < least ? 'tooFewObservations' : undefined;
}
