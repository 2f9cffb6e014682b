// Clocks of a benchmark's world. In one that runs faster, the limits of the venue are kept all the same: in the
// world's own time.
import { systemClock } from '../../shared/dist/clock.js';

/**
 * A clock, and the wait that goes with it.
 * @param pace - `{ since, start, factor }`: at `since` by the system's clock it was `start` in the world, and every
 *   second since then was `factor` seconds there; null: the system's clock
 */
export function clockOf(pace) {
  if (!pace) return { clock: systemClock, sleep: wait };
  const { since, start, factor } = pace;
  return {
    clock: { now: () => Math.floor(start + (systemClock.now() - since) * factor) },
    sleep: (ms) => wait(ms / factor),
  };
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
