/** Net asset value (METRICS §1): holdings times prices at 00:00 UTC and, by minute marks, at instants. */
import { type Amount, ZERO } from '../ledger/decimal.ts';
import type { ParsedEntry } from '../ledger/parse.ts';
import { type Holdings, replayHoldings } from '../ledger/replay.ts';
import type { InternalTransfers } from '../ledger/transfers.ts';
import type { Price, PriceBook } from './prices.ts';

/** What is valued: ordered entries on top of the holdings before them. */
export interface Book {
  readonly entries: readonly ParsedEntry[];
  readonly opening: Holdings;
  readonly internal: InternalTransfers;
  readonly prices: PriceBook;
  /** Assets that no market trades any more, or ever: without a price they are worth 0. */
  readonly delistedAssets: ReadonlySet<string>;
}

/** One valuation. */
export interface Valuation {
  /** Null when a held asset has no price, or money is in a wallet that is not read. */
  readonly value: Amount | null;
  /** The same with the assets without a price, and what is in unread wallets, at 0. */
  readonly floor: Amount;
  /** Whether no money is in a wallet that is not read. */
  readonly isKnown: boolean;
  readonly staleCount: number;
  readonly unpriced: readonly string[];
}

/** Values `holdings` by `priceOf`, each at its venue. */
function valueHoldings(
  holdings: Holdings,
  isKnown: boolean,
  delistedAssets: ReadonlySet<string>,
  priceOf: (asset: string, venue: string) => Price | null,
): Valuation {
  let floor = ZERO;
  let staleCount = 0;
  const unpriced: string[] = [];
  for (const [venue, sums] of holdings.byVenue()) {
    for (const [asset, quantity] of sums) {
      const price = priceOf(asset, venue);
      if (price !== null) {
        floor = floor.plus(quantity.times(price.value));
        if (price.stale) staleCount += 1;
      } else if (!delistedAssets.has(asset)) {
        unpriced.push(asset);
      }
    }
  }
  return { value: isKnown && unpriced.length === 0 ? floor : null, floor, isKnown, staleCount, unpriced };
}

/** Values at `instants` (ascending), by the last price at or before each. */
export function valueAt(book: Book, instants: ArrayLike<number>): readonly Valuation[] {
  const values: Valuation[] = [];
  replayHoldings(book.entries, book.opening, book.internal, instants, (i, holdings, isKnown) => {
    const price = (asset: string, venue: string) => book.prices.at(asset, instants[i]!, venue);
    values.push(valueHoldings(holdings, isKnown, book.delistedAssets, price));
  });
  return values;
}

/** Values just before `instants` (ascending), to the minute; null where they are not known. */
export function valueAtMinutes(book: Book, instants: ArrayLike<number>): readonly (Amount | null)[] {
  const values: (Amount | null)[] = [];
  replayHoldings(book.entries, book.opening, book.internal, instants, (i, holdings, isKnown) => {
    const price = (asset: string, venue: string) => book.prices.atMinute(asset, instants[i]!, venue);
    values.push(valueHoldings(holdings, isKnown, book.delistedAssets, price).value);
  });
  return values;
}
