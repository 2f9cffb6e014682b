/** `average`: all lots as one. */
import { add, subtract, type Whole } from '../amount/whole.ts';
import type { Inventory } from './inventory.ts';
import { type Lot, rescale, split } from './lot.ts';
import { OldestFirst } from './oldest-first.ts';
import type { Taken } from './taken.ts';

/**
 * One pool of all quantities of known cost. It is reset when it is empty. Lots without a known cost come after it,
 * oldest first. Lots of known cost have a value, and parts get their proportional share of it. The time of the pool is
 * the quantity-weighted mean of its lots, to the millisecond.
 */
export class Pool implements Inventory {
  #known: Lot | null = null;
  #unknown = new OldestFirst();

  add(lot: Lot): void {
    if (lot.value === null) this.#unknown.add(lot);
    else this.#known = this.#known === null ? lot : merge(this.#known, lot);
  }

  take(quantity: Whole, taken: Taken): Whole {
    const pool = this.#known;
    if (pool === null) return this.#unknown.take(quantity, taken);
    if (pool.quantity > quantity) {
      taken.add(split(pool, quantity));
      return 0;
    }
    this.#known = null;
    taken.add(pool);
    return this.#unknown.take(subtract(quantity, pool.quantity), taken);
  }

  isEmpty(): boolean {
    return this.#known === null && this.#unknown.isEmpty();
  }

  lots(): readonly Lot[] {
    return this.#known === null ? this.#unknown.lots() : [this.#known, ...this.#unknown.lots()];
  }

  rescale(quantity: Whole, price: Whole): void {
    if (this.#known !== null) rescale(this.#known, quantity, price);
    this.#unknown.rescale(quantity, price);
  }

  clone(): Pool {
    const copy = new Pool();
    copy.#known = this.#known && { ...this.#known };
    copy.#unknown = this.#unknown.clone();
    return copy;
  }
}

function merge(pool: Lot, lot: Lot): Lot {
  const quantity = add(pool.quantity, lot.quantity);
  return {
    quantity,
    price: lot.price,
    value: add(pool.value!, lot.value!),
    fee: add(pool.fee, lot.fee),
    time: pool.time + Math.round((lot.time - pool.time) * (Number(lot.quantity) / Number(quantity))),
  };
}
