/** Marks: what an asset, or a contract, was worth at an instant, exactly as the venue reported it. */
import type { Decimal } from '../amount/decimal.ts';

/**
 * A price: `price` units of `quote` for one unit of `asset`, from the last trade at or before `time`. For a contract,
 * `asset` is its symbol, `quote` the quote of its price (for an inverse contract not its settlement currency), and the
 * price its mark. `1d`: the close of the UTC day that ends at `time`. `1m`: the close of the minute that ends at
 * `time`.
 */
export interface Mark {
  readonly venue: string;
  readonly asset: string;
  readonly quote: string;
  readonly time: number;
  readonly price: Decimal;
  readonly resolution: '1d' | '1m';
  /**
   * For a minute: the lowest and the highest price of its trades. A fill of that minute outside this range did not
   * happen on the market (docs/metrics.md §1). Both or none.
   */
  readonly low?: Decimal;
  readonly high?: Decimal;
  /**
   * For a day: the volume on the venue in its 24 hours, in units of `asset`, or of the quote for an inverse contract. A
   * holding of more than a tenth of it rests on an illiquid mark (docs/metrics.md §1).
   */
  readonly volume?: Decimal;
  /** For a day: the volume-weighted median price of its 24 hours, or the average where the venue gives no median. */
  readonly vwap?: Decimal;
}
