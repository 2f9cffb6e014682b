/** Vaults of processes that have just started, and the stored data of a session with several versions. */
import { systemRandom } from '@perf-aggregator/shared/random';
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { StateWrite, StoredState } from '@perf-aggregator/shared/wire/envelope';
import { codeOf } from '../../../shared/test/codes.ts';
import { Refusal } from '../../src/errors.ts';
import type { Observations } from '../../src/sessions/formats/observations.ts';
import type { Session } from '../../src/sessions/session.ts';
import { Vault } from '../../src/sessions/vault.ts';
import { fillOf, markOf, NOON, sessionOf, stateOf } from './states.ts';

export const BASE = new Uint8Array(32).fill(9);
export const NOTHING: Observations = { entries: [], marks: [] };
export const clock = { time: NOON, now: () => clock.time };

/** The vault of a process that has just started. */
export function freshVault(capacity = 8): Vault {
  return new Vault({ clock, random: systemRandom, sealingBase: BASE, capacity });
}

/** The data that a parent stores after `writes` of one session. */
export function storedAfter(writes: readonly StateWrite[]): StoredState {
  const chunks = writes.reduce<Uint8Array[]>(
    (kept, write) => [...kept.slice(0, write.chunksKept), ...write.chunks],
    [],
  );
  const { version, blob } = writes.at(-1)!;
  return { version, blob, chunks };
}

/**
 * Versions 1 to 5 of a session, each with its write: opened; then two fills, a fill, a price, a fill, each a day after
 * the one before. So each closes the batch of the day before: there are three chunks, and a tail.
 */
export function history(vault: Vault, id = sessionOf('s')): StateWrite[] {
  const steps: Observations[] = [
    NOTHING,
    { entries: [fillOf(`${id}1`), fillOf(`${id}2`)], marks: [] },
    { entries: [fillOf(`${id}3`)], marks: [] },
    { entries: [], marks: [markOf(1)] },
    { entries: [fillOf(`${id}4`)], marks: [] },
  ];
  const writes: StateWrite[] = [];
  let session: Session | null = null;
  for (const [index, observations] of steps.entries()) {
    clock.time = NOON + index * DAY_MS;
    const state: Session['state'] = { ...(session?.state ?? stateOf({ id })), version: index + 1 };
    const done = vault.write(session, state, observations, NOON + index);
    session = done.session;
    writes.push(done.write);
  }
  return writes;
}

export const find = (
  vault: Vault,
  stored: StoredState | null,
  version = stored?.version ?? 5,
  id = sessionOf('s'),
) => vault.find({ session: id, version, state: stored });
export const refusal = (stored: StoredState, version = stored.version, id?: string) =>
  codeOf(() => find(freshVault(), stored, version, id), Refusal);
