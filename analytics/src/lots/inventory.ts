/** Open lots of one thing in the order in which a method gives them away. */
import type { Whole } from '../amount/whole.ts';
import type { Lot } from './lot.ts';
import type { Taken } from './taken.ts';

/** Lots of one position. All of one direction. */
export interface Inventory {
  /** Takes over `lot`, whose quantity is positive. */
  add(lot: Lot): void;
  /**
   * Gives away up to `quantity`, part by part, to `taken`.
   * @returns what no lot covers
   */
  take(quantity: Whole, taken: Taken): Whole;
  isEmpty(): boolean;
  /** What is left, oldest first; live lots, for reading. */
  lots(): readonly Lot[];
  /** Brings every lot to finer scales. */
  rescale(quantity: Whole, price: Whole): void;
  /** The same lots; what either does does not change the other. Costs a slice of pointers, not a copy of lots. */
  clone(): Inventory;
}
