/** A report's checks of itself: numbers that were computed in different ways must agree. */
import { type Amount, type Decimal, formatMoney, toNumber } from '../amount/decimal.ts';

/**
 * `profit`: docs/metrics.md §6. `monthlyChain`: months chain to the total. `attribution`: rows add up to the explained
 * profit.
 */
export type IdentityName = 'profit' | 'monthlyChain' | 'attribution';

export interface IdentityCheck {
  readonly identity: IdentityName;
  /** Null: one of the sides is not known. */
  readonly holds: boolean | null;
  /** One side less the other: money as decimal text, a ratio as a number. Null: not known. */
  readonly difference: Decimal | number | null;
}

/** The two sides of profit may differ by this share of the larger one. */
const PROFIT_TOLERANCE = 1e-6;
const RATIO_TOLERANCE = 1e-9;

/** Realised + unrealised + funding − fees − interest + currency effect = profit. The difference is unexplained. */
export function profitIdentity(profit: Amount | null, explained: Amount | null): IdentityCheck {
  if (profit === null || explained === null) return { identity: 'profit', holds: null, difference: null };
  const difference = profit.minus(explained);
  const size = Math.max(Math.abs(toNumber(profit)), Math.abs(toNumber(explained)));
  return {
    identity: 'profit',
    holds: Math.abs(toNumber(difference)) <= PROFIT_TOLERANCE * size,
    difference: formatMoney(difference),
  };
}

/** Monthly returns chain to the total return. */
export function monthlyIdentity(
  months: Readonly<Record<string, number>>,
  totalReturn: number | null,
  wipedOut: boolean,
): IdentityCheck {
  const unknown = { identity: 'monthlyChain', holds: null, difference: null } as const;
  if (totalReturn === null || wipedOut) return unknown;
  const chained = Object.values(months).reduce((product, r) => product * (1 + r), 1) - 1;
  const difference = chained - totalReturn;
  return {
    identity: 'monthlyChain',
    holds: Math.abs(difference) <= RATIO_TOLERANCE * Math.max(1, Math.abs(totalReturn)),
    difference,
  };
}

/** The rows of the attribution, as shown, add up to the explained profit. */
export function attributionIdentity(rows: readonly Amount[], explained: Amount): IdentityCheck {
  const [first, ...rest] = rows;
  const sum = rest.reduce((total, row) => total.plus(row), first ?? explained.minus(explained));
  const difference = sum.minus(explained);
  // Every row is rounded to 12 decimals.
  const tolerance = 1e-12 * rows.length;
  return {
    identity: 'attribution',
    holds: Math.abs(toNumber(difference)) <= tolerance,
    difference: formatMoney(difference),
  };
}
