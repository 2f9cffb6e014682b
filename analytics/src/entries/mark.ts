/** Marks: what an asset, or a contract, was worth at an instant, exactly as the venue told it. */
import type { Decimal } from '../amount/decimal.ts';

/**
 * A price: `price` units of `quote` for one unit of `asset`, the last traded at or before `time`. Of a contract
 * `asset` is its symbol, `quote` the quote of its price (of an inverse contract not what it settles in), and the
 * price its mark.
 * `1d`: the close of the UTC day that ends at `time`. `1m`: the close of the minute that ends at `time`.
 */
export interface Mark {
  readonly venue: string;
  readonly asset: string;
  readonly quote: string;
  readonly time: number;
  readonly price: Decimal;
  readonly resolution: '1d' | '1m';
  /**
   * Of a minute: the lowest and the highest price at which it traded. A fill of that minute outside of them did not
   * happen on the market (docs/metrics.md §1). Both or none.
   */
  readonly low?: Decimal;
  readonly high?: Decimal;
  /**
   * Of a day: what traded on the venue in its 24 hours, in units of `asset`, of an inverse contract in units of its
   * quote. A holding of more than a tenth of it rests on an illiquid mark (docs/metrics.md §1).
   */
  readonly volume?: Decimal;
  /** Of a day: the volume-weighted median price of its 24 hours, or the average where the venue tells no median. */
  readonly vwap?: Decimal;
}
