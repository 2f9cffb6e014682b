/** `fifo`. */
import { subtract, type Whole } from '../amount/whole.ts';
import type { Inventory } from './inventory.ts';
import { type Lot, rescale, split } from './lot.ts';
import type { Taken } from './taken.ts';

const COMPACT_AT = 1024;

/** A queue. Used lots are removed in batches, not one by one. */
export class OldestFirst implements Inventory {
  #lots: Lot[] = [];
  #head = 0;
  /** Whether a clone may hold the same lots. Then only {@link OldestFirst.#own} belongs to this one alone. */
  #isShared = false;
  #own: Lot | null = null;

  add(lot: Lot): void {
    this.#lots.push(lot);
  }

  take(quantity: Whole, taken: Taken): Whole {
    let open = quantity;
    while (open > 0 && this.#head < this.#lots.length) {
      const lot = this.#lots[this.#head]!;
      if (lot.quantity > open) {
        taken.add(split(this.#ownHead(lot), open));
        return 0;
      }
      this.#head += 1;
      open = subtract(open, lot.quantity);
      taken.add(lot);
    }
    this.#compact();
    return open;
  }

  #compact(): void {
    if (this.#head === this.#lots.length) this.#lots.length = 0;
    else if (this.#head < COMPACT_AT || this.#head * 2 < this.#lots.length) return;
    else this.#lots = this.#lots.slice(this.#head);
    this.#head = 0;
  }

  isEmpty(): boolean {
    return this.#head === this.#lots.length;
  }

  lots(): readonly Lot[] {
    return this.#lots.slice(this.#head);
  }

  rescale(quantity: Whole, price: Whole): void {
    if (this.#isShared) this.#lots = this.#lots.slice(this.#head).map((lot) => ({ ...lot }));
    if (this.#isShared) this.#head = 0;
    this.#isShared = false;
    for (let i = this.#head; i < this.#lots.length; i++) rescale(this.#lots[i]!, quantity, price);
  }

  clone(): OldestFirst {
    const copy = new OldestFirst();
    copy.#lots = this.#lots.slice(this.#head);
    copy.#isShared = this.#isShared = true;
    this.#own = null;
    return copy;
  }

  /** The lot at the head, made ready for a change. */
  #ownHead(lot: Lot): Lot {
    if (!this.#isShared || lot === this.#own) return lot;
    this.#own = this.#lots[this.#head] = { ...lot };
    return this.#own;
  }
}
