/** Values with amounts as text: what equality of histories is judged by. */
import { Amount } from '../../src/amount/decimal.ts';
import type { AccountHistory } from '../../src/history/account-history.ts';

/** A history without its prices, every amount as text, to compare and to keep. */
export function plainHistory({ exact, ...history }: AccountHistory): unknown {
  const { prices: _, ...rest } = exact;
  return plain({ ...history, exact: { ...rest, closedTrades: [...rest.closedTrades] } });
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return Number.isNaN(value) ? 'NaN' : value;
  // Its digits are private, and of two scales one number is two objects.
  if (value instanceof Amount) return value.toString();
  if (value instanceof Float64Array) return Array.from(value, plain);
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}
