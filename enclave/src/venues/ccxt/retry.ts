/** Repeats failed calls: idempotent reads only, exponential backoff with full jitter, never past a deadline. */
import type { Clock } from '@perf-aggregator/shared/clock';
import type { Random } from '@perf-aggregator/shared/random';
import { ExchangeError } from '../errors.ts';
import { isRetryable } from './faults.ts';
import type { Sleep } from './limiter.ts';

const BASE_MS = 250;
const CAP_MS = 20_000;
const MAX_ATTEMPTS = 5;

export interface RetryPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
}

/** How long a call and its waits may take. */
export interface CallBounds {
  /** No call and no wait goes past it, ms. */
  readonly deadline: number;
  /** Aborts when no caller waits for the result any more. */
  readonly signal?: AbortSignal | undefined;
}

/** How many more retries one pull may spend, over all its calls. */
export interface RetryBudget {
  left: number;
}

/**
 * The result of `attempt`. It runs up to five times while its failure may pass.
 * @throws ExchangeError the last failure; the reason of `signal`
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  budget: RetryBudget,
  { deadline, signal }: CallBounds,
  ports: RetryPorts,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ExchangeError) || !isRetryable(error)) throw error;
      const wait = jitter(Math.min(CAP_MS, BASE_MS * 2 ** tries), ports.random);
      if (tries >= MAX_ATTEMPTS || budget.left <= 0 || ports.clock.now() + wait > deadline) throw error;
      budget.left -= 1;
      await ports.sleep(wait, signal);
      signal?.throwIfAborted();
    }
  }
}

/** A random wait, uniform in [0, most], ms. */
function jitter(most: number, random: Random): number {
  const [a = 0, b = 0] = random.bytes(2);
  return Math.floor(((a * 256 + b) / 65_535) * most);
}
