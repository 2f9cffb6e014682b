/**
 * Volatility, and the metrics that use it (docs/metrics.md §3). The inputs are the moments of the observed returns.
 * Rates are per period.
 */
import { finiteOr, type Outcome, type UndefinedReason } from '../outcome.ts';
import type { Moments } from './moments.ts';
import { normalDistribution } from './normal.ts';

/** A bracket of Mertens' formula of at most this is rounding: the ratio would seem to have no error at all. */
export const ZERO_SHARPE_VARIANCE = 1e-12;

/** Why a metric that needs `least` returns has no value for `count`. Undefined: there are enough. */
export function insufficient(count: number, least: number): UndefinedReason | undefined {
  if (count === 0) return 'noData';
  return count < least ? 'tooFewObservations' : undefined;
}

/** Like {@link insufficient}, with `zeroVariance` where all values are equal. */
export function indistinct({ count, deviation }: Moments, least: number): UndefinedReason | undefined {
  return insufficient(count, least) ?? (deviation === 0 ? 'zeroVariance' : undefined);
}

/** `volatilityAnnualized`: s sqrt(A). */
export function volatilityAnnualized({ count, deviation }: Moments, periodsPerYear: number): Outcome {
  return insufficient(count, 2) ?? finiteOr(deviation * Math.sqrt(periodsPerYear), 'noConvergence');
}

/** `sharpeRatio`: mean(r − rf) / sd(r − rf) sqrt(A). */
export function sharpeRatio(sample: Moments, periodsPerYear: number, riskFree: number): Outcome {
  return (
    indistinct(sample, 2) ??
    finiteOr(sharpePerPeriod(sample, riskFree) * Math.sqrt(periodsPerYear), 'noConvergence')
  );
}

/**
 * `sharpeRatioStandardError` (Mertens 2002), of the annualised ratio:
 * sqrt((1 + SR²/2 − g1 SR + g2/4 SR²) / (n − 1)) sqrt(A) with SR per period.
 */
export function sharpeRatioStandardError(sample: Moments, periodsPerYear: number, riskFree: number): Outcome {
  const error = standardErrorPerPeriod(sample, riskFree);
  return typeof error === 'number' ? finiteOr(error * Math.sqrt(periodsPerYear), 'noConvergence') : error;
}

/** `probabilisticSharpeRatio`: Phi(SR / its standard error), the probability of a true ratio above 0. */
export function probabilisticSharpeRatio(sample: Moments, riskFree: number): Outcome {
  const error = standardErrorPerPeriod(sample, riskFree);
  if (typeof error !== 'number') return error;
  return finiteOr(normalDistribution(sharpePerPeriod(sample, riskFree) / error), 'noConvergence');
}

/** `skewness`: G1 = sqrt(n (n − 1)) / (n − 2) g1 (Excel SKEW). */
export function skewness(sample: Moments): Outcome {
  const n = sample.count;
  const adjustment = Math.sqrt(n * (n - 1)) / (n - 2);
  return indistinct(sample, 3) ?? finiteOr(adjustment * sample.skewness, 'noConvergence');
}

/** `excessKurtosis`: G2 = (n − 1) / ((n − 2)(n − 3)) ((n + 1) g2 + 6) (Excel KURT). */
export function excessKurtosis(sample: Moments): Outcome {
  const n = sample.count;
  const adjusted = ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * sample.excessKurtosis + 6);
  return indistinct(sample, 4) ?? finiteOr(adjusted, 'noConvergence');
}

/** `calmarRatio`: annualizedReturn / maxDrawdown over the whole record. */
export function calmarRatio(count: number, annualized: Outcome, maxDrawdown: Outcome): Outcome {
  return overDrawdown(count, annualized, maxDrawdown);
}

/** `recoveryFactor`: totalReturn / maxDrawdown. */
export function recoveryFactor(count: number, total: Outcome, maxDrawdown: Outcome): Outcome {
  return overDrawdown(count, total, maxDrawdown);
}

function overDrawdown(count: number, numerator: Outcome, maxDrawdown: Outcome): Outcome {
  const undefinedBecause = insufficient(count, 2);
  if (undefinedBecause !== undefined) return undefinedBecause;
  if (typeof numerator !== 'number') return numerator;
  if (typeof maxDrawdown !== 'number') return maxDrawdown;
  return maxDrawdown === 0 ? 'noLosses' : finiteOr(numerator / maxDrawdown, 'noConvergence');
}

/** SR = mean(r − rf) / sd(r − rf), for one period. Not checked: that the returns vary. */
export function sharpePerPeriod({ mean, deviation }: Moments, riskFree: number): number {
  return (mean - riskFree) / deviation;
}

/**
 * 1 + SR²/2 − g1 SR + g2/4 SR², which over n − 1 is the variance of the ratio for one period (Mertens 2002). At most
 * {@link ZERO_SHARPE_VARIANCE}: it is rounding, and the ratio has no error that one could tell. Not checked: that the
 * returns vary.
 */
export function sharpeVariance(sample: Moments, riskFree: number): number {
  const ratio = sharpePerPeriod(sample, riskFree);
  const { skewness, excessKurtosis } = sample;
  return 1 + ratio ** 2 / 2 - skewness * ratio + (excessKurtosis / 4) * ratio ** 2;
}

function standardErrorPerPeriod(sample: Moments, riskFree: number): Outcome {
  const undefinedBecause = indistinct(sample, 4);
  if (undefinedBecause !== undefined) return undefinedBecause;
  const variance = sharpeVariance(sample, riskFree);
  return variance <= ZERO_SHARPE_VARIANCE ? 'zeroVariance' : Math.sqrt(variance / (sample.count - 1));
}
