/** What one trade closed. */
import { Amount } from '../ledger/decimal.ts';
import type { Whole } from '../ledger/whole.ts';
import { FINE_SCALE, type Units } from './units.ts';

/** Sums over the parts that a trade closed, in units. */
export interface ClosingSums {
  readonly quantity: Whole;
  readonly realized: Whole;
  readonly cost: Whole;
  /** Closed from lots of unknown cost, and of spot what no lot covers. */
  readonly missing: Whole;
  /** Own fee and entry fees, each in proportion; 0 where fees are in the basis. */
  readonly fees: Whole;
  /** Σ quantity × time held. */
  readonly held: Whole;
}

/** Money in quote, of an inverse contract in base. Amounts are made when they are asked for. */
export class Closing {
  readonly #sums: ClosingSums;
  readonly #quantityScale: number;
  readonly #valueScale: number;

  /** @param units - as they are when the sums are made; later ones may be finer */
  constructor(sums: ClosingSums, units: Units) {
    this.#sums = sums;
    this.#quantityScale = units.quantityScale;
    this.#valueScale = units.valueScale;
  }

  /** Closed against lots. */
  get quantity(): Amount {
    return new Amount(this.#sums.quantity, this.#quantityScale);
  }

  /** Gross of fees, unless they are in the basis. */
  get realizedPnl(): Amount {
    return new Amount(this.#sums.realized, this.#valueScale);
  }

  /** Less the trade's own fee and the fees that opened what it closed, each in proportion. */
  get netPnl(): Amount {
    return this.realizedPnl.minus(new Amount(this.#sums.fees, FINE_SCALE));
  }

  /** What the closed parts cost to open. */
  get matchedCost(): Amount {
    return new Amount(this.#sums.cost, this.#valueScale);
  }

  /** Sold without a lot (spot), or from lots without a known cost. */
  get missingQuantity(): Amount {
    return new Amount(this.#sums.missing, this.#quantityScale);
  }

  /** Σ quantity × ms held. */
  get heldQuantityMs(): Amount {
    return new Amount(this.#sums.held, this.#quantityScale);
  }
}
