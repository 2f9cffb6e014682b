/** What folding entries leaves behind, in order of time: all that a history says of the past. */

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

/** A day on which something happened; all of it never changes again. */
export interface FoldedDay {
  /** 00:00 UTC, ms. */
  readonly day: number;
  readonly rows: readonly TradingRow[];
  readonly credits: DayCredits;
  readonly paid: Paid;
  /** At its end. */
  readonly open: readonly OpenPosition[];
  /** How the fills up to its end were made. */
  readonly fills: OffMarketBooking;
}

export class Journal {
  readonly closedTrades = new Timed<ClosedTrade>();
  /** Of credits all, whether flows or income. */
  readonly flows = new Timed<Flow>();
  readonly unreadPoints = new Timed<FlowPoint>();
  readonly moved = new MovedHoldings();
  /** By the instant at which they end, or after all that happened on them so far. */
  readonly days = new Timed<FoldedDay>();

  /** The day that holds `time`; undefined: nothing happened on it. */
  dayOf(time: number): FoldedDay | undefined {
    const day = startOfDay(time);
    const last = this.days.at(day + DAY_MS);
    return last?.day === day ? last : undefined;
  }

  /** Forgets what came after `time`, which no day ends at that is not over. */
  rewind(time: number): void {
    this.closedTrades.rewind(time);
    this.flows.rewind(time);
    this.unreadPoints.rewind(time);
    this.moved.rewind(time);
    this.days.rewind(time);
  }
}
