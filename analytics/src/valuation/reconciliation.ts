/** What the entries cannot explain against the live balances (docs/design.md §9): valued, reported, never hidden. */
import { type Amount, type Decimal, formatDecimal, formatMoney, ratio, ZERO } from '../amount/decimal.ts';
import type { Anchor, Difference } from '../holdings/anchor.ts';
import type { PriceBook } from '../prices/price-book.ts';

/** One asset, or contract, of one account for which entries and snapshot disagree. */
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
  /** Sum of the values of all differences, those of contracts taken together with what they settle in. */
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
  const values = anchor.differences.map(({ venue, asset, time, replayed, snapshot }) => {
    const price = prices.at(asset, time, venue);
    return price && snapshot.minus(replayed).times(price.value);
  });
  const { surplus, deficit } = sumBySettlement(anchor.differences, values);
  const unexplained = surplus.plus(deficit);
  return {
    rows: anchor.differences.map((difference, i) => toRow(difference, values[i]!)),
    unexplainedValue: formatMoney(unexplained),
    unexplainedShare: unexplained.isZero() ? 0 : ratio(unexplained, heldValue(anchor, prices, asOf)),
    surplusValue: formatMoney(surplus),
    deficitValue: formatMoney(deficit),
    accountsWithoutSnapshot: anchor.accountsWithoutSnapshot,
  };
}

function toRow({ account, asset, replayed, snapshot }: Difference, value: Amount | null): ReconciliationRow {
  return {
    account,
    asset,
    replayed: formatDecimal(replayed),
    snapshot: formatDecimal(snapshot),
    difference: formatDecimal(replayed.minus(snapshot)),
    value: value && formatMoney(value.abs()),
  };
}

/**
 * What is held too much and too little. Units of a contract and the cash that they cost are one thing, worth their
 * sum: a position of which nothing is known is worth its unrealised P&L, not its notional.
 */
function sumBySettlement(differences: readonly Difference[], values: readonly (Amount | null)[]) {
  const sums = new Map<string, Amount>();
  differences.forEach(({ account, asset, settle }, i) => {
    const key = `${account}\n${settle ?? asset}`;
    sums.set(key, (sums.get(key) ?? ZERO).plus(values[i] ?? ZERO));
  });
  let [surplus, deficit] = [ZERO, ZERO];
  for (const sum of sums.values()) {
    if (sum.isNegative()) deficit = deficit.minus(sum);
    else surplus = surplus.plus(sum);
  }
  return { surplus, deficit };
}

function heldValue(anchor: Anchor, prices: PriceBook, asOf: number): Amount {
  let sum = ZERO;
  for (const [venue, sums] of anchor.held.byVenue()) {
    for (const [asset, quantity] of sums) {
      sum = sum.plus(quantity.times(prices.at(asset, asOf, venue)?.value ?? ZERO));
    }
  }
  return sum;
}
