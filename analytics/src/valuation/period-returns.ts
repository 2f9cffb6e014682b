/**
 * Period returns of an account (docs/metrics.md §2). They are true time-weighted and linked at every flow whose instant
 * can be valued. Otherwise r = (V_i + W_i) / (V_{i−1} + D_i) − 1, with deposits at the start and withdrawals at the
 * end.
 */
import { type Amount, toNumber, ZERO } from '../amount/decimal.ts';
import { type FlowPoint, LARGE_SHARE } from './flows.ts';

export interface PeriodReturnsInput {
  /** Value at the start of the first period. Null: not known. */
  readonly navAtStart: Amount | null;
  /** End of each period, ms UTC, ascending. */
  readonly ends: ArrayLike<number>;
  /** Value at each end. Null: not known. */
  readonly nav: readonly (Amount | null)[];
  /** Flows by instant, ascending. A flow belongs to the first period that ends after it. */
  readonly flows: readonly FlowPoint[];
  /**
   * How a period with a large flow without a valuation is treated. `formula` is for records that have period values
   * only.
   */
  readonly unvaluedLargeFlows: 'null' | 'formula';
}

export interface PeriodReturns {
  /** NaN: no return, for lack of a valuation, for lack of capital, or because a large flow has no valuation. */
  readonly returns: Float64Array;
  /** Returns that cover periods without a valuation. */
  readonly gapCount: number;
  /** Flows above 1 % of NAV whose instant could not be valued. */
  readonly largeFlowsUnvalued: number;
}

/** Links the periods of an account. Flows before the first or after the last period do not count. */
export function periodReturns(input: PeriodReturnsInput): PeriodReturns {
  const returns = new Float64Array(input.ends.length).fill(Number.NaN);
  let [gapCount, largeFlowsUnvalued, nextFlow] = [0, 0, 0];
  let period = new Period(input.navAtStart);
  for (let i = 0; i < returns.length; i++) {
    while (nextFlow < input.flows.length && input.flows[nextFlow]!.time < input.ends[i]!) {
      period.flow(input.flows[nextFlow]!);
      nextFlow += 1;
    }
    const value = input.nav[i] ?? null;
    if (value === null) {
      period.spansGap = true;
      continue;
    }
    period.closeSegment(value);
    largeFlowsUnvalued += period.largeFlowsUnvalued;
    returns[i] = period.result(input.unvaluedLargeFlows);
    if (period.spansGap && !Number.isNaN(returns[i]!)) gapCount += 1;
    period = new Period(value);
  }
  return { returns, gapCount, largeFlowsUnvalued: largeFlowsUnvalued + period.largeFlowsUnvalued };
}

/** One period under way: the closed segments linked so far, and the flows of the open segment. */
class Period {
  spansGap = false;
  largeFlowsUnvalued = 0;
  #start: Amount | null;
  #deposits = ZERO;
  #withdrawals = ZERO;
  #unvalued = ZERO;
  #unvaluedCount = 0;
  #unpriced = false;
  #return = 0;
  #hasCapital = false;
  #broken = false;

  constructor(start: Amount | null) {
    this.#start = start;
  }

  /** Adds the flows of one instant. A valuation there ends the segment. Without one the flows wait for the formula. */
  flow(point: FlowPoint): void {
    if (point.valueBefore !== null) {
      this.closeSegment(point.valueBefore);
      this.#start = point.valueBefore.plus(point.deposits).minus(point.withdrawals);
      return;
    }
    this.#deposits = this.#deposits.plus(point.deposits);
    this.#withdrawals = this.#withdrawals.plus(point.withdrawals);
    this.#unvalued = this.#unvalued.plus(point.deposits).plus(point.withdrawals);
    this.#unvaluedCount += point.count;
    this.#unpriced ||= !point.priced;
  }

  /** Links the open segment. The segment ends with `value`, after its withdrawals. */
  closeSegment(value: Amount): void {
    this.#countLargeFlows();
    if (this.#start === null) {
      this.#broken = true;
    } else {
      this.#link(this.#start.plus(this.#deposits), value.plus(this.#withdrawals));
    }
    this.#deposits = this.#withdrawals = this.#unvalued = ZERO;
    this.#unvaluedCount = 0;
  }

  result(unvaluedLargeFlows: 'null' | 'formula'): number {
    if (this.#broken || this.#unpriced || !this.#hasCapital) return Number.NaN;
    return this.largeFlowsUnvalued > 0 && unvaluedLargeFlows === 'null' ? Number.NaN : this.#return;
  }

  /** Flows of one segment are judged together. A large flow that is cut into small ones stays large. */
  #countLargeFlows(): void {
    const limit = (this.#start ?? ZERO).times(LARGE_SHARE);
    if (this.#unpriced || this.#unvalued.gt(limit)) this.largeFlowsUnvalued += this.#unvaluedCount;
  }

  #link(base: Amount, end: Amount): void {
    if (base.isZero() && end.isZero()) return;
    if (!base.isPositive()) {
      this.#broken = true;
      return;
    }
    const segment = toNumber(end.minus(base)) / toNumber(base);
    this.#return += segment + this.#return * segment;
    this.#hasCapital = true;
  }
}
