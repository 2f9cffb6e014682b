/** A period of an account history: the days that lie wholly in it, and what happened in them. */
import { InputError } from '../errors.ts';
import type { AccountHistory } from '../history.ts';
import type { Amount } from '../ledger/decimal.ts';
import type { TradingRow } from '../ledger/trading-rows.ts';
import { DAY_MS } from '../valuation/calendar.ts';
import type { Flow } from '../valuation/flows.ts';
import { type ReturnSeries, sliceSeries, toReturnSeries } from './series.ts';

/** Days that lie wholly in [from, to] count; left out: from the first, to the last. ms UTC. */
export interface PeriodBounds {
  readonly from?: number;
  readonly to?: number;
}

export interface AccountPeriod {
  /** First instant and end (exclusive), ms UTC; null: no day lies in the period. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly series: ReturnSeries;
  readonly floorReturns: Float64Array;
  readonly navStart: Amount | null;
  readonly navEnd: Amount | null;
  /** Value at the end with assets without a price at 0. */
  readonly floorNavEnd: Amount | null;
  /** External flows in [startTime, endTime). */
  readonly flows: readonly Flow[];
  readonly trading: readonly TradingRow[];
}

/** @throws InputError `analytics_range_invalid` unless from and to are instants with from < to */
export function selectPeriod(history: AccountHistory, bounds: PeriodBounds): AccountPeriod {
  checkBounds(bounds);
  const { exact, days } = history;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = bounds;
  const first = countWhile(days, (end) => end - DAY_MS < from);
  const last = Math.max(
    countWhile(days, (end) => end <= to),
    first,
  );
  const isEmpty = first === last;
  const startTime = isEmpty ? null : days[first]! - DAY_MS;
  const endTime = isEmpty ? null : days[last - 1]!;
  const within = (time: number) =>
    startTime !== null && endTime !== null && time >= startTime && time < endTime;
  return {
    startTime,
    endTime,
    series: sliceSeries(toReturnSeries(history.returns, history.startTime ?? 0), first, last),
    floorReturns: exact.floorReturns.subarray(first, last),
    navStart: isEmpty ? null : (exact.nav[first] ?? null),
    navEnd: isEmpty ? null : (exact.nav[last] ?? null),
    floorNavEnd: isEmpty ? null : (exact.floorNav[last] ?? null),
    flows: exact.flows.filter((flow) => within(flow.time)),
    trading: exact.trading.filter((row) => within(row.day)),
  };
}

function checkBounds({ from, to }: PeriodBounds): void {
  for (const bound of [from, to]) {
    if (bound !== undefined && !Number.isSafeInteger(bound)) {
      throw new InputError('analytics_range_invalid', 'a bound of the period is not an instant');
    }
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw new InputError('analytics_range_invalid', 'the period ends before it begins');
  }
}

function countWhile(days: readonly number[], holds: (end: number) => boolean): number {
  const index = days.findIndex((end) => !holds(end));
  return index === -1 ? days.length : index;
}
