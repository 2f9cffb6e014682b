/**
 * What the engine needs of one account at one venue, as plain data. The adapter behind it knows the venue's library.
 * The engine knows windows, pages and cursors. Every method may throw ExchangeError.
 */
import type { Mark } from '@perf-aggregator/analytics';
import type { Market, Product } from '../table.ts';

/** A span of candles: those that open at `from` or later and close before `until`. */
export interface CandleSpan {
  /** A listed market. */
  readonly symbol: string;
  readonly resolution: Mark['resolution'];
  readonly from: number;
  readonly until: number;
  readonly limit: number;
}

/** The markets that the venue lists. */
export interface Markets {
  /** By unified symbol. */
  bySymbol(symbol: string): Market | undefined;
  /** By the venue's own name. */
  byId(product: Product, id: string): Market | undefined;
  /** All of a product, in the order of the venue's names. */
  ofProduct(product: Product): readonly Market[];
  /** All spot markets with this base or quote, in the order of the venue's names. */
  ofAsset(asset: string): readonly Market[];
}

export interface VenueClient {
  /**
   * The answer of a call of the table.
   * @param isBackground - may wait for calls of all others
   */
  call(
    name: string,
    parameters: Readonly<Record<string, string | number>>,
    isBackground?: boolean,
  ): Promise<unknown>;
  markets(): Promise<Markets>;
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
