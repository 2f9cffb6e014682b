/** Series on the usual grids of a record, with the periods in a year of a market that never closes. */

import { DAY_MS } from '@perf-aggregator/shared/time';
import { InputError } from '../errors.ts';
import { monthIndex, startOfMonth } from '../time/calendar.ts';
import { type ReturnSeries, toReturnSeries, toReturns } from './return-series.ts';

interface Grid {
  readonly periodsPerYear: number;
  /** Length of a period, either fixed or as a number of calendar months. */
  readonly stepMs?: number;
  readonly months?: number;
}

const MONTHLY: Grid = { periodsPerYear: 12, months: 1 };
const QUARTERLY: Grid = { periodsPerYear: 4, months: 3 };
const YEARLY: Grid = { periodsPerYear: 1, months: 12 };

const GRIDS = {
  h: { periodsPerYear: 8760, stepMs: DAY_MS / 24 },
  D: { periodsPerYear: 365, stepMs: DAY_MS },
  W: { periodsPerYear: 52, stepMs: 7 * DAY_MS },
  M: MONTHLY,
  ME: MONTHLY,
  Q: QUARTERLY,
  QE: QUARTERLY,
  Y: YEARLY,
  YE: YEARLY,
} as const satisfies Readonly<Record<string, Grid>>;

/** Hour, day, week, and calendar month, quarter, year, under their pandas names (`ME`: stamped at the month's end). */
export type Frequency = keyof typeof GRIDS;

/** Every {@link Frequency}. */
export const FREQUENCIES = Object.keys(GRIDS) as readonly Frequency[];

/**
 * A series with the periods of `frequency`. Hours, days and weeks have a fixed length and begin at `startTime`. Months,
 * quarters and years are those of the calendar, and the first one holds `startTime`.
 * @param returns - null, NaN: the period has no return
 * @param periodsPerYear - A; 8760, 365, 52, 12, 4, 1 when left out (docs/metrics.md §0)
 * @throws InputError `analytics_parameter_invalid`
 */
export function calendarSeries(
  returns: ArrayLike<number | null>,
  startTime: number,
  frequency: Frequency,
  periodsPerYear?: number,
): ReturnSeries {
  if (!Object.hasOwn(GRIDS, frequency)) {
    throw new InputError('analytics_parameter_invalid', 'the frequency of a series is not one that is known');
  }
  const grid: Grid = GRIDS[frequency];
  const perYear = periodsPerYear ?? grid.periodsPerYear;
  if (!(perYear > 0 && perYear < Number.POSITIVE_INFINITY)) {
    throw new InputError('analytics_parameter_invalid', 'the periods in a year are not a number above 0');
  }
  const series =
    grid.months === undefined
      ? toReturnSeries(returns, startTime, grid.stepMs)
      : calendarPeriods(returns, startTime, grid.months);
  return { ...series, periodsPerYear: perYear };
}

function calendarPeriods(returns: ArrayLike<number | null>, startTime: number, months: number): ReturnSeries {
  if (!Number.isSafeInteger(startTime)) {
    throw new InputError('analytics_parameter_invalid', 'a series needs an instant to start at');
  }
  const first = Math.floor(monthIndex(startTime) / months);
  const bound = (i: number) => startOfMonth((first + i) * months);
  return {
    returns: toReturns(returns),
    starts: Float64Array.from(returns, (_, i) => bound(i)),
    ends: Float64Array.from(returns, (_, i) => bound(i + 1)),
    periodsPerYear: 12 / months,
  };
}
