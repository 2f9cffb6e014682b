/** Lots: what is left of an acquisition, in whole units of scales that their owner knows. */
import { divideHalfEven, multiply, subtract, type Whole } from '../amount/whole.ts';

/**
 * An open lot, or a part of one. Its cost is its `value`, which parts share in proportion, or, without one, exactly
 * quantity × price.
 */
export interface Lot {
  quantity: Whole;
  /** What a unit was traded at; null: not known, and neither is the cost. */
  price: Whole | null;
  /** What all that is left cost; null: quantity × price. */
  value: Whole | null;
  /** What was paid for the trade that opened it, as far as it falls to what is left. */
  fee: Whole;
  /** When it was acquired, ms UTC. */
  readonly time: number;
}

/** What a lot cost to open; null: not known. */
export function costOf({ quantity, price, value }: Lot): Whole | null {
  if (value !== null) return value;
  return price === null ? null : multiply(quantity, price);
}

/** Takes `quantity`, less than all, out of `lot`: value and fee in proportion, rounded to a unit, the rest stays. */
export function split(lot: Lot, quantity: Whole): Lot {
  if (lot.value !== null || lot.fee !== 0) return splitShares(lot, quantity);
  lot.quantity = subtract(lot.quantity, quantity);
  return { quantity, price: lot.price, value: null, fee: 0, time: lot.time };
}

function splitShares(lot: Lot, quantity: Whole): Lot {
  const value = lot.value === null ? null : divideHalfEven(multiply(lot.value, quantity), lot.quantity);
  const fee = lot.fee === 0 ? 0 : divideHalfEven(multiply(lot.fee, quantity), lot.quantity);
  if (value !== null) lot.value = subtract(lot.value!, value);
  lot.fee = subtract(lot.fee, fee);
  lot.quantity = subtract(lot.quantity, quantity);
  return { quantity, price: lot.price, value, fee, time: lot.time };
}

/** Brings a lot to finer scales: its numbers are multiplied. */
export function rescale(lot: Lot, quantity: Whole, price: Whole): void {
  lot.quantity = multiply(lot.quantity, quantity);
  if (lot.price !== null) lot.price = multiply(lot.price, price);
}
