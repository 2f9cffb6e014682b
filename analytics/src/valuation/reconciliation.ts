/** What the entries cannot explain against the live balances (DESIGN §9): valued, reported, never hidden. */

import type { Anchor } from '../ledger/anchor.ts';
import { type Amount, formatDecimal, formatMoney, ratio, ZERO } from '../ledger/decimal.ts';
import type { Decimal } from '../ledger/entry.ts';
import type { PriceBook } from './prices.ts';

/** One asset of one account for which entries and snapshot disagree. */
export interface ReconciliationRow {
  readonly account: string;
  readonly asset: string;
  readonly replayed: Decimal;
  readonly snapshot: Decimal;
  /** replayed − snapshot: positive when the account holds less than its entries say. */
  readonly difference: Decimal;
  /** |difference| in the reporting currency at the snapshot; null: no price. */
  readonly value: Decimal | null;
}

export interface Reconciliation {
  readonly rows: readonly ReconciliationRow[];
  /** Sum of the values of all differences. */
  readonly unexplainedValue: Decimal;
  /** Share of what the snapshots hold; null when that is worth nothing. */
  readonly unexplainedShare: number | null;
  /** Value of what is held beyond the entries. */
  readonly surplusValue: Decimal;
  /** Value of what the entries say and is not held. */
  readonly deficitValue: Decimal;
  /** Accounts with entries and no snapshot: nothing anchors them. */
  readonly accountsWithoutSnapshot: readonly string[];
}

/** Values the differences of `anchor`, each at the time of its snapshot. */
export function reconcile(anchor: Anchor, prices: PriceBook, asOf: number): Reconciliation {
  let [surplus, deficit] = [ZERO, ZERO];
  const rows = anchor.differences.map(({ account, asset, time, replayed, snapshot }) => {
    const difference = replayed.minus(snapshot);
    const price = prices.at(asset, time);
    const value = price && difference.abs().times(price.value);
    if (value !== null && difference.isPositive()) deficit = deficit.plus(value);
    else if (value !== null) surplus = surplus.plus(value);
    return {
      account,
      asset,
      replayed: formatDecimal(replayed),
      snapshot: formatDecimal(snapshot),
      difference: formatDecimal(difference),
      value: value && formatMoney(value),
    };
  });
  const unexplained = surplus.plus(deficit);
  return {
    rows,
    unexplainedValue: formatMoney(unexplained),
    unexplainedShare: unexplained.isZero() ? 0 : ratio(unexplained, heldValue(anchor, prices, asOf)),
    surplusValue: formatMoney(surplus),
    deficitValue: formatMoney(deficit),
    accountsWithoutSnapshot: anchor.accountsWithoutSnapshot,
  };
}

function heldValue(anchor: Anchor, prices: PriceBook, asOf: number): Amount {
  let sum = ZERO;
  for (const [asset, quantity] of anchor.held) {
    sum = sum.plus(quantity.times(prices.at(asset, asOf)?.value ?? ZERO));
  }
  return sum;
}
