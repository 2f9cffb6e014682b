/** An open position at an instant: enough to value it, without its lots. */
import type { Amount } from '../amount/decimal.ts';

/** For spot, an asset across all own accounts. For a contract, one symbol in one wallet of one account. */
export interface OpenPosition {
  /** The asset, or the symbol of a contract. Prices are looked up by it. */
  readonly asset: string;
  /** Null: an asset, which belongs to no single venue. */
  readonly venue: string | null;
  /** Signed. Assets in units; contracts in units of the underlying (linear) or of the quote (inverse). */
  readonly quantity: Amount;
  /** The part of it whose cost is known. */
  readonly knownQuantity: Amount;
  /** Cost of that part. For assets in the reporting currency, for contracts in the settlement currency. */
  readonly cost: Amount;
  /** Settlement currency of a contract, and whether its value is quantity / price. Null: an asset. */
  readonly contract: { readonly settle: string; readonly inverse: boolean } | null;
  /**
   * How an asset's quantity is divided among own accounts, by venue and account. The sum may differ from the quantity.
   * A contract has one share, which is the whole.
   */
  readonly shares: readonly HeldShare[];
}

/** What one account acquired less what it disposed of. */
export interface HeldShare {
  readonly venue: string;
  readonly account: string;
  readonly quantity: Amount;
}
