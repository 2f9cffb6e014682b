/** Inventory by acquisition (METRICS §6): one queue of lots for each asset across all own accounts, FIFO. */
import { type Amount, ZERO } from './decimal.ts';

/** What is left of one acquisition. `price` in the reporting currency; null: the cost is not known. */
export interface Lot {
  readonly time: number;
  readonly price: Amount | null;
  readonly quantity: Amount;
}

interface Queue {
  lots: Lot[];
  /** Lots before this index are used up; they are cut off from time to time, not one by one. */
  head: number;
}

const COMPACT_AT = 1024;

/** Open lots of every asset. */
export class LotBook {
  readonly #queues = new Map<string, Queue>();

  /** Opens a lot; nothing for a quantity that is not positive. */
  add(asset: string, lot: Lot): void {
    if (!lot.quantity.isPositive()) return;
    const queue = this.#queues.get(asset);
    if (queue === undefined) this.#queues.set(asset, { lots: [lot], head: 0 });
    else queue.lots.push(lot);
  }

  /**
   * Takes `quantity` out of the oldest lots and hands each part to `visit`.
   * @returns what no lot covers: spot cannot go short, so it is a missing acquisition
   */
  remove(asset: string, quantity: Amount, visit: (part: Lot) => void): Amount {
    const queue = this.#queues.get(asset);
    let open = quantity;
    while (queue !== undefined && queue.head < queue.lots.length && open.isPositive()) {
      const lot = queue.lots[queue.head]!;
      if (lot.quantity.gt(open)) {
        queue.lots[queue.head] = { ...lot, quantity: lot.quantity.minus(open) };
        visit({ ...lot, quantity: open });
        return ZERO;
      }
      queue.head += 1;
      open = open.minus(lot.quantity);
      visit(lot);
    }
    if (queue !== undefined) compact(queue);
    return open;
  }

  /** Open lots by asset, assets sorted, oldest lot first. */
  open(): readonly (readonly [asset: string, lots: readonly Lot[]])[] {
    return [...this.#queues]
      .map(([asset, queue]) => [asset, queue.lots.slice(queue.head)] as const)
      .filter(([, lots]) => lots.length > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

function compact(queue: Queue): void {
  if (queue.head < COMPACT_AT || queue.head * 2 < queue.lots.length) return;
  queue.lots = queue.lots.slice(queue.head);
  queue.head = 0;
}
