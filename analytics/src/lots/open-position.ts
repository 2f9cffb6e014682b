/** What is open at an instant: enough to value it, without its lots. */
import type { Amount } from '../amount/decimal.ts';

/** Spot: an asset across all own accounts. A contract: one symbol of one venue. */
export interface OpenPosition {
  /** The asset, or the symbol of a contract: what prices are asked for. */
  readonly asset: string;
  /** Null: an asset, which belongs to no one venue. */
  readonly venue: string | null;
  /** Signed; assets in units, contracts in units of the underlying (linear) or of the quote (inverse). */
  readonly quantity: Amount;
  /** The part of it whose cost is known. */
  readonly knownQuantity: Amount;
  /** Cost of that part: of assets in the reporting currency, of contracts in what they settle in. */
  readonly cost: Amount;
  /** What a contract settles in, and whether it is worth quantity / price; null: an asset. */
  readonly contract: { readonly settle: string; readonly inverse: boolean } | null;
  /** How an asset's quantity is spread over own accounts, by venue and account; its sum need not be the quantity. */
  readonly shares: readonly HeldShare[];
}

/** What one account acquired less what it disposed of. */
export interface HeldShare {
  readonly venue: string;
  readonly account: string;
  readonly quantity: Amount;
}
