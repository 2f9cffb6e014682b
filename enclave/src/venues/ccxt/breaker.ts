/**
 * A circuit breaker for each host of a venue. A host that is down is asked by one call now and then, not by every
 * account and every retry.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
import { ExchangeError } from '../errors.ts';

/** So many calls in a row must fail, whoever made them. */
const FAILURES = 20;
/** How long calls are held back after that, ms. The span doubles while the host stays down. */
const OPEN_MS = 15_000;
const MAX_OPEN_MS = 300_000;

export interface Breaker {
  /**
   * Lets a call to `host` through, or refuses it. While a host is down, one call passes when a span is over, and
   * decides for all.
   * @throws ExchangeError `exchange_unavailable` when the host is down; then nothing may be sent
   */
  enter(host: string): void;
  /** Notes how a call to `host` ended: whether the host, or the way to it, was down. */
  note(host: string, isDown: boolean): void;
}

interface HostState {
  failures: number;
  /** Until when calls are held back, ms. */
  until: number;
  /** Whether the call that decides is under way. */
  isAsked: boolean;
}

/** A breaker for which every host is up. */
export function createBreaker(clock: Clock): Breaker {
  const hosts = new Map<string, HostState>();
  return {
    enter(host) {
      const state = hosts.get(host);
      if (state === undefined || state.failures < FAILURES) return;
      const now = clock.now();
      if (now < state.until) {
        const seconds = Math.ceil((state.until - now) / 1_000);
        throw new ExchangeError('exchange_unavailable', `${host} is down; it is asked again in ${seconds} s`);
      }
      // This call is the one that is let through. The others wait for what it finds.
      state.until = now + spanOf(state.failures);
      state.isAsked = true;
    },
    note(host, isDown) {
      if (!isDown) {
        hosts.delete(host);
        return;
      }
      const state = hosts.get(host) ?? { failures: 0, until: 0, isAsked: false };
      // Calls that were sent before the host was known to be down say nothing new.
      if (state.failures >= FAILURES && !state.isAsked) return;
      const failures = state.failures + 1;
      hosts.set(host, { failures, until: clock.now() + spanOf(failures), isAsked: false });
    },
  };
}

/** How long a host that failed so often in a row is left alone, ms. */
function spanOf(failures: number): number {
  return Math.min(MAX_OPEN_MS, OPEN_MS * 2 ** Math.min(10, failures - FAILURES));
}
