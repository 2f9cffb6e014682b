/** The journal that a fold writes, in order of time. It holds everything that a history states about the past. */

import { DAY_MS } from '@perf-aggregator/shared/time';
import type { ClosedTrade } from '../lots/closed-trade.ts';
import type { OpenPosition } from '../lots/open-position.ts';
import type { TradingRow } from '../matching/trading-rows.ts';
import { startOfDay } from '../time/calendar.ts';
import type { DayCredits, Flow, FlowPoint } from '../valuation/flows.ts';
import type { Paid } from '../valuation/illiquid.ts';
import type { OffMarketBooking } from '../valuation/off-market.ts';
import { MovedHoldings } from './moved.ts';
import { Timed } from './timed.ts';

/** A day on which something happened. A finished day never changes again. */
export interface FoldedDay {
  /** 00:00 UTC, ms. */
  readonly day: number;
  readonly rows: readonly TradingRow[];
  readonly credits: DayCredits;
  readonly paid: Paid;
  /** Positions at the end of the day. */
  readonly open: readonly OpenPosition[];
  /** How the fills up to the end of the day were made. */
  readonly fills: OffMarketBooking;
}

export class Journal {
  readonly closedTrades = new Timed<ClosedTrade>();
  /** Holds every credit, whether it is a flow or income. */
  readonly flows = new Timed<Flow>();
  readonly unreadPoints = new Timed<FlowPoint>();
  readonly moved = new MovedHoldings();
  /** A finished day stands at its end. An unfinished day stands after everything that has happened on it so far. */
  readonly days = new Timed<FoldedDay>();

  /** The day that holds `time`. Undefined: nothing happened on that day. */
  dayOf(time: number): FoldedDay | undefined {
    const day = startOfDay(time);
    const last = this.days.at(day + DAY_MS);
    return last?.day === day ? last : undefined;
  }

  /** Forgets everything after `time`. No unfinished day ends at `time`. */
  rewind(time: number): void {
    this.closedTrades.rewind(time);
    this.flows.rewind(time);
    this.unreadPoints.rewind(time);
    this.moved.rewind(time);
    this.days.rewind(time);
  }
}
