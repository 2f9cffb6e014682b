/** A period of an account history: the days that are wholly in it, and what happened on them. */
import type { Amount } from '../amount/decimal.ts';
import type { AccountHistory } from '../history/account-history.ts';
import type { ClosedTrade } from '../lots/closed-trade.ts';
import type { TradingRow } from '../matching/trading-rows.ts';
import { type ReturnSeries, sliceSeries, spanning, toReturnSeries } from '../series/return-series.ts';
import { type IndexRange, type PeriodBounds, periodIndices } from '../time/period-bounds.ts';
import type { Flow } from '../valuation/flows.ts';

export interface AccountPeriod {
  /** Days of the history in the period: `from <= i < to`. */
  readonly days: IndexRange;
  /** First instant and end (exclusive), ms UTC. Null: no day is in the period. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  /** A return covers the days without one before it. */
  readonly series: ReturnSeries;
  readonly floorReturns: Float64Array;
  readonly navStart: Amount | null;
  readonly navEnd: Amount | null;
  /** Value at the end with assets without a price and money in unread wallets at 0. */
  readonly floorNavEnd: Amount | null;
  /** External flows in [startTime, endTime). */
  readonly flows: readonly Flow[];
  readonly trading: readonly TradingRow[];
  readonly closedTrades: readonly ClosedTrade[];
}

/** @throws InputError `analytics_range_invalid` as {@link periodIndices} */
export function selectPeriod(history: AccountHistory, bounds: PeriodBounds): AccountPeriod {
  const { exact } = history;
  const series = toReturnSeries(history.returns, history.startTime ?? 0);
  const { from: first, to: last } = periodIndices(series, bounds);
  const isEmpty = first === last;
  const startTime = isEmpty ? null : series.starts[first]!;
  const endTime = isEmpty ? null : series.ends[last - 1]!;
  const within = (time: number) =>
    startTime !== null && endTime !== null && time >= startTime && time < endTime;
  return {
    days: { from: first, to: last },
    startTime,
    endTime,
    series: spanning(sliceSeries(series, first, last)),
    floorReturns: exact.floorReturns.subarray(first, last),
    navStart: isEmpty ? null : (exact.nav[first] ?? null),
    navEnd: isEmpty ? null : (exact.nav[last] ?? null),
    floorNavEnd: isEmpty ? null : (exact.floorNav[last] ?? null),
    flows: exact.flows.filter((flow) => within(flow.time)),
    trading: exact.trading.filter((row) => within(row.day)),
    closedTrades: isEmpty ? [] : exact.closedTrades.between(startTime!, endTime!),
  };
}
