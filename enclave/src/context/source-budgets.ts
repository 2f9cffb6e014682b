/**
 * How many accounts each source may ask about. Every account of a submission uses part of what a venue allows this
 * enclave's address, whether or not the account exists.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
import { Recent } from '@perf-aggregator/shared/recent';
import { Refusal } from '../errors.ts';

/** A token bucket for each source. */
export interface SourceLimits {
  /** At once. */
  readonly burst: number;
  readonly perMinute: number;
}

/**
 * One of the largest submissions at once, and as many accounts a minute. That is less than the guaranteed share of
 * submissions.
 */
export const ACCOUNTS_PER_SOURCE: SourceLimits = { burst: 32, perMinute: 32 };
/** How many sources are counted at once. A source that is forgotten starts with a full budget. */
const MAX_SOURCES = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

export class SourceBudgets {
  readonly #limits: SourceLimits;
  readonly #clock: Clock;
  readonly #buckets = new Recent<string, Bucket>(MAX_SOURCES);

  constructor(limits: SourceLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Checks that one account is left in the budget of `source`. Requests without a source share one budget.
   * @throws Refusal `rate_limited` with the time until there is one again
   */
  require(source: string | null): void {
    this.#withOne(source);
  }

  /** Spends one account. @throws Refusal as {@link require} */
  spend(source: string | null): void {
    this.#withOne(source).tokens -= 1;
  }

  #withOne(source: string | null): Bucket {
    const { burst, perMinute } = this.#limits;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(source ?? '') ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * perMinute) / 60_000);
    bucket.at = now;
    this.#buckets.set(source ?? '', bucket);
    if (bucket.tokens >= 1) return bucket;
    throw new Refusal('rate_limited', 'this source has asked about too many accounts', {
      retryAfterMs: Math.ceil(((1 - bucket.tokens) * 60_000) / perMinute),
    });
  }
}
