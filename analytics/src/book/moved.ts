/**
 * What the entries moved, at instants: a column of sums for each asset at a venue, with a row where it is another one
 * than before. What was held before the first entry is no part of it, so that another opening changes nothing here.
 */
import { type Amount, ZERO } from '../amount/decimal.ts';
import type { Holdings } from '../holdings/holdings.ts';
import { heldKey } from '../valuation/illiquid.ts';
import type { HeldAsset } from '../valuation/nav.ts';
import { Timed } from './timed.ts';

interface Column extends HeldAsset {
  readonly sums: Timed<Amount>;
}

export class MovedHoldings {
  readonly #columns = new Map<string, Column>();
  readonly #isKnown = new Timed<boolean>();

  /** Notes what was moved before `instant`, which is not before the one noted before. */
  note(instant: number, holdings: Holdings, isKnown: boolean): void {
    if (this.#isKnown.last !== isKnown) this.#isKnown.push(instant, isKnown);
    for (const [venue, sums] of holdings.byVenue()) {
      for (const [asset, sum] of sums) {
        const column = this.#column({ venue, asset });
        if (column.sums.last !== sum) column.sums.push(instant, sum);
      }
    }
    for (const { venue, asset, sums } of this.#columns.values()) {
      if (sums.last?.isZero() === false && !holdings.at(venue).has(asset)) sums.push(instant, ZERO);
    }
  }

  /** Every asset that ever moved. */
  assets(): Iterable<HeldAsset> {
    return this.#columns.values();
  }

  /** What of an asset was moved before a noted instant, or before one to which nothing came since the last noted. */
  before(instant: number, held: HeldAsset): Amount {
    return this.#columns.get(heldKey(held))?.sums.at(instant) ?? ZERO;
  }

  /** Whether no money was in a wallet that is not read, at the same instants. */
  isKnownBefore(instant: number): boolean {
    return this.#isKnown.at(instant) ?? true;
  }

  /** Forgets what was noted of instants after `time`. */
  rewind(time: number): void {
    this.#isKnown.rewind(time);
    for (const [key, { sums }] of this.#columns) {
      sums.rewind(time);
      if (sums.length === 0) this.#columns.delete(key);
    }
  }

  #column(held: HeldAsset): Column {
    const key = heldKey(held);
    const known = this.#columns.get(key);
    if (known !== undefined) return known;
    const { venue, asset } = held;
    const column = { venue, asset, sums: new Timed<Amount>() };
    this.#columns.set(key, column);
    return column;
  }
}
