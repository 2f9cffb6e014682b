/** Converts values to plain data with amounts as text. Tests compare histories in this form. */
import { Amount } from '../../src/amount/decimal.ts';
import type { AccountHistory } from '../../src/history/account-history.ts';

/** A history without its prices and with every amount as text, so that tests can compare and store it. */
export function plainHistory({ exact, ...history }: AccountHistory): unknown {
  const { prices: _, ...rest } = exact;
  return plain({ ...history, exact: { ...rest, closedTrades: [...rest.closedTrades] } });
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return Number.isNaN(value) ? 'NaN' : value;
  // An amount has private digits, and one number at two scales gives two different objects.
  if (value instanceof Amount) return value.toString();
  if (value instanceof Float64Array) return Array.from(value, plain);
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}
