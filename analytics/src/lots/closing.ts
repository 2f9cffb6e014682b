/** What one trade closed. */
import { Amount } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import { add, type Whole } from '../amount/whole.ts';
import type { Taken } from './taken.ts';
import type { Units } from './units.ts';

/** Money in quote, or in base for an inverse contract. Amounts are made when they are read. */
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
   * @param units - the scales of the sums; later units may be finer
   * @param taken - the sums of the closed lots
   * @param missing - quantity closed from lots of unknown cost, and for spot the quantity that no lot covers
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

  /** Quantity closed against lots. */
  get quantity(): Amount {
    return new Amount(this.#quantity, this.#quantityScale);
  }

  /** Gross of fees, unless they are in the basis. */
  get realizedPnl(): Amount {
    return new Amount(this.#realized, this.#valueScale);
  }

  /** Profit less the trade's own fee and the opening fees of what it closed, each in proportion. */
  get netPnl(): Amount {
    return this.realizedPnl.minus(new Amount(this.#fees, FINE_SCALE));
  }

  /** The opening cost of the closed parts. */
  get matchedCost(): Amount {
    return new Amount(this.#cost, this.#valueScale);
  }

  /** Quantity sold without a lot (spot), or from lots without a known cost. */
  get missingQuantity(): Amount {
    return new Amount(this.#missing, this.#quantityScale);
  }

  /** Σ quantity × ms held. */
  get heldQuantityMs(): Amount {
    return new Amount(this.#held, this.#quantityScale);
  }
}
