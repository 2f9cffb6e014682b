/**
 * Keeping to a venue's rate limits: a token bucket whose tokens are reserved in the order of asking, so that
 * nobody starves, and a pause when the venue itself says when to come back.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
import { ExchangeError } from './errors.ts';
import type { BucketLimits } from './table.ts';

/** Waits `ms`; tests pass one that moves their clock. */
export type Sleep = (ms: number) => Promise<void>;

export interface Limiter {
  /**
   * Waits until `tokens` may be used.
   * @throws ExchangeError `exchange_rate_limited` when that would be after `deadline`; nothing is used then
   */
  take(tokens: number, deadline: number): Promise<void>;
  /** Lets nobody through before `instant`. */
  pauseUntil(instant: number): void;
}

/** What each of `sharers` may use of limits that they have in common. */
export function shareOf({ capacity, perMinute }: BucketLimits, sharers: number): BucketLimits {
  return { capacity: capacity / sharers, perMinute: perMinute / sharers };
}

/** A full bucket of `limits`. */
export function createLimiter(limits: BucketLimits, clock: Clock, sleep: Sleep): Limiter {
  const perMs = limits.perMinute / 60_000;
  let tokens = limits.capacity;
  let filledAt = clock.now();
  let pausedUntil = 0;
  return {
    async take(wanted, deadline) {
      const now = clock.now();
      tokens = Math.min(limits.capacity, tokens + Math.max(0, now - filledAt) * perMs);
      filledAt = now;
      const wait = Math.max(Math.ceil((wanted - tokens) / perMs), pausedUntil - now, 0);
      if (now + wait > deadline) {
        throw tooLate();
      }
      tokens -= wanted;
      if (wait > 0) await sleep(wait);
      // Another call may have been sent away while this one waited.
      for (let rest = pausedUntil - clock.now(); rest > 0; rest = pausedUntil - clock.now()) {
        if (pausedUntil > deadline) throw tooLate();
        await sleep(rest);
      }
    },
    pauseUntil(instant) {
      pausedUntil = Math.max(pausedUntil, instant);
    },
  };
}

function tooLate(): ExchangeError {
  return new ExchangeError('exchange_rate_limited', 'the venue allows no more calls before the deadline');
}
