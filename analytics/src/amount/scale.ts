/** How many decimals prices and values keep: as many as a decimal of ours may have. */
import { Amount } from './decimal.ts';

const VALUE_SCALE = 40;

/** The same where it has no more than 40 decimals; else rounded to them, half to even. */
export function toValueScale(amount: Amount): Amount {
  return amount.scale <= VALUE_SCALE ? amount : new Amount(amount.unitsAt(VALUE_SCALE), VALUE_SCALE);
}
