/** How many decimals divided or chained values keep: as many as an input decimal may have. */
import type { Amount } from './decimal.ts';

/** Decimals of values that were divided, and of fees. */
export const FINE_SCALE = 40;

/** The same amount where it has at most 40 decimals. Otherwise rounded to them, half to even. */
export function toFineScale(amount: Amount): Amount {
  return amount.atMost(FINE_SCALE);
}
