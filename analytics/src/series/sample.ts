/**
 * The sample of a record by spans (docs/metrics.md §0 "Count"). A return over k steps of the grid is one of n returns
 * and covers k of c steps. Mean and deviation are per step, of all returns: a file that leaves out the eve of a crash
 * has the crash in its deviation. The shape of the distribution is that of the returns of one step.
 */
import { extremes, type Moments, moments, nonZero, powerOfTwo } from './moments.ts';
import { coveredSteps, type ReturnSeries } from './return-series.ts';

/** What a record says about its returns, per step. */
export interface Sample {
  /**
   * Count, least and greatest of all returns; mean r / c and deviation sqrt(sum (r − k mean)² / k / (n − 1)) per step.
   * Skewness and kurtosis are NaN where a return covers several steps.
   */
  readonly all: Moments;
  /** Moments of the returns of one step, and these returns. */
  readonly single: Moments;
  readonly singles: Float64Array;
  /** The covered steps: c. */
  readonly covered: number;
  /** The largest k; 0 without returns. */
  readonly longest: number;
}

/** The sample of an observed series. */
export function sampleOf(record: ReturnSeries): Sample {
  const { returns, steps } = record;
  const all = moments(returns);
  if (steps === undefined || steps.every((k) => k === 1)) {
    const count = returns.length;
    return { all, single: all, singles: returns, covered: count, longest: Math.min(count, 1) };
  }
  const singles = returns.filter((_, i) => steps[i] === 1);
  const covered = coveredSteps(record);
  return {
    all: { ...all, ...perStep(returns, steps, covered), skewness: Number.NaN, excessKurtosis: Number.NaN },
    ...{ single: moments(singles), singles, covered },
    longest: steps.reduce((most, k) => Math.max(most, k), 0),
  };
}

/** Mean and deviation per step, in two passes and in units of the largest magnitude. */
function perStep(returns: Float64Array, steps: Float64Array, covered: number) {
  const { least, greatest } = extremes(returns);
  const magnitude = Math.max(-least, greatest);
  const unit = powerOfTwo(magnitude);
  const scale = 1 / unit;
  let sum = 0;
  for (let i = 0; i < returns.length; i++) sum += returns[i]! * scale;
  const center = sum / covered;
  let squares = 0;
  let error = 0;
  for (let i = 0; i < returns.length; i++) {
    const k = steps[i]!;
    const distance = returns[i]! * scale - k * center;
    squares += (distance * distance) / k;
    error += distance;
  }
  // What is left of the distances is the rounding error of the mean (Chan, Golub & LeVeque 1983, eq. 1.7).
  const variance = Math.max(squares - error ** 2 / covered, 0) / (returns.length - 1);
  return {
    mean: unit * (center + error / covered),
    deviation: nonZero(unit * Math.sqrt(variance), magnitude),
  };
}
