/** The part of a series in a period. A period has bounds, or a name that counts back from the end. */

import { DAY_MS } from '@perf-aggregator/shared/time';
import { InputError } from '../errors.ts';
import { monthIndex, monthsBefore, startOfMonth } from './calendar.ts';
import { firstAtOrAfter } from './instants.ts';

/** Days before the end. `ytd`: from 1 January UTC of the last period's year. `1y`: from the same day a year before. */
export const NAMED_PERIODS = ['1d', '7d', '30d', '90d', 'ytd', '1y', 'all'] as const;
export type NamedPeriod = (typeof NAMED_PERIODS)[number];

/** Periods that are wholly in [from, to] count. Left out: from the first, to the last. ms UTC. */
export interface PeriodBounds {
  readonly from?: number;
  readonly to?: number;
  /** Used instead of `from`: counts back from `to`, or from the end of the series if that is earlier. */
  readonly period?: NamedPeriod;
}

/** Consecutive periods: first instant and end (exclusive) of each, ms UTC, ascending. */
export interface PeriodGrid {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** Index range of a series: `from <= i < to`. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The periods of a series that are wholly within the bounds. The range is empty when there is none.
 * @throws InputError `analytics_range_invalid` unless from and to are instants with from < to, and for a `period` that
 *   is not known or comes with a `from`
 */
export function periodIndices({ starts, ends }: PeriodGrid, bounds: PeriodBounds): IndexRange {
  checkBounds(bounds);
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, period = 'all' } = bounds;
  const reached = firstAtOrAfter(ends, to);
  const last = ends[reached] === to ? reached + 1 : reached;
  if (last === 0) return { from: 0, to: 0 };
  const start = period === 'all' ? from : startOfNamed(period, Math.min(to, ends.at(-1)!));
  return { from: Math.min(firstAtOrAfter(starts, start), last), to: last };
}

function startOfNamed(period: Exclude<NamedPeriod, 'all'>, end: number): number {
  if (period === 'ytd') return startOfMonth(Math.floor(monthIndex(end - 1) / 12) * 12);
  if (period === '1y') return monthsBefore(end, 12);
  return end - Number.parseInt(period, 10) * DAY_MS;
}

function checkBounds({ from, to, period }: PeriodBounds): void {
  for (const bound of [from, to]) {
    if (bound !== undefined && !Number.isSafeInteger(bound)) {
      throw new InputError('analytics_range_invalid', 'a bound of the period is not an instant');
    }
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw new InputError('analytics_range_invalid', 'the period ends before it begins');
  }
  if (period !== undefined && (!NAMED_PERIODS.includes(period) || from !== undefined)) {
    throw new InputError('analytics_range_invalid', 'the period has no known name, or a start of its own');
  }
}
