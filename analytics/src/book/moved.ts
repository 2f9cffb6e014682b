/**
 * What the entries moved, at instants: a column of sums for each asset at a venue. A column has a row only where its
 * sum changed. Holdings before the first entry are not part of it, so a different opening changes nothing here.
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

  /** Notes what was moved before `instant`. It is not before the last noted instant. */
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

  /**
   * What was moved of an asset before a noted instant, or before an instant with no entries since the last noted one.
   */
  before(instant: number, held: HeldAsset): Amount {
    return this.#columns.get(heldKey(held))?.sums.at(instant) ?? ZERO;
  }

  /** Whether no money was in a wallet that is not read, at the same instants. */
  isKnownBefore(instant: number): boolean {
    return this.#isKnown.at(instant) ?? true;
  }

  /** Forgets the notes of instants after `time`. */
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
