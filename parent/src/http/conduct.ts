/**
 * How sources behave. Each has a credit that grows with time; connections cost little of it, what no client of good
 * will does costs much. Whoever has none left is not let in until it has: cheaper than anything that it could be told.
 */
import { Recent } from '@perf-aggregator/shared/recent';

/** Credit of one source. */
export interface CreditLimits {
  readonly most: number;
  readonly perSecond: number;
}

/** What costs how much. */
const COSTS = {
  /** A connection: whoever keeps them needs few. */
  connection: 1,
  /** A request whose client went away before its answer was out. */
  abort: 5,
  /** Bytes that are no request. */
  malformed: 20,
  /** More requests on one connection than it may have. */
  overflow: 100,
} as const;

/** A thousand connections at once, sixty a second after them. */
export const CREDIT: CreditLimits = { most: 1_200, perSecond: 60 };
/** Sources that are remembered at once. */
const MAX_SOURCES = 50_000;

interface Credit {
  left: number;
  at: number;
}

export class Conduct {
  readonly #limits: CreditLimits;
  readonly #now: () => number;
  readonly #credits = new Recent<string, Credit>(MAX_SOURCES);

  /** @param now - a steady clock, ms */
  constructor(limits: CreditLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes the cost of something that a source did. @returns whether it had any credit */
  charge(source: string, what: keyof typeof COSTS): boolean {
    const credit = this.#credits.get(source) ?? { left: this.#limits.most, at: this.#now() };
    this.#grow(credit);
    this.#credits.set(source, credit);
    if (credit.left <= 0) return false;
    credit.left -= COSTS[what];
    return true;
  }

  /** Whether a source has no credit. */
  isOut(source: string): boolean {
    const credit = this.#credits.peek(source);
    if (!credit) return false;
    this.#grow(credit);
    return credit.left <= 0;
  }

  #grow(credit: Credit): void {
    const { most, perSecond } = this.#limits;
    const now = this.#now();
    credit.left = Math.min(most, credit.left + ((now - credit.at) * perSecond) / 1_000);
    credit.at = now;
  }
}
