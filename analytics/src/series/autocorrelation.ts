/** Whether returns depend on those before them, and how many independent ones they are worth (docs/metrics.md §3.1). */
import { InputError } from '../errors.ts';
import type { UndefinedReason } from '../outcome.ts';
import { chiSquareSurvival } from './chi-square.ts';
import { type Moments, powerOfTwo } from './moments.ts';
import { indistinct } from './risk.ts';

/** The returns that cover one step of the grid each, in time order. Returns over a gap are not among them. */
export interface StepReturns {
  /** Simple returns, all finite. */
  readonly returns: Float64Array;
  /** The number of the step that each of them covers, ascending. As many as returns. */
  readonly positions: Int32Array;
}

/** With fewer returns there is no autocorrelation. */
const LEAST_RETURNS = 4;

/**
 * The returns of a grid that has one value for each step.
 * @param grid - NaN: no return covers this step alone
 * @throws InputError `analytics_parameter_invalid` for an infinite return
 */
export function stepReturns(grid: Float64Array): StepReturns {
  const positions = Int32Array.from(grid.keys()).filter((position) => !Number.isNaN(grid[position]!));
  const steps = { returns: grid.filter((value) => !Number.isNaN(value)), positions };
  checkSteps(steps);
  return steps;
}

/**
 * Refuses steps that are not what {@link StepReturns} says.
 * @throws InputError `analytics_parameter_invalid`: another number of positions than of returns, positions that do not
 *   ascend, or a return that is not finite
 */
export function checkSteps({ returns, positions }: StepReturns): void {
  if (positions.length !== returns.length) {
    throw new InputError('analytics_parameter_invalid', 'each return needs the step that it covers');
  }
  for (let i = 0; i < returns.length; i++) {
    if (!Number.isFinite(returns[i]!)) {
      throw new InputError('analytics_parameter_invalid', 'a return is not a number');
    }
    if (i > 0 && positions[i]! <= positions[i - 1]!) {
      throw new InputError('analytics_parameter_invalid', 'the steps of returns do not ascend');
    }
  }
}

/**
 * `autocorrelation`: sum d_t d_(t−k) / sum d_t² for k = 1 … L with d = r − mean(r) (Box & Jenkins). Only two returns
 * whose steps are exactly k apart make a pair, so no pair reaches over a gap. The denominator is over all returns.
 * @param sample - the moments of the same returns
 * @returns the values from k = 1 on; `tooFewObservations` below 4 returns, `zeroVariance` if all are equal
 */
export function autocorrelation(
  { returns, positions }: StepReturns,
  sample: Moments,
): readonly number[] | UndefinedReason {
  const undefinedBecause = indistinct(sample, LEAST_RETURNS);
  if (undefinedBecause !== undefined) return undefinedBecause;
  // In units of the largest return, so that no square leaves the range of a double.
  const scale = 1 / powerOfTwo(Math.max(-sample.least, sample.greatest));
  const distances = returns.map((r) => r * scale - sample.mean * scale);
  let total = 0;
  for (let i = 0; i < distances.length; i++) total += distances[i]! * distances[i]!;
  const lags = Array.from({ length: lagCount(returns.length) }, (_, i) => i + 1);
  return lags.map((lag) => sumOfProducts(distances, positions, lag) / total);
}

/**
 * L = max(1, min(n − 2, floor(4 (n / 100)^(2/9)))): the lags that are looked at (Newey & West 1994). It is found
 * without a root, so that every machine finds the same. The bound n − 2 never binds, so it is not here.
 */
export function lagCount(count: number): number {
  let lags = 1;
  while (100 ** 2 * ninthPower((lags + 1) / 4) <= count * count) lags += 1;
  return lags;
}

function ninthPower(x: number): number {
  const cube = x * x * x;
  return cube * cube * cube;
}

function sumOfProducts(distances: Float64Array, positions: Int32Array, lag: number): number {
  let sum = 0;
  let earlier = 0;
  for (let i = 0; i < distances.length; i++) {
    const wanted = positions[i]! - lag;
    while (positions[earlier]! < wanted) earlier += 1;
    if (positions[earlier] === wanted) sum += distances[i]! * distances[earlier]!;
  }
  return sum;
}

/**
 * `ljungBoxPValue`: P(chi²_L > n (n + 2) sum rho_k² / (n − k)), the probability of autocorrelation at least as strong
 * in returns that are independent (Ljung & Box 1978).
 * @param rho - what {@link autocorrelation} gave for `count` returns
 */
export function ljungBoxPValue(rho: readonly number[], count: number): number {
  let sum = 0;
  for (const [i, value] of rho.entries()) sum += value ** 2 / (count - i - 1);
  return chiSquareSurvival(count * (count + 2) * sum, rho.length);
}

/**
 * f = max(1, 1 + 2 sum (1 − k/n) rho_k): by how much autocorrelation widens the variance of a mean (Bayley &
 * Hammersley 1946). Never below 1: returns that swing back and forth make no record surer.
 * @param rho - what {@link autocorrelation} gave for `count` returns
 */
export function varianceInflation(rho: readonly number[], count: number): number {
  let sum = 0;
  for (const [i, value] of rho.entries()) sum += (1 - (i + 1) / count) * value;
  return Math.max(1, 1 + 2 * sum);
}

/** `effectiveObservationCount`: n / f, how many independent returns tell as much. Never above n. */
export function effectiveObservationCount(rho: readonly number[], count: number): number {
  return count / varianceInflation(rho, count);
}
