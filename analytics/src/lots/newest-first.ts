/** `lifo`. */
import { subtract, type Whole } from '../ledger/whole.ts';
import type { Inventory } from './inventory.ts';
import { type Lot, rescale, split } from './lot.ts';
import type { Taken } from './taken.ts';

/** A stack. */
export class NewestFirst implements Inventory {
  readonly #lots: Lot[] = [];

  add(lot: Lot): void {
    this.#lots.push(lot);
  }

  take(quantity: Whole, taken: Taken): Whole {
    let open = quantity;
    while (open > 0 && this.#lots.length > 0) {
      const lot = this.#lots.at(-1)!;
      if (lot.quantity > open) {
        taken.add(split(lot, open));
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
    for (const lot of this.#lots) rescale(lot, quantity, price);
  }
}
