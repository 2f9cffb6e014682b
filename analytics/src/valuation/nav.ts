/** Net asset value (METRICS §1): holdings times prices at 00:00 UTC and, by minute marks, at instants. */
import { type Amount, ZERO } from '../ledger/decimal.ts';
import type { ParsedEntry } from '../ledger/parse.ts';
import { type Holdings, replayHoldings } from '../ledger/replay.ts';
import type { InternalTransfers } from '../ledger/transfers.ts';
import { parseSymbol } from '../lots/symbol.ts';
import type { Held, HeldPrice, PriceBook } from './prices.ts';
import { toValueScale } from './value-scale.ts';

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
  /**
   * The same with the assets without a price, and what is in unread wallets, at 0; not above 0 itself where a contract
   * without a price is owed for (a linear short, an inverse long).
   */
  readonly floor: Amount;
  /** Whether no money is in a wallet that is not read. */
  readonly isKnown: boolean;
  readonly staleCount: number;
  readonly unpriced: readonly string[];
  /** Holdings too large for their markets ({@link PriceBook.ofHeld}). */
  readonly illiquid: readonly HeldAsset[];
}

/** An asset, or a contract, at a venue. */
export interface HeldAsset {
  readonly venue: string;
  readonly asset: string;
}

/** Values at `instants` (ascending), by the last price at or before each. */
export function valueAt(book: Book, instants: ArrayLike<number>): readonly Valuation[] {
  return valueEach(book, instants, (asset, time, held) => book.prices.ofHeld(asset, time, held));
}

/** Values just before `instants` (ascending), to the minute; null where they are not known. */
export function valueAtMinutes(book: Book, instants: ArrayLike<number>): readonly (Amount | null)[] {
  return valueEach(book, instants, (asset, time, held) => book.prices.ofHeldAtMinute(asset, time, held)).map(
    ({ value }) => value,
  );
}

type PriceOf = (asset: string, time: number, held: Held) => HeldPrice | null;

function valueEach(book: Book, instants: ArrayLike<number>, priceOf: PriceOf): readonly Valuation[] {
  const values: Valuation[] = [];
  replayHoldings(book.entries, book.opening, book.internal, instants, (i, holdings, isKnown) => {
    const sum = new Sum();
    for (const [venue, sums] of holdings.byVenue()) {
      for (const [asset, quantity] of sums) {
        const price = priceOf(asset, instants[i]!, { venue, quantity });
        if (price !== null) sum.add(venue, asset, quantity, price);
        else if (!book.delistedAssets.has(asset)) sum.miss(asset, quantity);
      }
    }
    values.push(sum.result(isKnown));
  });
  return values;
}

/** One valuation under way. */
class Sum {
  readonly #unpriced: string[] = [];
  #isLost = false;
  readonly #illiquid: HeldAsset[] = [];
  #value = ZERO;
  #staleCount = 0;

  add(venue: string, asset: string, quantity: Amount, price: HeldPrice): void {
    this.#value = this.#value.plus(quantity.times(price.value));
    if (price.stale) this.#staleCount += 1;
    if (price.illiquid) this.#illiquid.push({ venue, asset });
  }

  miss(asset: string, quantity: Amount): void {
    this.#unpriced.push(asset);
    this.#isLost ||= isOwed(asset, quantity);
  }

  result(isKnown: boolean): Valuation {
    const [unpriced, illiquid, staleCount] = [this.#unpriced, this.#illiquid, this.#staleCount];
    const sum = toValueScale(this.#value);
    const value = isKnown && unpriced.length === 0 ? sum : null;
    const floor = this.#isLost && sum.isPositive() ? ZERO : sum;
    return { value, floor, isKnown, staleCount, unpriced, illiquid };
  }
}

/** Whether these are units of a contract whose price is owed, so that nothing bounds what they may cost. */
function isOwed(asset: string, quantity: Amount): boolean {
  const { spot, inverse } = parseSymbol(asset);
  return !spot && quantity.isNegative() !== inverse;
}
