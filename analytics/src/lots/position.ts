/**
 * One position: trades open and close lots (docs/metrics.md §6).
 *
 * A trade on the side of the position, or on a flat one, opens a lot. A trade against it closes lots in the order of
 * the method, and the rest opens the other side at its own price. Spot cannot go short: there the rest is missing, and
 * brings no profit.
 *
 * `fifo`, `lifo` and `hifo` of linear contracts and spot are exact. Where a value is divided (`average`, inverse
 * contracts, fees in the basis, shares of fees), a part is rounded to 40 decimals, half to even. The rest stays where
 * it was, so nothing is lost.
 */
import { type Amount, ZERO } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import { add, divideHalfEven, multiply, negate, subtract, type Whole } from '../amount/whole.ts';
import { Closing } from './closing.ts';
import { createInventory } from './in-order.ts';
import type { Inventory } from './inventory.ts';
import { costOf, type Lot } from './lot.ts';
import type { CostMethod } from './method.ts';
import { Taken } from './taken.ts';
import { type ContractTerms, Units } from './units.ts';

export interface PositionOptions extends ContractTerms {
  readonly method: CostMethod;
  /** Whether a sale beyond the inventory is missing (spot). Otherwise it is a short sale (contracts). */
  readonly spot: boolean;
  /** Whether fees raise the cost of a purchase and lower the proceeds of a sale. Otherwise they are separate. */
  readonly feesInCostBasis?: boolean;
}

/** One trade. */
export interface Trade {
  readonly side: 'buy' | 'sell';
  /** Positive; contracts, or units of the asset. */
  readonly quantity: Amount;
  /** Not negative; positive for an inverse contract. Null: not known, and the trade realises nothing. */
  readonly price: Amount | null;
  /** Paid. Negative: received. In the currency of the profit. */
  readonly fee: Amount;
  /** ms UTC. At or after the time of the trade before it. */
  readonly time: number;
}

/** A part of a lot that a trade closed. */
export interface ClosedPart {
  readonly quantity: Amount;
  /** Opening time of the lot, ms UTC. */
  readonly openTime: number;
  /** The opening cost of the part, and its value at the closing price. Null: not known. */
  readonly openValue: Amount | null;
  readonly closeValue: Amount | null;
}

/** Called for every part that a trade closed, in order. */
export type PartVisitor = (part: ClosedPart) => void;

/** An open lot. */
export interface OpenPart {
  readonly quantity: Amount;
  /** Null: not known. */
  readonly cost: Amount | null;
  /** Opening time, ms UTC. */
  readonly time: number;
}

export class Position {
  readonly #options: PositionOptions;
  #units: Units;
  #direction: 1 | -1 = 1;
  #inventory: Inventory;
  /** Sums of the lots that the present trade closes. Lots of unknown cost are separate. */
  readonly #taken = new Taken();
  #held: { quantity: Whole; cost: Whole; unknown: Whole } = { quantity: 0, cost: 0, unknown: 0 };

  constructor(options: PositionOptions) {
    this.#options = options;
    this.#units = new Units(options, options.method !== 'average' && !options.feesInCostBasis);
    this.#inventory = createInventory(options.method, 1);
  }

