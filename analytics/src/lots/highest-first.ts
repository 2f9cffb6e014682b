/** `hifo`: the lots with the least profit come first. */
import { subtract, type Whole } from '../amount/whole.ts';
import type { Inventory } from './inventory.ts';
import { type Lot, rescale, split } from './lot.ts';
import type { Taken } from './taken.ts';

/** A lot and its place. */
interface Ranked {
  readonly lot: Lot;
  readonly sequence: number;
}

/**
 * A binary heap. The highest entry price comes first for a long position, the lowest for a short one. Of equal prices
 * the oldest comes first. Fees do not change the order. Lots without a known price come last.
 */
export class HighestFirst implements Inventory {
  readonly #direction: 1 | -1;
  #heap: Ranked[] = [];
  #sequence = 0;
  /** Whether a clone may hold the same lots. Then only {@link HighestFirst.#own} belongs to this one alone. */
  #isShared = false;
  #own: Lot | null = null;

  constructor(direction: 1 | -1) {
    this.#direction = direction;
  }

  add(lot: Lot): void {
    this.#heap.push({ lot, sequence: this.#sequence++ });
    this.#rise(this.#heap.length - 1);
  }

  take(quantity: Whole, taken: Taken): Whole {
    let open = quantity;
    while (open > 0 && this.#heap.length > 0) {
      const { lot } = this.#heap[0]!;
      if (lot.quantity > open) {
        taken.add(split(this.#ownFirst(this.#heap[0]!), open));
        return 0;
      }
      this.#pop();
      open = subtract(open, lot.quantity);
      taken.add(lot);
    }
    return open;
  }

  isEmpty(): boolean {
    return this.#heap.length === 0;
  }

  lots(): readonly Lot[] {
    return this.#heap.toSorted((a, b) => a.sequence - b.sequence).map(({ lot }) => lot);
  }

  rescale(quantity: Whole, price: Whole): void {
    if (this.#isShared) this.#heap = this.#heap.map(({ lot, sequence }) => ({ lot: { ...lot }, sequence }));
    this.#isShared = false;
    for (const { lot } of this.#heap) rescale(lot, quantity, price);
  }

  clone(): HighestFirst {
    const copy = new HighestFirst(this.#direction);
    copy.#heap = this.#heap.slice();
    copy.#sequence = this.#sequence;
    copy.#isShared = this.#isShared = true;
    this.#own = null;
    return copy;
  }

  /** The first lot, made ready for a change. */
  #ownFirst({ lot, sequence }: Ranked): Lot {
    if (!this.#isShared || lot === this.#own) return lot;
    this.#own = { ...lot };
    this.#heap[0] = { lot: this.#own, sequence };
    return this.#own;
  }

  #comesBefore(a: Ranked, b: Ranked): boolean {
    const [priceA, priceB] = [a.lot.price, b.lot.price];
    if (priceA === priceB) return a.sequence < b.sequence;
    if (priceA === null || priceB === null) return priceA !== null;
    return priceA > priceB === this.#direction > 0;
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!this.#comesBefore(this.#heap[index]!, this.#heap[above]!)) return;
      this.#swap(index, above);
      index = above;
    }
  }

  #pop(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let index = 0; ; ) {
      let first = index;
      for (const below of [2 * index + 1, 2 * index + 2]) {
        if (below < this.#heap.length && this.#comesBefore(this.#heap[below]!, this.#heap[first]!))
          first = below;
      }
      if (first === index) return;
      this.#swap(index, first);
      index = first;
    }
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a]!;
    this.#heap[a] = this.#heap[b]!;
    this.#heap[b] = kept;
  }
}
