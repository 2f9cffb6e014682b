/** Open lots of one thing in the order in which a method gives them away. */
import type { Whole } from '../ledger/whole.ts';
import { HighestFirst } from './highest-first.ts';
import type { Lot } from './lot.ts';
import type { CostMethod } from './method.ts';
import { NewestFirst } from './newest-first.ts';
import { OldestFirst } from './oldest-first.ts';
import { Pool } from './pool.ts';

/** Lots of one position. All of one direction. */
export interface Inventory {
  /** Takes over `lot`, whose quantity is positive. */
  add(lot: Lot): void;
  /**
   * Gives away up to `quantity`, part by part.
   * @returns what no lot covers
   */
  take(quantity: Whole, visit: (part: Lot) => void): Whole;
  isEmpty(): boolean;
  /** What is left, oldest first; live lots, for reading. */
  lots(): readonly Lot[];
  /** Brings every lot to finer scales. */
  rescale(quantity: Whole, price: Whole): void;
}

/**
 * An empty inventory.
 * @param direction - 1: acquisitions are bought; −1: sold short. It decides what `hifo` takes first.
 */
export function createInventory(method: CostMethod, direction: 1 | -1): Inventory {
  switch (method) {
    case 'fifo':
      return new OldestFirst();
    case 'lifo':
      return new NewestFirst();
    case 'hifo':
      return new HighestFirst(direction);
    case 'average':
      return new Pool();
  }
}
