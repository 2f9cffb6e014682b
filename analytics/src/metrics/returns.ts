/** Returns over a record (METRICS §2). Every function takes the observed returns only. */
import { calendarSpan, monthKey, yearKey } from '../valuation/calendar.ts';
import { finiteOr, type Outcome } from './outcome.ts';
import type { ReturnSeries } from './series.ts';

/** Whether the product of 1 + r falls to zero or below somewhere: there the record ends at −1. */
export function isWipedOut(returns: Float64Array): boolean {
  let value = 1;
  return returns.some((r) => {
    value *= 1 + r;
    return value <= 0;
  });
}

/** `totalReturn`: prod(1 + r) − 1; −1 once wiped out. */
export function totalReturn(returns: Float64Array): Outcome {
  if (returns.length === 0) return 'noData';
  return isWipedOut(returns) ? -1 : finiteOr(compound(returns), 'noConvergence');
}

/** `annualizedReturn`: (1 + totalReturn)^(A/n) − 1, n observed returns. */
export function annualizedReturn(returns: Float64Array, periodsPerYear: number): Outcome {
  const total = totalReturn(returns);
  if (typeof total !== 'number') return total;
  if (total === -1) return -1;
  return finiteOr((1 + total) ** (periodsPerYear / returns.length) - 1, 'tooFewObservations');
}

/** `geometricMeanReturn`: (1 + totalReturn)^(1/n) − 1. */
export function geometricMeanReturn(returns: Float64Array): Outcome {
  const total = totalReturn(returns);
  return typeof total === 'number' ? (1 + total) ** (1 / returns.length) - 1 : total;
}

/** `bestPeriodReturn`. */
export function bestPeriodReturn(returns: Float64Array): Outcome {
  return returns.length === 0 ? 'noData' : returns.reduce((best, r) => Math.max(best, r));
}

/** `worstPeriodReturn`. */
export function worstPeriodReturn(returns: Float64Array): Outcome {
  return returns.length === 0 ? 'noData' : returns.reduce((worst, r) => Math.min(worst, r));
}

/** Returns by UTC calendar month or year, with the keys of those that the record does not cover. */
export interface CalendarReturns {
  readonly returns: Readonly<Record<string, number>>;
  readonly partial: readonly string[];
}

/** `monthlyReturns`: prod(1 + r) − 1 of the periods that start in the month; months without data are absent. */
export function monthlyReturns(series: ReturnSeries): CalendarReturns {
  return byCalendar(series, monthKey);
}

/** `yearly`: the same by year. */
export function yearlyReturns(series: ReturnSeries): CalendarReturns {
  return byCalendar(series, yearKey);
}

function byCalendar(series: ReturnSeries, keyOf: (time: number) => string): CalendarReturns {
  const returns: Record<string, number> = {};
  let from = 0;
  for (let i = 1; i <= series.returns.length; i++) {
    const key = keyOf(series.starts[from]!);
    if (i < series.returns.length && keyOf(series.starts[i]!) === key) continue;
    returns[key] = compound(series.returns.subarray(from, i));
    from = i;
  }
  const recordStart = series.starts[0] ?? 0;
  const recordEnd = series.ends.at(-1) ?? 0;
  const partial = Object.keys(returns).filter((key) => {
    const [start, end] = calendarSpan(key);
    return recordStart > start || recordEnd < end;
  });
  return { returns, partial };
}

function compound(returns: Float64Array): number {
  return returns.reduce((product, r) => product * (1 + r), 1) - 1;
}
