/**
 * Lots of assets (docs/metrics.md §6): one position for each asset, across all own accounts, in the reporting currency.
 */
import { type Amount, ZERO } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import type { Closing } from './closing.ts';
import type { CostMethod } from './method.ts';
import type { HeldShare, OpenPosition } from './open-position.ts';
import { type ClosedPart, type OpenPart, Position } from './position.ts';

/** An account that acquires or disposes. */
export interface Holder {
  readonly venue: string;
  readonly account: string;
}

interface AssetBook {
  readonly position: Position;
  readonly held: Map<string, { readonly holder: Holder; quantity: Amount }>;
}

/** An open lot. `price` is per unit in the reporting currency. Null: the cost is not known. */
export interface AssetLot {
  readonly time: number;
  readonly quantity: Amount;
  readonly price: Amount | null;
}

export class AssetLots {
  readonly #method: CostMethod;
  readonly #books = new Map<string, AssetBook>();

  constructor(method: CostMethod) {
    this.#method = method;
  }

  /** A copy with the same lots. Neither copy changes the other. */
  clone(): AssetLots {
    const copy = new AssetLots(this.#method);
    for (const [asset, { position, held }] of this.#books) {
      const shares = [...held].map(([key, share]) => [key, { ...share }] as const);
      copy.#books.set(asset, { position: position.clone(), held: new Map(shares) });
    }
    return copy;
  }

  /** Opens a lot. Does nothing for a quantity that is not positive. `price` null: the cost is not known. */
  acquire(
    holder: Holder,
    asset: string,
    quantity: Amount,
    price: Amount | null,
    fee: Amount,
    time: number,
  ): void {
    if (!quantity.isPositive()) return;
    const book = this.#book(asset);
    move(book, holder, quantity);
    book.position.trade({ side: 'buy', quantity, price, fee, time });
  }

  /** Closes lots at `price`. Null: nothing was disposed of. */
  dispose(
    holder: Holder,
    asset: string,
    quantity: Amount,
    price: Amount | null,
    fee: Amount,
    time: number,
    visit?: (part: ClosedPart) => void,
  ): Closing | null {
    if (!quantity.isPositive()) return null;
    const book = this.#book(asset);
    move(book, holder, quantity.neg());
    return book.position.trade({ side: 'sell', quantity, price, fee, time }, visit);
  }

  /** Removes lots without realising anything. @returns their cost, and the quantity of known cost */
  remove(
    holder: Holder,
    asset: string,
    quantity: Amount,
  ): { readonly quantity: Amount; readonly cost: Amount } {
    const book = this.#book(asset);
    move(book, holder, quantity.neg());
    let [known, cost] = [ZERO, ZERO];
    book.position.remove(quantity, (part) => {
      if (part.openValue === null) return;
      known = known.plus(part.quantity);
      cost = cost.plus(part.openValue);
    });
    return { quantity: known, cost };
  }

  /** Counts a movement between own accounts, + in, − out. Lots do not change. */
  shift(holder: Holder, asset: string, quantity: Amount): void {
    move(this.#book(asset), holder, quantity);
  }

  /** Open positions, assets sorted. */
  open(): readonly OpenPosition[] {
    return this.#sorted().map(([asset, { position, held }]) => ({
      asset,
      venue: null,
      quantity: position.quantity,
      knownQuantity: position.knownQuantity,
      cost: position.cost,
      contract: null,
      shares: [...held.values()].map(({ holder, quantity }): HeldShare => ({ ...holder, quantity })),
    }));
  }

  /** Open lots by asset, assets sorted, oldest first. */
  lots(): readonly (readonly [asset: string, lots: readonly AssetLot[]])[] {
    return this.#sorted().map(([asset, { position }]) => [asset, position.lots().map(toAssetLot)] as const);
  }

  #sorted(): readonly (readonly [string, AssetBook])[] {
    return [...this.#books]
      .filter(([, { position }]) => !position.quantity.isZero())
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #book(asset: string): AssetBook {
    const known = this.#books.get(asset);
    if (known !== undefined) return known;
    const book = { position: new Position({ method: this.#method, spot: true }), held: new Map() };
    this.#books.set(asset, book);
    return book;
  }
}

function toAssetLot({ time, quantity, cost }: OpenPart): AssetLot {
  return { time, quantity, price: cost?.dividedBy(quantity, FINE_SCALE) ?? null };
}

function move({ held }: AssetBook, holder: Holder, quantity: Amount): void {
  const key = `${holder.venue}\n${holder.account}`;
  const share = held.get(key);
  if (share === undefined)
    held.set(key, { holder: { venue: holder.venue, account: holder.account }, quantity });
  else share.quantity = share.quantity.plus(quantity);
}
