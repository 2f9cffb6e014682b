/**
 * The conduct of sources. Each source has a credit that grows with time. Connections cost little. Acts that no
 * well-behaved client does cost much. A source without credit is not let in until it has some again, which is cheaper
 * than any answer.
 */
import { Recent } from '@perf-aggregator/shared/recent';

/** Credit of one source. */
export interface CreditLimits {
  readonly most: number;
  readonly perSecond: number;
}

/** The cost of each act. */
const COSTS = {
  /** A connection. A client that keeps its connections needs few. */
  connection: 1,
  /** A request whose client left before its answer was out. */
  abort: 5,
  /** Bytes that are not a request. */
  malformed: 20,
  /** More requests on one connection than allowed. */
  overflow: 100,
} as const;

/** A thousand connections at once, then sixty a second. */
export const CREDIT: CreditLimits = { most: 1_200, perSecond: 60 };
/** How many sources are remembered at once. */
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

  /** Charges the cost of an act to a source. @returns whether it had any credit */
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
