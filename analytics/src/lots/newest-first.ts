/** `lifo`. */
import { subtract, type Whole } from '../amount/whole.ts';
import type { Inventory } from './inventory.ts';
import { type Lot, rescale, split } from './lot.ts';
import type { Taken } from './taken.ts';

/** A stack. */
export class NewestFirst implements Inventory {
  #lots: Lot[] = [];
  /** Whether a clone may hold the same lots. Then only {@link NewestFirst.#own} belongs to this one alone. */
  #isShared = false;
  #own: Lot | null = null;

  add(lot: Lot): void {
    this.#lots.push(lot);
  }

  take(quantity: Whole, taken: Taken): Whole {
    let open = quantity;
    while (open > 0 && this.#lots.length > 0) {
      const lot = this.#lots.at(-1)!;
      if (lot.quantity > open) {
        taken.add(split(this.#ownTop(lot), open));
        return 0;
      }
      this.#lots.pop();
      open = subtract(open, lot.quantity);
      taken.add(lot);
    }
    return open;
  }

  isEmpty(): boolean {
    return this.#lots.length === 0;
  }

  lots(): readonly Lot[] {
    return this.#lots;
  }

  rescale(quantity: Whole, price: Whole): void {
    if (this.#isShared) this.#lots = this.#lots.map((lot) => ({ ...lot }));
    this.#isShared = false;
    for (const lot of this.#lots) rescale(lot, quantity, price);
  }

  clone(): NewestFirst {
    const copy = new NewestFirst();
    copy.#lots = this.#lots.slice();
    copy.#isShared = this.#isShared = true;
    this.#own = null;
    return copy;
  }

  /** The lot on top, made ready for a change. */
  #ownTop(lot: Lot): Lot {
    if (!this.#isShared || lot === this.#own) return lot;
    this.#own = this.#lots[this.#lots.length - 1] = { ...lot };
    return this.#own;
  }
}
