/** Sums of the lots that a trade closes, in units. */
import { add, multiply, type Whole } from '../amount/whole.ts';
import { costOf, type Lot } from './lot.ts';

/**
 * A position has one and uses it for each of its trades. A closure with captured sums cost a tenth of the time of
 * matching.
 */
export class Taken {
  /** Quantity and cost of the lots of known cost. */
  known: Whole = 0;
  cost: Whole = 0;
  /** Quantity of unknown cost. */
  unknown: Whole = 0;
  /** Entry fees. */
  fees: Whole = 0;
  /** Σ quantity × time held. */
  held: Whole = 0;
  #time = 0;
  #visit: ((part: Lot) => void) | undefined;

  /** Starts again. Parts count as held until `time`. `visit` is called for each of them. */
  begin(time: number, visit?: (part: Lot) => void): void {
    this.known = 0;
    this.cost = 0;
    this.unknown = 0;
    this.fees = 0;
    this.held = 0;
    this.#time = time;
    this.#visit = visit;
  }

  add(part: Lot): void {
    const { quantity, fee } = part;
    const cost = costOf(part);
    if (cost === null) this.unknown = add(this.unknown, quantity);
    else {
      this.known = add(this.known, quantity);
      this.cost = add(this.cost, cost);
    }
    if (fee !== 0) this.fees = add(this.fees, fee);
    this.held = add(this.held, multiply(quantity, this.#time - part.time));
    if (this.#visit !== undefined) this.#visit(part);
  }
}
