/** Series of period returns: simple returns, one period each, NaN inside and null outside for "no value". */
import { InputError } from '../errors.ts';
import { DAY_MS } from '../valuation/calendar.ts';

/** Period returns on a grid. Arrays of one length; NaN: the period has no return. */
export interface ReturnSeries {
  readonly returns: Float64Array;
  /** First instant of each period, ms UTC. */
  readonly starts: Float64Array;
  /** End of each period (exclusive), ms UTC. */
  readonly ends: Float64Array;
  readonly periodsPerYear: number;
}

/** Periods in a year of a market that never closes (METRICS §0): never 252. */
export const DAILY_PERIODS_PER_YEAR = 365;

/**
 * A series of equal periods from `startTime` on.
 * @param stepMs - length of a period; daily when left out
 * @throws InputError `analytics_parameter_invalid`
 */
export function toReturnSeries(
  returns: ArrayLike<number | null>,
  startTime: number,
  stepMs: number = DAY_MS,
): ReturnSeries {
  if (!Number.isSafeInteger(startTime) || !(stepMs > 0)) {
    throw new InputError('analytics_parameter_invalid', 'a series needs an instant to start at and a step');
  }
  const values = Float64Array.from(returns, (value) => value ?? Number.NaN);
  return {
    returns: values,
    starts: values.map((_, i) => startTime + i * stepMs),
    ends: values.map((_, i) => startTime + (i + 1) * stepMs),
    periodsPerYear: (DAILY_PERIODS_PER_YEAR * DAY_MS) / stepMs,
  };
}

/** The periods that have a return (METRICS §0 "missing": dropped, never filled). */
export function observed(series: ReturnSeries): ReturnSeries {
  const kept = indicesOfNumbers(series.returns);
  const pick = (array: Float64Array) => Float64Array.from(kept, (i) => array[i]!);
  return {
    ...series,
    returns: pick(series.returns),
    starts: pick(series.starts),
    ends: pick(series.ends),
  };
}

/** The part of a series with index `from <= i < to`. */
export function sliceSeries(series: ReturnSeries, from: number, to: number): ReturnSeries {
  return {
    ...series,
    returns: series.returns.subarray(from, to),
    starts: series.starts.subarray(from, to),
    ends: series.ends.subarray(from, to),
  };
}

function indicesOfNumbers(values: Float64Array): number[] {
  const indices: number[] = [];
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) indices.push(i);
  return indices;
}
