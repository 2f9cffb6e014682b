/**
 * What venues round. A spot account holds eight decimals, and a price of five times a quantity of four has nine, so the
 * venue cuts what a fill costs. It rounds the profit of each fill of a contract too. Entries have exact prices and
 * quantities, so their sums may differ from a balance by 1e-8 for each such fill.
 */
import { Amount, parseDecimal } from '../amount/decimal.ts';
import type { ParsedEntry } from '../entries/parse.ts';

const DECIMALS = 8;
const OF_A_FILL = parseDecimal('0.00000001', 'a rounding');

/** The currency in which the venue rounds what an entry moves. Null: nothing is rounded. */
export function roundedIn(entry: ParsedEntry): string | null {
  if (entry.kind !== 'fill') return null;
  if (entry.contract !== null) return entry.contract.settle;
  return entry.cost.scale > DECIMALS ? entry.quote : null;
}

/** By how much the balance may differ from the entries after so many rounded fills. */
export function roundingOf(fills: number): Amount {
  return OF_A_FILL.times(new Amount(fills, 0));
}
