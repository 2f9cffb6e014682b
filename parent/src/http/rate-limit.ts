/**
 * Limits how many requests a source may make, in each class and in all, and how many may concern one session. The
 * counts are in memory, for the sources seen last.
 */
import { Recent } from '@perf-aggregator/shared/recent';
import type { RateClass } from '@perf-aggregator/shared/wire/operations';
import type { RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { relayError } from '../errors.ts';
import type { Sources } from './sources.ts';

/** A budget of requests per source and window. */
export interface RateLimit {
  readonly max: number;
  readonly windowMs: number;
}

/** The part of a source's budget that each class may use. Submissions and reports cost most. */
const SHARES: Readonly<Record<RateClass, number>> = {
  quote: 1 / 2,
  submit: 1 / 5,
  report: 1 / 5,
  read: 1,
  change: 1,
};
const MAX_COUNTED = 50_000;

/** The budgets of one edge. */
export class RateLimits {
  readonly #limit: RateLimit;
  readonly #sources: Sources;
  readonly #maxCounted: number;
  readonly #budgets = new Map<string, Budget>();

  /**
   * @param maxCounted - how many sources, and how many sessions, are counted at once; a forgotten one starts with a
   *   full budget
   */
  constructor(limit: RateLimit, sources: Sources, maxCounted = MAX_COUNTED) {
    this.#limit = limit;
    this.#sources = sources;
    this.#maxCounted = maxCounted;
  }

  /** Lets requests through while their source has a budget. `RateLimit-*` headers state the rest. */
  all(): RequestHandler {
    return this.#handler('all', 1, 'the source has used up its requests', (request) =>
      this.#sources.of(request),
    );
  }

  /** The same limit for the requests of one class. */
  of(rateClass: RateClass): RequestHandler {
    const why = `the source has used up its requests of this kind (${rateClass})`;
    return this.#handler(rateClass, SHARES[rateClass], why, (request) => this.#sources.of(request));
  }

  /** The same limit for the requests that concern one session, from any source. */
  ofSession(): RequestHandler {
    return this.#handler('session', 1, 'too many requests for this session', (request) =>
      String(request.params['sessionId']),
    );
  }

  #handler(
    name: string,
    share: number,
    why: string,
    keyOf: (request: Parameters<RequestHandler>[0]) => string,
  ): RequestHandler {
    const max = Math.max(1, Math.floor(this.#limit.max * share));
    const budget = this.#budgets.get(name) ?? new Budget(max, this.#limit.windowMs, this.#maxCounted);
    this.#budgets.set(name, budget);
    return async (request, response, next) => {
      const { isLeft, result } = await budget.spend(keyOf(request));
      tell(response, max, result);
      if (!isLeft) throw relayError('rate_limited', why, result.msBeforeNext);
      next();
    };
  }
}

/** One count for each key. */
class Budget {
  readonly #limiter: RateLimiterMemory;
  readonly #counted: Recent<string, true>;

  constructor(max: number, windowMs: number, maxCounted: number) {
    this.#limiter = new RateLimiterMemory({ points: max, duration: windowMs / 1_000 });
    this.#counted = new Recent(maxCounted, (key) => void this.#limiter.delete(key));
  }

  async spend(key: string): Promise<{ readonly isLeft: boolean; readonly result: RateLimiterRes }> {
    this.#counted.set(key, true);
    try {
      return { isLeft: true, result: await this.#limiter.consume(key) };
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      return { isLeft: false, result: refused };
    }
  }
}

/** Reports the tightest of the budgets that a request spent. */
function tell(response: Response, max: number, { remainingPoints, msBeforeNext }: RateLimiterRes): void {
  const remaining = Math.max(0, remainingPoints);
  const told = response.getHeader('RateLimit-Remaining');
  if (told !== undefined && Number(told) <= remaining) return;
  response.setHeader('RateLimit-Limit', String(max));
  response.setHeader('RateLimit-Remaining', String(remaining));
  response.setHeader('RateLimit-Reset', String(Math.ceil(msBeforeNext / 1_000)));
}
