/** Answers that come in pages: `returns` and `trades`. Fields and units: docs/protocol.md §5. */
import type { Scope } from './scope.ts';

/** The common members of pages. */
export interface Page extends Scope {
  /** First and last day of the whole period. Null: no whole day is in it. */
  readonly from: string | null;
  readonly to: string | null;
  /** Cursor of the next page. Null: this is the last page. */
  readonly nextCursor: string | null;
}

/** Answer of `returns`: one page of the days of a period, oldest first. */
export interface ReturnsAnswer<Day extends object> extends Page {
  readonly dayCount: number;
  readonly benchmark: string | null;
  readonly window: number | null;
  /** Value at the start of the period. */
  readonly navStart: string | null;
  readonly days: readonly Day[];
}

/** Answer of `trades`: one page of the round trips of a period, newest first. `Totals` are of all pages. */
export type TradesAnswer<Trip extends object, Totals extends object> = Page &
  Totals & {
    readonly tradeCount: number;
    readonly trades: readonly Trip[];
  };
