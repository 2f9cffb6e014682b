/**
 * How sure a Sharpe ratio is (docs/metrics.md §3.1). Ratios are per period where no unit is said. Nothing here
 * makes a ratio better than `sharpeRatio` says.
 */
import { InputError } from '../errors.ts';
import { finiteOr, type Outcome, type UndefinedReason } from '../outcome.ts';
import type { Moments } from './moments.ts';
import { normalDistribution, Z_05 } from './normal.ts';
import { normalQuantile } from './normal-quantile.ts';
import { indistinct, sharpePerPeriod, sharpeVariance, ZERO_SHARPE_VARIANCE } from './risk.ts';

/** A Sharpe ratio and what its error depends on. */
export interface SharpeEstimate {
  /** n, the number of returns. */
  readonly count: number;
  /** SR = mean(r − rf) / sd(r − rf), for one period. */
  readonly ratio: number;
  /** v = 1 − g1 SR + (g2 + 2)/4 SR². The standard error is sqrt(v / (n − 1)). */
  readonly variance: number;
  /** A. */
  readonly periodsPerYear: number;
}

const Z_975 = 1.959963984540054;
const EULER_MASCHERONI = 0.5772156649015329;

/**
 * The estimate of a sample.
 * @param riskFree - rf, for one period
 * @returns why there is none: `noData`, `tooFewObservations` below 4 returns, `zeroVariance` for equal returns and for
 *   v ≤ 1e-12, where the error would come out as nothing
 */
export function sharpeEstimate(
  sample: Moments,
  periodsPerYear: number,
  riskFree: number,
): SharpeEstimate | UndefinedReason {
  const undefinedBecause = indistinct(sample, 4);
  if (undefinedBecause !== undefined) return undefinedBecause;
  const variance = sharpeVariance(sample, riskFree);
  if (variance <= ZERO_SHARPE_VARIANCE) return 'zeroVariance';
  return { count: sample.count, ratio: sharpePerPeriod(sample, riskFree), variance, periodsPerYear };
}

/**
 * `sharpeRatioLower95`: (SR − 1.96 e sqrt(f)) sqrt(A) with e the standard error (Lo 2002, Mertens 2002). With the upper
 * bound it holds the true ratio in about 95 of 100 records.
 * @param inflation - f of `varianceInflation`
 */
export function sharpeRatioLower95(estimate: SharpeEstimate, inflation: number): Outcome {
  return boundAt(estimate, -Z_975 * Math.sqrt(inflation));
}

/** `sharpeRatioUpper95`: (SR + 1.96 e sqrt(f)) sqrt(A). */
export function sharpeRatioUpper95(estimate: SharpeEstimate, inflation: number): Outcome {
  return boundAt(estimate, Z_975 * Math.sqrt(inflation));
}

function boundAt(estimate: SharpeEstimate, errors: number): Outcome {
  const bound = estimate.ratio + errors * standardError(estimate);
  return finiteOr(bound * Math.sqrt(estimate.periodsPerYear), 'noConvergence');
}

/**
 * `sharpeRatioAutocorrelationAdjusted`: SR q / sqrt(q + 2 sum_{k < q} (q − k) rho_k) with q = A rounded, the annual
 * ratio of returns that depend on each other (Lo 2002, eq. 20). The sum ends at the lags of `rho`, because all lags of
 * a sample together always sum to −1/2.
 * @param ratio - SR, for one period
 * @param rho - what `autocorrelation` gave
 * @returns `zeroDenominator` where the sum under the root is not above 0
 */
export function sharpeRatioAutocorrelationAdjusted(
  ratio: number,
  rho: readonly number[],
  periodsPerYear: number,
): Outcome {
  const q = Math.round(periodsPerYear);
  let radicand = q;
  for (const [i, value] of rho.entries()) radicand += 2 * Math.max(q - i - 1, 0) * value;
  if (radicand <= 0) return 'zeroDenominator';
  return finiteOr((ratio * q) / Math.sqrt(radicand), 'noConvergence');
}

/**
 * `minimumTrackRecordLength`: 1 + v f (1.645 / (SR − SR*))², the number of returns from which on a true ratio above SR*
 * is 95 % sure (Bailey & López de Prado 2012). SR* is `referenceSharpeAnnual` / sqrt(A).
 * @param inflation - f of `varianceInflation` for `minimumTrackRecordLengthAdjusted` (our own), 1 for the published
 *   length
 * @returns `belowReference` for SR ≤ SR*
 */
export function minimumTrackRecordLength(
  { ratio, variance, periodsPerYear }: SharpeEstimate,
  referenceSharpeAnnual: number,
  inflation: number,
): Outcome {
  const above = ratio - referenceSharpeAnnual / Math.sqrt(periodsPerYear);
  if (above <= 0) return 'belowReference';
  return finiteOr(1 + variance * inflation * (Z_05 / above) ** 2, 'noConvergence');
}

/**
 * `deflatedSharpeRatio`: Phi((SR − SR0) / e), the probability of skill if the record is the best of N that were tried
 * (Bailey & López de Prado 2014). SR0 is the best ratio to expect of N trials without skill, whose ratios have the
 * variance 1 / (n − 1). N = 1 gives `probabilisticSharpeRatio`. Not checked, because nobody can: how many were tried.
 * @param trials - N, at least 1; trials that resemble each other count as fewer, so it need not be whole
 * @throws InputError `analytics_parameter_invalid` for another N
 */
export function deflatedSharpeRatio(estimate: SharpeEstimate, trials: number): Outcome {
  if (!(trials >= 1 && trials < Number.POSITIVE_INFINITY)) {
    throw new InputError('analytics_parameter_invalid', 'the number of trials is not a number from 1 on');
  }
  const best = bestOfTrials(trials) / Math.sqrt(estimate.count - 1);
  return finiteOr(normalDistribution((estimate.ratio - best) / standardError(estimate)), 'noConvergence');
}

/**
 * The mean of the largest of N standard normal values. It is 0 where the approximation, which is one for large N, falls
 * below: a second trial must not help.
 */
function bestOfTrials(trials: number): number {
  const [median, tail] = [-normalQuantile(1 / trials), -normalQuantile(1 / (trials * Math.E))];
  return Math.max(0, (1 - EULER_MASCHERONI) * median + EULER_MASCHERONI * tail);
}

/** e, for one period and independent returns. */
function standardError({ variance, count }: SharpeEstimate): number {
  return Math.sqrt(variance / (count - 1));
}
