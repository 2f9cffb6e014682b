/**
 * Series of period returns: simple returns, one for each period. "No value" is NaN inside this room and null outside.
 */

import { DAY_MS } from '@perf-aggregator/shared/time';
import { InputError } from '../errors.ts';

/** Period returns on a grid. Arrays of one length, times ascending. NaN: the period has no return. */
export interface ReturnSeries {
  readonly returns: Float64Array;
  /** First instant of each period, ms UTC. */
  readonly starts: Float64Array;
  /** End of each period (exclusive), ms UTC. */
  readonly ends: Float64Array;
  /** How many steps of the grid each return covers (k in docs/metrics.md §0). Left out: one each. */
  readonly steps?: Float64Array;
  readonly periodsPerYear: number;
}

/** Periods in a year of a market that never closes (docs/metrics.md §0): never 252. */
export const DAILY_PERIODS_PER_YEAR = 365;

/**
 * A series of equal periods from `startTime` on.
 * @param returns - null, NaN: the period has no return
 * @param stepMs - length of a period; daily when left out
 * @throws InputError `analytics_parameter_invalid`
 */
export function toReturnSeries(
  returns: ArrayLike<number | null>,
  startTime: number,
  stepMs: number = DAY_MS,
): ReturnSeries {
  if (!Number.isSafeInteger(startTime) || !(stepMs > 0 && stepMs < Number.POSITIVE_INFINITY)) {
    throw new InputError('analytics_parameter_invalid', 'a series needs an instant to start at and a step');
  }
  const values = toReturns(returns);
  const starts = new Float64Array(values.length);
  const ends = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    starts[i] = startTime + i * stepMs;
    ends[i] = startTime + (i + 1) * stepMs;
  }
  return { returns: values, starts, ends, periodsPerYear: (DAILY_PERIODS_PER_YEAR * DAY_MS) / stepMs };
}

/**
 * Numbers in the form of this room: NaN for null and for missing values.
 * @throws InputError `analytics_parameter_invalid` for a value that is not a number, infinities included
 */
export function toReturns(values: ArrayLike<number | null>): Float64Array {
  const returns = new Float64Array(values.length);
  for (let i = 0; i < returns.length; i++) {
    const value: unknown = values[i] ?? Number.NaN;
    if (typeof value !== 'number' || Math.abs(value) === Number.POSITIVE_INFINITY) {
      throw new InputError('analytics_parameter_invalid', 'a return is not a number');
    }
    returns[i] = value;
  }
  return returns;
}

/**
 * The periods that have a return (docs/metrics.md §0 "missing": dropped, never filled). Returns the series itself if
 * all have one. Not checked: that times ascend.
 * @throws InputError `analytics_parameter_invalid` for an infinite return, arrays of unequal length, and
 *   `periodsPerYear` that is not above 0
 */
export function observed(series: ReturnSeries): ReturnSeries {
  const { returns, starts, ends, steps } = series;
  checkShape(series);
  const count = countObserved(returns);
  if (count === returns.length) return series;
  const kept = {
    returns: new Float64Array(count),
    starts: new Float64Array(count),
    ends: new Float64Array(count),
    ...(steps === undefined ? {} : { steps: new Float64Array(count) }),
  };
  for (let i = 0, next = 0; i < returns.length; i++) {
    if (Number.isNaN(returns[i]!)) continue;
    kept.returns[next] = returns[i]!;
    kept.starts[next] = starts[i]!;
    kept.ends[next] = ends[i]!;
    if (kept.steps !== undefined) kept.steps[next] = steps![i]!;
    next += 1;
  }
  return { ...kept, periodsPerYear: series.periodsPerYear };
}

/**
 * The series in which a return covers the periods without a value before it (docs/metrics.md §0 "Span"), as in a record
 * of values, where a value after a gap is compared with the last one before it. What lies before the first return is
 * covered by none. Not for files of returns: there a missing period stays unknown.
 */
export function spanning(series: ReturnSeries): ReturnSeries {
  const { returns } = series;
  const starts = series.starts.slice();
  const steps = new Float64Array(returns.length).fill(1);
  let last = -1;
  let isRegular = true;
  for (let i = 0; i < returns.length; i++) {
    if (Number.isNaN(returns[i]!)) continue;
    if (last >= 0 && i - last > 1) {
      starts[i] = series.starts[last + 1]!;
      steps[i] = i - last;
      isRegular = false;
    }
    last = i;
  }
  return isRegular ? series : { ...series, starts, steps };
}

/** The steps of the grid that the returns of an observed series cover: c. */
export function coveredSteps({ returns, steps }: Pick<ReturnSeries, 'returns' | 'steps'>): number {
  return steps?.reduce((sum, k) => sum + k, 0) ?? returns.length;
}

/** The part of a series with index `from <= i < to`. */
export function sliceSeries(series: ReturnSeries, from: number, to: number): ReturnSeries {
  return {
    ...series,
    returns: series.returns.subarray(from, to),
    starts: series.starts.subarray(from, to),
    ends: series.ends.subarray(from, to),
    ...(series.steps === undefined ? {} : { steps: series.steps.subarray(from, to) }),
  };
}

function countObserved(returns: Float64Array): number {
  let count = 0;
  for (let i = 0; i < returns.length; i++) {
    const r = returns[i]!;
    // r − r is 0 for a number, and NaN for NaN and for an infinity.
    if (r - r === 0) count += 1;
    else if (!Number.isNaN(r)) throw new InputError('analytics_parameter_invalid', 'a return is infinite');
  }
  return count;
}

function checkShape({ returns, starts, ends, steps, periodsPerYear }: ReturnSeries): void {
  if (starts.length !== returns.length || ends.length !== returns.length) {
    throw new InputError('analytics_parameter_invalid', 'a series needs a start and an end for each return');
  }
  if (
    steps !== undefined &&
    !(steps.length === returns.length && steps.every((k) => k >= 1 && k < Infinity))
  ) {
    throw new InputError('analytics_parameter_invalid', 'the steps of a series are not counts of at least 1');
  }
  if (!(periodsPerYear > 0 && periodsPerYear < Number.POSITIVE_INFINITY)) {
    throw new InputError('analytics_parameter_invalid', 'the periods in a year are not a number above 0');
  }
}
