/** The time that requests to a venue are signed with. */
import type { Clock } from '@perf-aggregator/shared/clock';
import { ExchangeError } from '../errors.ts';

/** A venue whose clock is further away than this is not followed. */
const FURTHEST_MS = 60_000;

export interface VenueClock {
  /** ms; our clock, corrected by what the venue said. */
  now(): number;
  /**
   * The result of `attempt`. When the venue refuses the time of its request, the venue is asked for its own time once,
   * and the attempt is made again with it.
   * @param ask - the venue's time
   * @throws ExchangeError what the second attempt throws; `exchange_clock` when the clocks are a minute apart or more
   */
  correcting<T>(attempt: () => Promise<T>, ask: () => Promise<number>): Promise<T>;
}

export function createVenueClock(clock: Clock): VenueClock {
  let ahead = 0;
  return {
    now: () => clock.now() + ahead,
    async correcting(attempt, ask) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof ExchangeError) || error.code !== 'exchange_clock') throw error;
        const asked = clock.now();
        const theirs = await ask();
        // The venue answered between the two instants.
        const difference = theirs - Math.round((asked + clock.now()) / 2);
        if (Math.abs(difference) >= FURTHEST_MS) throw error;
        ahead = difference;
        return attempt();
      }
    },
  };
}
