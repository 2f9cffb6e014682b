/** Net asset value (docs/metrics.md §1): holdings times prices, at 00:00 UTC and, by minute marks, at instants. */
import { type Amount, ZERO } from '../amount/decimal.ts';
import { toFineScale } from '../amount/scale.ts';
import { parseSymbol } from '../entries/symbol.ts';
import type { HeldPrice } from '../prices/price-book.ts';

/** One valuation. */
export interface Valuation {
  /** Null when a held asset has no price, or when money is in a wallet that is not read. */
  readonly value: Amount | null;
  /**
   * The value with assets without a price, and money in unread wallets, at 0. It is not above 0 where the account owes
   * the price of a contract without a price (a linear short, an inverse long).
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

/** What an asset, or a contract, at a venue is worth at an instant. */
export interface HeldValue {
  /** Null: no price. */
  readonly value: Amount | null;
  /** Whether these are owed units of a contract without a price. Nothing limits what they may cost. */
  readonly isLost: boolean;
  readonly stale: boolean;
  readonly illiquid: boolean;
}

/** The value of no units, or of an asset that is worth nothing. */
const WORTHLESS: HeldValue = { value: ZERO, isLost: false, stale: false, illiquid: false };

/** Values `quantity` of an asset by a price. Without a price, a delisted asset is worth nothing. */
export function heldValue(
  asset: string,
  quantity: Amount,
  price: HeldPrice | null,
  delistedAssets: ReadonlySet<string>,
): HeldValue {
  if (price !== null) {
    const { stale, illiquid } = price;
    return { value: quantity.times(price.value), isLost: false, stale, illiquid };
  }
  if (delistedAssets.has(asset)) return WORTHLESS;
  return { value: null, isLost: isOwed(asset, quantity), stale: false, illiquid: false };
}

/** One valuation under way. */
export class NavSum {
  readonly #unpriced: string[] = [];
  readonly #illiquid: HeldAsset[] = [];
  #isLost = false;
  #value = ZERO;
  #staleCount = 0;

  add({ venue, asset }: HeldAsset, { value, isLost, stale, illiquid }: HeldValue): void {
    if (value === null) this.#unpriced.push(asset);
    else this.#value = this.#value.plus(value);
    this.#isLost ||= isLost;
    if (stale) this.#staleCount += 1;
    if (illiquid) this.#illiquid.push({ venue, asset });
  }

  result(isKnown: boolean): Valuation {
    const [unpriced, illiquid, staleCount] = [this.#unpriced, this.#illiquid, this.#staleCount];
    const sum = toFineScale(this.#value);
    const value = isKnown && unpriced.length === 0 ? sum : null;
    const floor = this.#isLost && sum.isPositive() ? ZERO : sum;
    return { value, floor, isKnown, staleCount, unpriced, illiquid };
  }
}

/** Whether the account owes the price of these units of a contract. */
function isOwed(asset: string, quantity: Amount): boolean {
  const { spot, inverse } = parseSymbol(asset);
  return !spot && quantity.isNegative() !== inverse;
}
