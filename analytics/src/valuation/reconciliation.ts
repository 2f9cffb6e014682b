/**
 * The difference between entries and live balances that the entries cannot explain (docs/design.md §9). It is valued
 * and reported, never hidden.
 */
import { type Amount, type Decimal, formatDecimal, formatMoney, ratio, ZERO } from '../amount/decimal.ts';
import type { Anchor, Difference } from '../holdings/anchor.ts';
import type { PriceBook } from '../prices/price-book.ts';

/** An asset or contract of one account where entries and snapshot disagree. */
export interface ReconciliationRow {
  readonly account: string;
  readonly asset: string;
  readonly replayed: Decimal;
  readonly snapshot: Decimal;
  /** replayed − snapshot: positive when the account holds less than its entries say. */
  readonly difference: Decimal;
  /** |difference| in the reporting currency at the snapshot. Null: no price. */
  readonly value: Decimal | null;
}

export interface Reconciliation {
  readonly rows: readonly ReconciliationRow[];
  /**
   * Sum of the values of all differences. Differences of contracts are added to those of the currency that they settle
   * in.
   */
  readonly unexplainedValue: Decimal;
  /** Share of the value of the snapshots. Null when that value is zero. */
  readonly unexplainedShare: number | null;
  /** Value of what the account holds beyond its entries. */
  readonly surplusValue: Decimal;
  /** Value that the entries state and the account does not hold. */
  readonly deficitValue: Decimal;
  /** Accounts with entries and without a snapshot. Nothing anchors them. */
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
 * What the account holds too much and too little. Units of a contract and the cash that they cost are one thing, worth
 * their sum. So a position that the entries do not show is worth its unrealised P&L, not its notional.
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
