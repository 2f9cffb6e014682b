/**
 * What the engine needs of one account at one venue, as plain data. The adapter behind it (`ccxt.ts`) knows the venue's
 * library. The engine knows windows, pages and cursors. Every method may throw ExchangeError.
 */
import type { Mark } from '@perf-aggregator/analytics';
import type { FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import type { AccountInspection, BalanceSnapshot } from './port.ts';

/** A listed spot market. */
export interface SpotMarket {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
}

/** A page of transfers. */
export interface TransferPage {
  /** The settled transfers. */
  readonly entries: readonly TransferEntry[];
  /** Time of the earliest transfer that may still settle. Null when there is none. */
  readonly pendingSince: number | null;
  /** How many transfers the venue sent, settled or not. The number shows whether the page was full. */
  readonly count: number;
}

/** A span of candles: those that open at `from` or later and close before `until`. */
export interface CandleSpan {
  /** A listed market. */
  readonly symbol: string;
  readonly resolution: Mark['resolution'];
  readonly from: number;
  readonly until: number;
  readonly limit: number;
}

export interface VenueClient {
  inspect(): Promise<AccountInspection>;
  balances(): Promise<BalanceSnapshot>;
  /** Listed spot markets by symbol. */
  markets(): Promise<ReadonlyMap<string, SpotMarket>>;
  /** Fills of a symbol whose id is at least `fromId`, by rising id. */
  fills(symbol: string, fromId: string, limit: number): Promise<readonly FillEntry[]>;
  /** Transfers inside [from, to], both inclusive. */
  transfers(
    direction: TransferEntry['direction'],
    from: number,
    to: number,
    offset: number,
  ): Promise<TransferPage>;
  /**
   * Closes of a market, by rising time; a mark's time is its candle's end. Minutes have their range, days their
   * volume and average price.
   */
  closes(span: CandleSpan): Promise<readonly Mark[]>;
  /**
   * Close of the last minute with a trade that ended at or before `time`. It has no range, because that would be the
   * range of another minute. Null before the first trade.
   */
  lastClose(symbol: string, time: number): Promise<Mark | null>;
}
