/** How many decimals are kept of what was divided, or chained: as many as a decimal of ours may have. */
import type { Amount } from './decimal.ts';

/** Decimals of values that were divided, and of fees. */
export const FINE_SCALE = 40;

/** The same where it has no more than 40 decimals; else rounded to them, half to even. */
export function toFineScale(amount: Amount): Amount {
  return amount.atMost(FINE_SCALE);
}
