/** SIGKILL at random points, drawn from a seed. */
import { setTimeout as pause } from 'node:timers/promises';
import type { LocalWorld } from '../../dist/local-world.js';
import type { Stream } from '../../dist/trader/splitmix.js';
import { type Crowd, KINDS, type Kind } from './crowd.ts';

const VICTIMS = ['parent', 'enclave'] as const;
export type Victim = (typeof VICTIMS)[number];

const PAUSE_MS = 1_500;
/** Time limit for the acknowledgement that a kill waits for. */
const PATIENCE_MS = 120_000;

/**
 * Kills parent or enclave `count` times. Three of four kills come after a random time: 0 to 1.5 s after the previous
 * kill, which is often while a process is starting. The fourth kill comes after the service has acknowledged one or
 * two more requests of a kind, with all kinds in turn: on a slow machine the load then still continues. Only kills of
 * a living process count.
 * @returns how often each was killed
 */
export async function killAtRandom(
  world: LocalWorld,
  crowd: Crowd,
  random: Stream,
  count: number,
): Promise<Record<Victim, number>> {
  const killed = { parent: 0, enclave: 0 };
  const dead = new Set<number>();
  while (dead.size < count) {
    const turn = dead.size;
    if (turn % 4 === 3) {
      await progress(crowd, KINDS[Math.floor(turn / 4) % KINDS.length]!, random.integer(1, 2));
      await pause(random.integer(0, PAUSE_MS / 5));
    } else await pause(random.integer(0, PAUSE_MS));
    const victim = random.pick(VICTIMS);
    const pid = world.pids()[victim];
    // The process is not started yet, or is still dying.
    if (pid === undefined || dead.has(pid)) continue;
    process.kill(pid, 'SIGKILL');
    dead.add(pid);
    killed[victim] += 1;
  }
  return killed;
}

/** Waits until `more` further requests of a kind were acknowledged. */
export async function progress(crowd: Crowd, kind: Kind, more: number): Promise<void> {
  const enough = crowd.acknowledged(kind) + more;
  for (let waited = 0; crowd.acknowledged(kind) < enough; waited += 10) {
    if (waited > PATIENCE_MS) throw new Error(`no ${kind} was acknowledged for ${PATIENCE_MS / 1_000} s`);
    await pause(10);
  }
}
