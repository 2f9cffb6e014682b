/** The inventory of each method. */
import { HighestFirst } from './highest-first.ts';
import type { Inventory } from './inventory.ts';
import type { CostMethod } from './method.ts';
import { NewestFirst } from './newest-first.ts';
import { OldestFirst } from './oldest-first.ts';
import { Pool } from './pool.ts';

/**
 * An empty inventory.
 * @param direction - 1: acquisitions are bought; −1: sold short. It decides which lot `hifo` uses first.
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
