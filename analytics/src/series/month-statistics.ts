/** How a record's whole months went (docs/metrics.md §3.1). */
import type { Outcome } from '../outcome.ts';
import type { CalendarReturns } from './calendar-returns.ts';

/** The statistics of whole months. */
export interface MonthStatistics {
  /** Share of the months above 0, of all. */
  readonly positiveMonthShare: Outcome;
  readonly bestMonth: Outcome;
  readonly worstMonth: Outcome;
  /** The longest run of months below 0, in months. */
  readonly longestLosingMonths: Outcome;
}

/**
 * All fields of {@link MonthStatistics}. Only whole months count. A month in between that is partial or without data
 * does not end a run: nobody knows that it was a good one. Without a whole month `tooFewObservations`, without any
 * `noData`. Not checked: that the months come in time order, as `monthlyReturns` has them.
 */
export function monthStatistics({ returns, partial }: CalendarReturns): MonthStatistics {
  const isPartial = new Set(partial);
  const months = Object.keys(returns);
  const whole = months.filter((month) => !isPartial.has(month)).map((month) => returns[month]!);
  if (whole.length === 0) {
    const reason = months.length === 0 ? 'noData' : 'tooFewObservations';
    return {
      positiveMonthShare: reason,
      bestMonth: reason,
      worstMonth: reason,
      longestLosingMonths: reason,
    };
  }
  return {
    positiveMonthShare: whole.filter((value) => value > 0).length / whole.length,
    bestMonth: Math.max(...whole),
    worstMonth: Math.min(...whole),
    longestLosingMonths: longestRunBelowZero(whole),
  };
}

function longestRunBelowZero(values: readonly number[]): number {
  let longest = 0;
  let run = 0;
  for (const value of values) {
    run = value < 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
