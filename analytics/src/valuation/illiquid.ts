/**
 * Profit that rests on illiquid marks (docs/metrics.md §1). A holding counts on a day when it was too large for its
 * market at the start or at the end of that day. Its gain is the difference of its values at both ends, less what was
 * paid for it in between. The sale of such a holding takes back whatever its marks overstated. `illiquidPnlShare` of a
 * period sums these days.
 */
import { type Amount, toNumber, ZERO } from '../amount/decimal.ts';
import type { ParsedEntry, ParsedFill } from '../entries/parse.ts';
import { Holdings } from '../holdings/holdings.ts';
import { postOwnEntry } from '../holdings/posting.ts';
import type { InternalTransfers } from '../matching/transfers.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { HeldAsset, Valuation } from './nav.ts';

/** What was paid for each asset on a day, by {@link heldKey}. */
export type Paid = Map<string, Amount>;

/** One key for each asset at a venue. */
export function heldKey({ venue, asset }: HeldAsset): string {
  return `${venue}\n${asset}`;
}

/**
 * What illiquid holdings gained on each day between bounds, in the reporting currency.
 * @param valuations - at each bound
 * @param valueOf - of an asset at a bound; 0 where it is not held or has no price
 * @param paidOn - what was paid for it on a day
 */
export function illiquidPnl(
  valuations: readonly Valuation[],
  valueAt: (key: string, bound: number) => Amount,
  paidOn: (key: string, day: number) => Amount,
): readonly Amount[] {
  const gains = valuations.slice(1).map(() => ZERO);
  const marked = new Map<string, Set<number>>();
  valuations.forEach(({ illiquid }, bound) => {
    for (const held of illiquid) {
      const key = heldKey(held);
      marked.set(key, (marked.get(key) ?? new Set()).add(bound - 1).add(bound));
    }
  });
  for (const [key, days] of marked) {
    for (const day of days) {
      if (day < 0 || day >= gains.length) continue;
      gains[day] = gains[day]!.plus(valueAt(key, day + 1))
        .minus(valueAt(key, day))
        .minus(paidOn(key, day));
    }
  }
  return gains;
}

/** Adds what an entry paid for each asset: the other side of a fill, or the price of anything else. */
export function addPaid(
  paid: Paid,
  entry: ParsedEntry,
  internal: InternalTransfers,
  prices: PriceBook,
): void {
  const rate = (asset: string, venue: string) => prices.at(asset, entry.time, venue)?.value ?? ZERO;
  const movements =
    entry.kind === 'fill' ? fillMovements(entry, rate) : otherMovements(entry, internal, rate);
  for (const { value, ...held } of movements) {
    const key = heldKey(held);
    paid.set(key, (paid.get(key) ?? ZERO).plus(value));
  }
}

/**
 * `illiquidPnlShare`: |I| / (|I| + |P − I|). I is the gain of illiquid holdings and P the whole profit. The share is 1
 * when the whole profit rests on them, whatever its sign. Null: nothing was gained or lost, or the profit is not known.
 */
export function illiquidPnlShare(profit: Amount | null, gains: readonly Amount[]): number | null {
  if (profit === null) return null;
  const illiquid = gains.reduce((sum, gain) => sum.plus(gain), ZERO);
  const whole = illiquid.abs().plus(profit.minus(illiquid).abs());
  return whole.isZero() ? null : toNumber(illiquid.abs()) / toNumber(whole);
}

interface Movement extends HeldAsset {
  readonly value: Amount;
}

type Rate = (asset: string, venue: string) => Amount;

function otherMovements(entry: ParsedEntry, internal: InternalTransfers, rate: Rate): readonly Movement[] {
  const moved = new Holdings();
  postOwnEntry(entry, internal, moved);
  return [...moved.byVenue()].flatMap(([venue, sums]) =>
    [...sums].map(([asset, quantity]) => ({ venue, asset, value: quantity.times(rate(asset, venue)) })),
  );
}

/** Both sides of a fill at the value of the other side. The fee is a loss of the asset that pays it. */
function fillMovements(
  { venue, side, base, quote, symbol, cost, contract }: ParsedFill,
  rate: Rate,
): readonly Movement[] {
  const currency = contract?.settle ?? quote;
  const spent = cost.times(rate(currency, venue));
  const gives = (side === 'buy') !== (contract?.inverse ?? false);
  const value = gives ? spent : spent.neg();
  return [
    { venue, asset: contract === null ? base : symbol, value },
    { venue, asset: currency, value: value.neg() },
  ];
}
