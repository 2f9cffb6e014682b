/** Returns by UTC calendar month and year (docs/metrics.md §2). */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { monthIndex, monthKey, startOfMonth, yearKey } from '../time/calendar.ts';
import { firstAtOrAfter } from '../time/instants.ts';
import { growth, returnOf } from './growth.ts';
import type { ReturnSeries } from './return-series.ts';

/** Returns by month or year, and the keys of the units that the record does not fully cover. */
export interface CalendarReturns {
  readonly returns: Readonly<Record<string, number>>;
  readonly partial: readonly string[];
}

interface CalendarUnit {
  readonly months: number;
  /** A longer period belongs to no single unit: a quarter's return gives no return of its months. */
  readonly longestMs: number;
  keyOf(index: number): string;
}

const MONTH: CalendarUnit = { months: 1, longestMs: 31 * DAY_MS, keyOf: monthKey };
const YEAR: CalendarUnit = { months: 12, longestMs: 366 * DAY_MS, keyOf: yearKey };

/**
 * `monthlyReturns`: prod(1 + r) − 1 of the periods that start in the month; −1 if the account is wiped out there.
 * Months without data are absent. So are all months of a record whose periods are longer than a month.
 */
export function monthlyReturns(series: ReturnSeries): CalendarReturns {
  return byCalendar(series, MONTH);
}

/** `yearly`: the same returns by year. */
export function yearlyReturns(series: ReturnSeries): CalendarReturns {
  return byCalendar(series, YEAR);
}

function byCalendar({ returns, starts, ends }: ReturnSeries, unit: CalendarUnit): CalendarReturns {
  const values: Record<string, number> = {};
  const partial: string[] = [];
  const recordEnd = ends.at(-1) ?? 0;
  for (let from = 0; from < returns.length; ) {
    const index = Math.floor(monthIndex(starts[from]!) / unit.months);
    const [begin, end] = [startOfMonth(index * unit.months), startOfMonth((index + 1) * unit.months)];
    const to = firstAtOrAfter(starts, end, from);
    const value = returnOf(growth(returns, from, to));
    if (ends[to - 1]! - starts[to - 1]! <= unit.longestMs && Number.isFinite(value)) {
      values[unit.keyOf(index)] = value;
      if (starts[0]! > begin || recordEnd < end) partial.push(unit.keyOf(index));
    }
    from = to;
  }
  return { returns: values, partial };
}
