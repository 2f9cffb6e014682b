/** Returns by UTC calendar month and year (docs/metrics.md §2). A span belongs to the unit of its last instant. */
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
 * `monthlyReturns`: prod(1 + r) − 1 of the periods that end in the month; −1 if the account is wiped out there. Months
 * without data are absent. So are all months of a record whose periods are longer than a month. A month is partial where
 * the record does not cover it, where a return over several steps touches it, and where a step in it has no return.
 */
export function monthlyReturns(series: ReturnSeries): CalendarReturns {
  return byCalendar(series, MONTH);
}

/** `yearly`: the same returns by year. */
export function yearlyReturns(series: ReturnSeries): CalendarReturns {
  return byCalendar(series, YEAR);
}

function byCalendar(series: ReturnSeries, unit: CalendarUnit): CalendarReturns {
  const { returns, starts, ends, steps } = series;
  const values: Record<string, number> = {};
  const partial: string[] = [];
  for (let from = 0; from < returns.length; ) {
    const index = Math.floor(monthIndex(ends[from]! - 1) / unit.months);
    const [begin, end] = [startOfMonth(index * unit.months), startOfMonth((index + 1) * unit.months)];
    // The first that ends after the unit.
    const to = firstAtOrAfter(ends, end + 1, from);
    const value = returnOf(growth(returns, from, to));
    const step = (ends[to - 1]! - starts[to - 1]!) / (steps?.[to - 1] ?? 1);
    if (step <= unit.longestMs && Number.isFinite(value)) {
      values[unit.keyOf(index)] = value;
      if (!isWhole(series, { from, to, begin, end })) partial.push(unit.keyOf(index));
    }
    from = to;
  }
  return { returns: values, partial };
}

/** Whether single steps without a gap cover a unit, and no span from before or into the next one does. */
function isWhole(
  { starts, ends, steps }: ReturnSeries,
  { from, to, begin, end }: { from: number; to: number; begin: number; end: number },
): boolean {
  if (starts[from]! > begin || ends[to - 1]! < end) return false;
  for (let i = from; i < to; i++) {
    if ((steps?.[i] ?? 1) > 1 || (i > from && starts[i]! > ends[i - 1]!)) return false;
  }
  return true;
}
