/** Lots: the rest of an acquisition, in whole units of scales that their owner knows. */
import { divideHalfEven, multiply, subtract, type Whole } from '../amount/whole.ts';

/**
 * An open lot, or a part of one. Its cost is its `value`, which parts share in proportion. Without a value the cost is
 * exactly quantity × price.
 */
export interface Lot {
  quantity: Whole;
  /** Price of a unit at the trade. Null: the price and the cost are not known. */
  price: Whole | null;
  /** Cost of the rest of the lot. Null: quantity × price. */
  value: Whole | null;
  /** The fee of the opening trade, in proportion to the rest of the lot. */
  fee: Whole;
  /** When it was acquired, ms UTC. */
  readonly time: number;
}

/** The opening cost of a lot. Null: not known. */
export function costOf({ quantity, price, value }: Lot): Whole | null {
  if (value !== null) return value;
  return price === null ? null : multiply(quantity, price);
}

/**
 * Splits `quantity`, which is less than all, off `lot`. Value and fee go in proportion, rounded to a unit. The rest
 * stays.
 */
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

/** Converts a lot to finer scales by multiplying its numbers. */
export function rescale(lot: Lot, quantity: Whole, price: Whole): void {
  lot.quantity = multiply(lot.quantity, quantity);
  if (lot.price !== null) lot.price = multiply(lot.price, price);
}
