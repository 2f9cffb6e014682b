/** Open lots of one asset or contract, in the order in which a method uses them. */
import type { Whole } from '../amount/whole.ts';
import type { Lot } from './lot.ts';
import type { Taken } from './taken.ts';

/** Lots of one position. All have one direction. */
export interface Inventory {
  /** Adds `lot`, whose quantity is positive. The caller must not use it afterwards. */
  add(lot: Lot): void;
  /**
   * Moves up to `quantity`, part by part, to `taken`.
   * @returns the quantity that no lot covers
   */
  take(quantity: Whole, taken: Taken): Whole;
  isEmpty(): boolean;
  /** The remaining lots, oldest first. They are live and only for reading. */
  lots(): readonly Lot[];
  /** Converts every lot to finer scales. */
  rescale(quantity: Whole, price: Whole): void;
  /** A copy with the same lots. Neither copy changes the other. It costs a slice of pointers, not a copy of lots. */
  clone(): Inventory;
}
