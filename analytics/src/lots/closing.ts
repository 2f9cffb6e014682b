/** What one trade closed. */
import { Amount } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import { add, type Whole } from '../amount/whole.ts';
import type { Taken } from './taken.ts';
import type { Units } from './units.ts';

/** Money in quote, of an inverse contract in base. Amounts are made when they are asked for. */
export class Closing {
  readonly #quantity: Whole;
  readonly #realized: Whole;
  readonly #cost: Whole;
  readonly #missing: Whole;
  readonly #fees: Whole;
  readonly #held: Whole;
  readonly #quantityScale: number;
  readonly #valueScale: number;

  /**
   * @param units - as they are when the sums are made; later ones may be finer
   * @param taken - from the lots
   * @param missing - closed from lots of unknown cost, and of spot what no lot covers
   * @param fees - own fee and entry fees, each in proportion; 0 where fees are in the basis
   */
  constructor(units: Units, taken: Taken, realized: Whole, missing: Whole, fees: Whole) {
    this.#quantity = add(taken.known, taken.unknown);
    this.#realized = realized;
    this.#cost = taken.cost;
    this.#missing = missing;
    this.#fees = fees;
    this.#held = taken.held;
    this.#quantityScale = units.quantityScale;
    this.#valueScale = units.valueScale;
  }

  /** Closed against lots. */
  get quantity(): Amount {
    return new Amount(this.#quantity, this.#quantityScale);
  }

  /** Gross of fees, unless they are in the basis. */
  get realizedPnl(): Amount {
    return new Amount(this.#realized, this.#valueScale);
  }

  /** Less the trade's own fee and the fees that opened what it closed, each in proportion. */
  get netPnl(): Amount {
    return this.realizedPnl.minus(new Amount(this.#fees, FINE_SCALE));
  }

  /** What the closed parts cost to open. */
  get matchedCost(): Amount {
    return new Amount(this.#cost, this.#valueScale);
  }

  /** Sold without a lot (spot), or from lots without a known cost. */
  get missingQuantity(): Amount {
    return new Amount(this.#missing, this.#quantityScale);
  }

  /** Σ quantity × ms held. */
  get heldQuantityMs(): Amount {
    return new Amount(this.#held, this.#quantityScale);
  }
}
