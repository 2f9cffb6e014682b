/** Daily returns, linked. */
import { Decimal } from 'decimal.js';

/** Total return and the deepest fall from a peak (positive). Days without a return are left out. */
export function growth(days: readonly { readonly return: number | null }[]): {
  totalReturn: number;
  maxDrawdown: number;
} {
  let value = new Decimal(1);
  let peak = value;
  let deepest = new Decimal(0);
  for (const day of days) {
    if (day.return === null) continue;
    value = value.times(new Decimal(day.return).plus(1));
    peak = Decimal.max(peak, value);
    deepest = Decimal.max(deepest, new Decimal(1).minus(value.div(peak)));
  }
  return { totalReturn: value.minus(1).toNumber(), maxDrawdown: deepest.toNumber() };
}
