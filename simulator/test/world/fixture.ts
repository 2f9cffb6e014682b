/** Worlds for tests: a fixed seed, a clock at a fixed instant, silent logs. */
import { createLog } from '@perf-aggregator/parent/log';
import { systemRandom } from '@perf-aggregator/shared/random';
import { createWorldState, type WorldState } from '../../src/world/state.ts';
import { World, type WorldOptions } from '../../src/world/world.ts';
import { ManualClock } from './manual-clock.ts';

/** Noon of an ordinary day. */
export const NOON = Date.UTC(2026, 10, 20, 12);

/** A world and its clock. */
export interface TestWorld {
  readonly world: World;
  readonly clock: ManualClock;
  readonly state: WorldState;
}

/** Starts a world; `options` replace the silent defaults. */
export async function startTestWorld(
  options: Partial<WorldOptions> = {},
  clock = new ManualClock(NOON),
): Promise<TestWorld> {
  const state = options.state ?? (await createWorldState({ clock, random: systemRandom, seed: 'test' }));
  const world = await World.start({
    state,
    clock,
    random: systemRandom,
    // The clock moves only when the enclave waits. Each wait ends at once.
    sleep: async (ms) => {
      clock.advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
    clientSleep: () => new Promise((resolve) => setTimeout(resolve, 20)),
    log: createLog('silent'),
    ...options,
  });
  return { world, clock, state };
}
