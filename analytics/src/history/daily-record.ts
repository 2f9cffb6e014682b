/** Daily values, flows and returns of a book: the grid of an account's history. */

import { DAY_MS } from '@perf-aggregator/shared/time';
import { type Amount, ZERO } from '../amount/decimal.ts';
import type { AccountBook } from '../book/account-book.ts';
import type { Journal } from '../book/journal.ts';
import type { Holdings } from '../holdings/holdings.ts';
import { startOfDay } from '../time/calendar.ts';
import {
  byInstant,
  externalFlows,
  type Flow,
  type FlowPoint,
  NO_CREDITS,
  sumFlows,
} from '../valuation/flows.ts';
import { illiquidPnl } from '../valuation/illiquid.ts';
import type { Valuation } from '../valuation/nav.ts';
import { type PeriodReturns, periodReturns } from '../valuation/period-returns.ts';

export interface DailyRecord {
  /** 00:00 UTC of the first day, then the end of each day: one more bound than days. Empty: there is no whole day. */
  readonly bounds: readonly number[];
  /** One valuation at each bound. */
  readonly valuations: readonly Valuation[];
  readonly flows: readonly Flow[];
  readonly linked: PeriodReturns;
  /**
   * The lower bound of the returns: unpriced assets and money in unread wallets at 0, and unvalued large flows by the
   * formula.
   */
  readonly floorReturns: Float64Array;
  /** The gain of holdings too large for their markets on each day. */
  readonly illiquidPnl: readonly Amount[];
  /** Rebates and other credits of these days that are income and not flows. */
  readonly creditIncome: Amount;
}

/** Records every day from that of `earliestActivity` to the last finished day at `asOf`. */
export function recordDays(
  book: AccountBook,
  opening: Holdings,
  earliestActivity: number | null,
  asOf: number,
): DailyRecord {
  const bounds = dayBounds(earliestActivity, asOf);
  const { journal, prices, valuedDays } = book;
  const valued = { moved: journal.moved, opening, prices };
  const valuations = valuedDays.at(valued, bounds);
  const creditsOf = (time: number) => journal.dayOf(time)?.credits ?? NO_CREDITS;
  const flows = externalFlows([...journal.flows.list()], creditsOf, lastKnownNav(bounds, valuations));
  const points = byInstant(flows).map((group) => valuedDays.pointOf(valued, group));
  const [start, ends] = [valuations[0], bounds.slice(1)];
  const linked = periodReturns({
    navAtStart: start?.value ?? null,
    ends,
    nav: valuations.slice(1).map(({ value }) => value),
    flows: points,
    unvaluedLargeFlows: 'null',
  });
  const floor = periodReturns({
    navAtStart: start?.floor ?? null,
    ends,
    nav: valuations.slice(1).map(({ floor }) => floor),
    flows: [
      ...points.map((point): FlowPoint => ({ ...point, priced: true })),
      ...journal.unreadPoints.list(),
    ].sort((a, b) => a.time - b.time),
    unvaluedLargeFlows: 'formula',
  });
  return {
    ...{ bounds, valuations, flows, linked, floorReturns: floor.returns },
    illiquidPnl: illiquidPnl(
      valuations,
      (key, bound) => valuedDays.valueOf(key, bound),
      (key, day) => journal.dayOf(bounds[day]!)?.paid.get(key) ?? ZERO,
    ),
    creditIncome: creditIncome(journal, flows, bounds.at(-1) ?? 0),
  };
}

function creditIncome(journal: Journal, flows: readonly Flow[], until: number): Amount {
  const unclassified = flows.filter(({ unclassifiedCredit, time }) => unclassifiedCredit && time < until);
  let all = ZERO;
  for (const { day, credits } of journal.days.list()) if (day < until) all = all.plus(credits.value);
  return all.minus(sumFlows(unclassified, 'deposit'));
}

/** Sums of the flows of one direction by day, for the days between `bounds`. */
export function flowsByDay(
  flows: readonly Flow[],
  bounds: readonly number[],
  direction: Flow['direction'],
): readonly Amount[] {
  const sums: Amount[] = bounds.slice(1).map(() => ZERO);
  for (const flow of flows) {
    const day = Math.floor((flow.time - bounds[0]!) / DAY_MS);
    const sum = sums[day];
    if (sum !== undefined && flow.direction === direction) sums[day] = sum.plus(flow.value ?? ZERO);
  }
  return sums;
}

function dayBounds(earliestActivity: number | null, asOf: number): readonly number[] {
  if (earliestActivity === null) return [];
  const first = startOfDay(earliestActivity);
  const dayCount = (startOfDay(asOf) - first) / DAY_MS;
  return dayCount < 1 ? [] : Array.from({ length: dayCount + 1 }, (_, i) => first + i * DAY_MS);
}

/** Finds the last known NAV at or before an instant. Null when none is known yet. */
function lastKnownNav(
  bounds: readonly number[],
  valuations: readonly Valuation[],
): (time: number) => Amount | null {
  let last: Amount | null = null;
  const known = valuations.map(({ value }) => {
    last = value ?? last;
    return last;
  });
  return (time) => {
    const index = Math.floor((time - (bounds[0] ?? 0)) / DAY_MS);
    return known[Math.min(index, known.length - 1)] ?? null;
  };
}