  /** Applies `trade`. Null: it only opened lots. `visit` is called for every part that it closed, in order. */
  trade(trade: Trade, visit?: PartVisitor): Closing | null {
    this.#widen(trade.quantity, trade.price);
    const sign = trade.side === 'buy' ? 1 : -1;
    if (sign !== this.#direction && this.#inventory.isEmpty() && !this.#options.spot) this.#turn(sign);
    const quantity = this.#units.ofQuantity(trade.quantity);
    const price = trade.price && this.#units.ofPrice(trade.price);
    const fee = trade.fee.isZero() ? 0 : trade.fee.unitsAt(FINE_SCALE);
    if (sign !== this.#direction) return this.#close(trade, quantity, price, fee, visit);
    this.#open(trade, quantity, price, fee);
    return null;
  }

  /** Removes up to `quantity` without realising anything. @returns the quantity that no lot covers */
  remove(quantity: Amount, visit?: PartVisitor): Amount {
    this.#widen(quantity, null);
    this.#taken.begin(0, visit && ((part) => visit(this.#toClosedPart(part, null))));
    return this.#units.toQuantity(this.#take(this.#units.ofQuantity(quantity)));
  }

  /** Signed. Positive: long. Negative: short. */
  get quantity(): Amount {
    const units = add(this.#held.quantity, this.#held.unknown);
    return this.#units.toQuantity(this.#direction > 0 ? units : negate(units));
  }

  /** The part of `quantity` whose cost is known. */
  get knownQuantity(): Amount {
    return this.#units.toQuantity(this.#direction > 0 ? this.#held.quantity : negate(this.#held.quantity));
  }

  /** The opening cost of the open lots. Lots of unknown cost count as 0. */
  get cost(): Amount {
    return this.#units.toValue(this.#held.cost);
  }

  /** Open lots, oldest first. */
  lots(): readonly OpenPart[] {
    return this.#inventory.lots().map((lot) => {
      const cost = costOf(lot);
      return {
        quantity: this.#units.toQuantity(lot.quantity),
        cost: cost === null ? null : this.#units.toValue(cost),
        time: lot.time,
      };
    });
  }

  /** The profit, gross of fees, of closing everything of known cost at `mark`. */
  unrealizedPnl(mark: Amount): Amount {
    this.#widen(ZERO, mark);
    const value = this.#units.value(this.#held.quantity, this.#units.ofPrice(mark));
    return this.#units.toValue(this.#profit(this.#held.cost, value));
  }

  /** A copy of the position. Neither copy changes the other. */
  clone(): Position {
    const copy = new Position(this.#options);
    copy.#units = this.#units.clone();
    copy.#direction = this.#direction;
    copy.#inventory = this.#inventory.clone();
    copy.#held = { ...this.#held };
    return copy;
  }

  #turn(sign: 1 | -1): void {
    this.#direction = sign;
    this.#inventory = createInventory(this.#options.method, sign);
  }

  #open({ side, time }: Trade, quantity: Whole, price: Whole | null, fee: Whole): void {
    const isProduct = this.#units.areExact || price === null;
    const value = isProduct ? null : add(this.#units.value(quantity, price), this.#basisFee(side, fee));
    const lot = { quantity, price, value, fee, time };
    const cost = costOf(lot);
    const held = this.#held;
    if (cost === null) held.unknown = add(held.unknown, quantity);
    else {
      held.quantity = add(held.quantity, quantity);
      held.cost = add(held.cost, cost);
    }
    this.#inventory.add(lot);
  }

  /** Removes open lots and sums them up in `#taken`. @returns the quantity that no lot covers */
  #take(asked: Whole): Whole {
    const [taken, held] = [this.#taken, this.#held];
    const rest = this.#inventory.take(asked, taken);
    held.cost = subtract(held.cost, taken.cost);
    held.quantity = subtract(held.quantity, taken.known);
    if (taken.unknown !== 0) held.unknown = subtract(held.unknown, taken.unknown);
    return rest;
  }

  #close(trade: Trade, asked: Whole, price: Whole | null, fee: Whole, visit?: PartVisitor): Closing {
    const { spot, feesInCostBasis } = this.#options;
    const taken = this.#taken;
    taken.begin(trade.time, visit && this.#visitor(trade, asked, price, fee, visit));
    const rest = this.#take(asked);
    const value = this.#closeValue(trade.side, taken.known, price, asked, fee);
    const realized = value === null ? 0 : this.#profit(taken.cost, value);
    const ownFee = share(fee, subtract(asked, rest), asked);
    const fees = feesInCostBasis ? 0 : add(ownFee, taken.fees);
    const missing = spot ? add(rest, taken.unknown) : taken.unknown;
    const closing = new Closing(this.#units, taken, realized, missing, fees);
    if (rest > 0 && !spot) {
      this.#turn(trade.side === 'buy' ? 1 : -1);
      this.#open(trade, rest, price, subtract(fee, ownFee));
    }
    return closing;
  }

  #visitor({ side }: Trade, asked: Whole, price: Whole | null, fee: Whole, visit: PartVisitor) {
    return (part: Lot) =>
      visit(this.#toClosedPart(part, this.#closeValue(side, part.quantity, price, asked, fee)));
  }

  /** Null: the price is not known. */
  #closeValue(
    side: Trade['side'],
    quantity: Whole,
    price: Whole | null,
    asked: Whole,
    fee: Whole,
  ): Whole | null {
    if (price === null) return null;
    const value = this.#units.value(quantity, price);
    return fee === 0 ? value : add(value, this.#basisFee(side, share(fee, quantity, asked)));
  }

  /** A long position gains when the value rises, a short one when it falls. Inverse: the other way round. */
  #profit(openValue: Whole, closeValue: Whole): Whole {
    const gainsByRise = this.#direction > 0 !== (this.#options.inverse ?? false);
    return gainsByRise ? subtract(closeValue, openValue) : subtract(openValue, closeValue);
  }

  /** What a fee adds to the value of a trade, if fees are in the basis. A purchase costs more, a sale brings less. */
  #basisFee(side: Trade['side'], fee: Whole): Whole {
    if (!this.#options.feesInCostBasis) return 0;
    return (side === 'buy') !== (this.#options.inverse ?? false) ? fee : negate(fee);
  }

  #toClosedPart(part: Lot, closeValue: Whole | null): ClosedPart {
    const openValue = costOf(part);
    return {
      quantity: this.#units.toQuantity(part.quantity),
      openTime: part.time,
      openValue: openValue === null ? null : this.#units.toValue(openValue),
      closeValue: closeValue === null ? null : this.#units.toValue(closeValue),
    };
  }

  #widen(quantity: Amount, price: Amount | null): void {
    const factors = this.#units.widen(quantity, price);
    if (factors !== null) this.#rescale(factors);
  }

  #rescale(factors: { readonly quantity: Whole; readonly price: Whole }): void {
    this.#inventory.rescale(factors.quantity, factors.price);
    const held = this.#held;
    held.quantity = multiply(held.quantity, factors.quantity);
    held.unknown = multiply(held.unknown, factors.quantity);
    if (this.#units.areExact) held.cost = multiply(held.cost, multiply(factors.quantity, factors.price));
  }
}

/** `fee × part / whole`, rounded to a unit. */
function share(fee: Whole, part: Whole, whole: Whole): Whole {
  return fee === 0 || part === whole ? fee : divideHalfEven(multiply(fee, part), whole);
}
