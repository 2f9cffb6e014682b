/**
 * Profit that rests on illiquid marks (METRICS §1): what a holding gained on days at whose beginning or end it was too
 * large for its market, by value at both ends less what was paid for it in between. When such a holding is sold, the
 * gain of that day takes back what its marks had promised too much. `illiquidPnlShare` of a period sums these days.
 */
import { type Amount, toNumber, ZERO } from '../ledger/decimal.ts';
import type { ParsedEntry, ParsedFill } from '../ledger/parse.ts';
import { Holdings, postOwnEntry, replayHoldings } from '../ledger/replay.ts';
import type { Book, HeldAsset, Valuation } from './nav.ts';

/** What illiquid holdings gained on each day between `bounds`, in the reporting currency. */
export function illiquidPnl(
  book: Book,
  bounds: readonly number[],
  valuations: readonly Valuation[],
): readonly Amount[] {
  const gains = bounds.slice(1).map(() => ZERO);
  const marked = new Map<string, Set<number>>();
  const assets = new Map<string, HeldAsset>();
  valuations.forEach(({ illiquid }, bound) => {
    for (const held of illiquid) {
      const key = keyOf(held);
      assets.set(key, held);
      marked.set(key, (marked.get(key) ?? new Set()).add(bound - 1).add(bound));
    }
  });
  if (assets.size === 0) return gains;
  const values = valuesOf(book, bounds, assets);
  const paid = paidByDay(book, bounds, assets);
  for (const [key, days] of marked) {
    const [value, spent] = [values.get(key)!, paid.get(key)!];
    for (const day of days) {
      if (day < 0 || day >= gains.length) continue;
      gains[day] = gains[day]!.plus(value[day + 1]!)
        .minus(value[day]!)
        .minus(spent[day]!);
    }
  }
  return gains;
}

/**
 * `illiquidPnlShare`: |I| / (|I| + |P − I|), with I what illiquid holdings gained and P the whole profit: 1 when all
 * of it rests on them, whatever its sign. Null: nothing was gained or lost, or the profit is not known.
 */
export function illiquidPnlShare(profit: Amount | null, gains: readonly Amount[]): number | null {
  if (profit === null) return null;
  const illiquid = gains.reduce((sum, gain) => sum.plus(gain), ZERO);
  const whole = illiquid.abs().plus(profit.minus(illiquid).abs());
  return whole.isZero() ? null : toNumber(illiquid.abs()) / toNumber(whole);
}

function keyOf({ venue, asset }: HeldAsset): string {
  return `${venue}\n${asset}`;
}

/** Values of the assets at each bound; 0 where they are not held or have no price. */
function valuesOf(
  { entries, opening, internal, prices }: Book,
  bounds: readonly number[],
  assets: ReadonlyMap<string, HeldAsset>,
): ReadonlyMap<string, readonly Amount[]> {
  const values = new Map([...assets.keys()].map((key) => [key, [] as Amount[]]));
  replayHoldings(entries, opening, internal, bounds, (i, holdings) => {
    for (const [key, { venue, asset }] of assets) {
      const quantity = holdings.at(venue).get(asset) ?? ZERO;
      const price = quantity.isZero() ? null : prices.ofHeld(asset, bounds[i]!, { venue, quantity });
      values.get(key)!.push(price === null ? ZERO : quantity.times(price.value));
    }
  });
  return values;
}

/** What was given for the assets on each day: the other side of fills, the price of everything else. */
function paidByDay(
  book: Book,
  bounds: readonly number[],
  assets: ReadonlyMap<string, HeldAsset>,
): ReadonlyMap<string, readonly Amount[]> {
  const paid = new Map([...assets.keys()].map((key) => [key, bounds.slice(1).map(() => ZERO)]));
  let day = 0;
  for (const entry of book.entries) {
    while (day < bounds.length - 1 && entry.time >= bounds[day + 1]!) day += 1;
    if (day >= bounds.length - 1) break;
    for (const { asset, venue, value } of movements(entry, book)) {
      const sums = paid.get(`${venue}\n${asset}`);
      if (sums !== undefined) sums[day] = sums[day]!.plus(value);
    }
  }
  return paid;
}

interface Movement extends HeldAsset {
  readonly value: Amount;
}

function movements(entry: ParsedEntry, book: Book): readonly Movement[] {
  const rate = (asset: string, venue: string) => book.prices.at(asset, entry.time, venue)?.value ?? ZERO;
  if (entry.kind === 'fill') return fillMovements(entry, rate);
  const moved = new Holdings();
  postOwnEntry(entry, book.internal, moved);
  return [...moved.byVenue()].flatMap(([venue, sums]) =>
    [...sums].map(([asset, quantity]) => ({ venue, asset, value: quantity.times(rate(asset, venue)) })),
  );
}

/** Both sides of a fill at what the other side was worth; its fee is a loss of the asset that pays it. */
function fillMovements(
  { venue, side, base, quote, symbol, cost, contract }: ParsedFill,
  rate: (asset: string, venue: string) => Amount,
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
