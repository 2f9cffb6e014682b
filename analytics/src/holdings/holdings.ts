/** Quantities that are held: by asset, and by venue and asset. */
import { type Amount, ZERO } from '../amount/decimal.ts';

/**
 * Quantity of each asset. An absent asset is zero. A negative quantity is owed, or is one that the entries cannot
 * explain.
 */
export type AssetSums = Map<string, Amount>;

/** Quantities by venue and asset. Each is valued at its own venue's prices. */
export class Holdings {
  readonly #venues = new Map<string, AssetSums>();

  /** A copy of `other`. Without `other` it is empty. */
  constructor(other?: Holdings) {
    if (other === undefined) return;
    for (const [venue, sums] of other.#venues) this.#venues.set(venue, new Map(sums));
  }

  /** The live quantities at one venue. */
  at(venue: string): AssetSums {
    const known = this.#venues.get(venue);
    if (known !== undefined) return known;
    const sums: AssetSums = new Map();
    this.#venues.set(venue, sums);
    return sums;
  }

  /** Every venue with its live quantities. */
  byVenue(): Iterable<readonly [venue: string, sums: AssetSums]> {
    return this.#venues;
  }
}

/** Adds `delta` to the quantity of `asset`. */
export function addAsset(sums: AssetSums, asset: string, delta: Amount): void {
  const sum = (sums.get(asset) ?? ZERO).plus(delta);
  if (sum.isZero()) sums.delete(asset);
  else sums.set(asset, sum);
}
