import { systemRandom } from '@perf-aggregator/shared/random';
import type { StateWrite, StoredState } from '@perf-aggregator/shared/wire/envelope';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Refusal } from '../../src/errors.ts';
import type { Observations } from '../../src/sessions/formats/observations.ts';
import type { Session } from '../../src/sessions/session.ts';
import { StateRequired, Vault } from '../../src/sessions/vault.ts';
import { fillOf, markOf, NOON, sessionOf, stateOf } from './states.ts';

const BASE = new Uint8Array(32).fill(9);
const NOTHING: Observations = { entries: [], marks: [] };
const clock = { time: NOON, now: () => clock.time };

beforeEach(() => {
  clock.time = NOON;
});

/** The vault of a process that has just started. */
function freshVault(capacity = 8): Vault {
  return new Vault({ clock, random: systemRandom, sealingBase: BASE, capacity });
}

/** What a parent has stored after `writes` of one session. */
function storedAfter(writes: readonly StateWrite[]): StoredState {
  const chunks = writes.reduce<Uint8Array[]>(
    (kept, write) => [...kept.slice(0, write.chunksKept), ...write.chunks],
    [],
  );
  const { version, blob } = writes.at(-1)!;
  return { version, blob, chunks };
}

/** Versions 1 to 4 of a session: opened, two fills, a fill, a price; each with its write. */
function history(vault: Vault, id = sessionOf('s')): StateWrite[] {
  const steps: Observations[] = [
    NOTHING,
    { entries: [fillOf(`${id}1`), fillOf(`${id}2`)], marks: [] },
    { entries: [fillOf(`${id}3`)], marks: [] },
    { entries: [], marks: [markOf(1)] },
  ];
  const writes: StateWrite[] = [];
  let session: Session | null = null;
  for (const [index, observations] of steps.entries()) {
    const state: Session['state'] = { ...(session?.state ?? stateOf({ id })), version: index + 1 };
    const done = vault.write(session, state, observations, NOON + index);
    session = done.session;
    writes.push(done.write);
  }
  return writes;
}

const find = (
  vault: Vault,
  stored: StoredState | null,
  version = stored?.version ?? 4,
  id = sessionOf('s'),
) => vault.find({ session: id, version, state: stored });
const refusal = (stored: StoredState, version = stored.version, id?: string) =>
  codeOf(() => find(freshVault(), stored, version, id), Refusal);

describe('when a session is written', () => {
  it('the write says what it replaces, when it is due and which chunks it appends', () => {
    const writes = history(freshVault());
    expect(
      writes.map(({ baseVersion, version, syncAt, chunksKept, chunks }) => [
        baseVersion,
        version,
        syncAt! - NOON,
        chunksKept,
        chunks.length,
      ]),
    ).toEqual([
      [0, 1, 0, 0, 0],
      [1, 2, 1, 0, 1],
      [2, 3, 2, 1, 1],
      [3, 4, 3, 2, 1],
    ]);
    expect(writes.every((write) => write.expiresAt === stateOf().expiresAt)).toBe(true);
  });

  it('nothing that leaves it can be read outside', () => {
    const { blob, chunks } = storedAfter(history(freshVault()));
    const outside = Buffer.concat([blob, ...chunks]).toString('latin1');
    for (const secret of ['secret-of-the-test', 'label-of-the-test', 'BTC/USDT']) {
      expect(outside).not.toContain(secret);
    }
  });

  it('what was found before stays as it was', () => {
    const vault = freshVault();
    history(vault);
    const before = find(vault, null);
    vault.write(before, { ...before.state, version: 5 }, { entries: [fillOf('new')], marks: [] }, null);
    expect(before.ledger.entries).toHaveLength(3);
    expect(find(vault, null, 5).ledger.entries).toHaveLength(4);
  });
});

describe('when two changes of a session overlap', () => {
  const change = (vault: Vault, from: Session, entry: string) =>
    vault.write(
      from,
      { ...from.state, version: from.state.version + 1 },
      { entries: [fillOf(entry)], marks: [] },
      null,
    );

  it('the second to end is refused, and what the first wrote stays', () => {
    const vault = freshVault();
    const writes = history(vault);
    const [slow, quick] = [find(vault, null), find(vault, null)];
    const { write } = change(vault, quick, 'quick');
    expect(codeOf(() => change(vault, slow, 'slow'), Refusal)).toBe('state_conflict');
    expect([...find(vault, null, 5).ledger.entries].at(-1)).toEqual(fillOf('quick'));
    const { write: next } = change(vault, find(vault, null, 5), 'next');
    const reopened = find(freshVault(), storedAfter([...writes, write, next]));
    expect([...reopened.ledger.entries].map(({ id }) => id).slice(-2)).toEqual(['quick', 'next']);
  });

  it('it is refused as well when there was no room for the session meanwhile', () => {
    const vault = freshVault(1);
    const stored = storedAfter(history(vault));
    const slow = find(vault, null);
    change(vault, find(vault, stored), 'quick');
    history(vault, sessionOf('t'));
    expect(() => find(vault, null, 5)).toThrow(StateRequired);
    expect(codeOf(() => change(vault, slow, 'slow'), Refusal)).toBe('state_conflict');
  });

  it('what the first wrote counts no more once the parent asks for the version before it', () => {
    const vault = freshVault();
    const stored = storedAfter(history(vault));
    const lost = find(vault, null);
    change(vault, lost, 'written, and never stored');
    const again = find(vault, stored);
    expect([...change(vault, again, 'again').session.ledger.entries].at(-1)).toEqual(fillOf('again'));
    expect(codeOf(() => change(vault, lost, 'late'), Refusal)).toBe('state_conflict');
  });

  it.each(['sealed', 'memory'] as const)(
    'none brings back a %s session that was ended meanwhile',
    (persistence) => {
      const vault = freshVault();
      const state = stateOf({ persistence });
      const { session } = vault.write(null, state, NOTHING, null);
      vault.forget(state.id);
      expect(codeOf(() => change(vault, session, 'late'), Refusal)).toBe('state_conflict');
      expect(vault.size).toBe(0);
    },
  );
});

describe('when a session is asked for', () => {
  it('one that is open is given without its state, at its version only', () => {
    const vault = freshVault();
    history(vault);
    expect(find(vault, null).ledger.provenance).toEqual({ fetched: 3, sealed: 0 });
    expect(() => find(vault, null, 3)).toThrow(StateRequired);
  });

  it('one that is not open needs its state, and is then the same', () => {
    const first = freshVault();
    const stored = storedAfter(history(first));
    const vault = freshVault();
    expect(() => find(vault, null)).toThrow(StateRequired);
    const session = find(vault, stored);
    expect(session.state).toEqual(find(first, null).state);
    expect([...session.ledger.entries]).toEqual([...find(first, null).ledger.entries]);
    expect([...session.ledger.marks]).toEqual([markOf(1)]);
    expect(session.ledger.provenance).toEqual({ fetched: 0, sealed: 3 });
    expect(find(vault, null)).toBe(session);
  });

  it('it still knows what the venue contradicted', () => {
    const first = freshVault();
    const writes = history(first);
    const session = find(first, null);
    const [known] = session.ledger.entries;
    const copy = { ...known!, time: known!.time + 1 };
    const observed = session.ledger.fresh({ entries: [copy], marks: [] });
    const { write } = first.write(session, { ...session.state, version: 5 }, observed, null);
    const reopened = find(freshVault(), storedAfter([...writes, write]), 5);
    expect([...reopened.ledger.entries]).toEqual([...session.ledger.entries]);
    expect([...reopened.ledger.entries.conflicts]).toEqual([0]);
    expect(reopened.ledger.provenance).toEqual({ fetched: 0, sealed: 3 });
  });

  it('entries that this very process fetched stay so when they come back', () => {
    const vault = freshVault();
    const stored = storedAfter(history(vault));
    vault.forget(sessionOf('s'));
    expect(() => find(vault, null)).toThrow(StateRequired);
    expect(find(vault, stored).ledger.provenance).toEqual({ fetched: 3, sealed: 0 });
  });

  it('no session and no version are unknown', () => {
    const vault = freshVault();
    for (const reference of [
      { session: null, version: 1, state: null },
      { session: sessionOf('s'), version: null, state: null },
    ]) {
      expect(codeOf(() => vault.find(reference), Refusal)).toBe('session_unknown');
    }
  });

  it('one whose end has come is expired, open or not, and is forgotten', () => {
    const vault = freshVault();
    const stored = storedAfter(history(vault));
    clock.time = stateOf().expiresAt - 1;
    expect(find(vault, null).state.version).toBe(4);
    clock.time += 1;
    expect(codeOf(() => find(vault, null), Refusal)).toBe('session_expired');
    expect(vault.size).toBe(0);
    expect(refusal(stored)).toBe('session_expired');
  });
});

describe('when the parent brings other state than it was given', () => {
  const stored = () => storedAfter(history(freshVault()));

  it('a version that is not the one of the blob is refused', () => {
    const { blob, chunks, version } = stored();
    expect(refusal({ blob, chunks, version: 3 }, 3)).toBe('state_rejected');
    expect(refusal({ blob, chunks, version: 5 }, 5)).toBe('state_rejected');
    expect(refusal({ blob, chunks, version }, 5)).toBe('state_rejected');
    expect(refusal({ blob, chunks, version }, 4, sessionOf('t'))).toBe('state_rejected');
  });

  it('chunks that are swapped, missing, repeated, too many or damaged are refused', () => {
    const { version, blob, chunks } = stored();
    const [a, b, c] = chunks as [Uint8Array, Uint8Array, Uint8Array];
    const damaged = b.slice();
    damaged[damaged.length - 1]! ^= 1;
    for (const others of [
      [b, a, c],
      [c, b, a],
      [a, c, b],
      [a, b],
      [b, c],
      [],
      [a, a, c],
      [a, b, b],
      [a, b, c, c],
      [a, damaged, c],
      [a, blob, c],
    ]) {
      expect(refusal({ version, blob, chunks: others })).toBe('state_rejected');
    }
  });

  it('chunks of another session, or of another past of this one, are refused', () => {
    const vault = freshVault();
    const mine = storedAfter(history(vault));
    const foreign = storedAfter(history(vault, sessionOf('t')));
    const fork = storedAfter(history(freshVault()));
    const { version, blob, chunks } = mine;
    expect(refusal({ version, blob, chunks: foreign.chunks })).toBe('state_rejected');
    for (const index of chunks.keys()) {
      expect(refusal({ version, blob, chunks: chunks.with(index, foreign.chunks[index]!) })).toBe(
        'state_rejected',
      );
    }
    // The fork observed the same: its chunks are of the same place, and the same in content.
    expect(find(freshVault(), { version, blob, chunks: fork.chunks }).ledger.entries).toHaveLength(3);
    const other = freshVault();
    const past = storedAfter([...history(other).slice(0, 1), divergent(other)]);
    expect(refusal({ version, blob, chunks: [past.chunks[0]!, chunks[1]!, chunks[2]!] })).toBe(
      'state_rejected',
    );
  });

  /** Version 2 of the same session that observed something else. */
  function divergent(vault: Vault): StateWrite {
    const first = vault.write(null, stateOf(), NOTHING, null);
    const state = { ...first.session.state, version: 2 };
    return vault.write(first.session, state, { entries: [fillOf('elsewhere')], marks: [] }, null).write;
  }

  it('a format that is not known is said to be one', () => {
    const { version, blob, chunks } = stored();
    const newer = blob.slice();
    newer[0] = 2;
    expect(refusal({ version, blob: newer, chunks })).toBe('state_version_unsupported');
    const newerChunk = chunks[0]!.slice();
    newerChunk[0] = 2;
    expect(refusal({ version, blob, chunks: [newerChunk, chunks[1]!, chunks[2]!] })).toBe(
      'state_version_unsupported',
    );
  });
});

describe('when a session lives in memory', () => {
  const memory = (id = sessionOf('m')) => stateOf({ id, persistence: 'memory' });

  it('nothing of it leaves the process', () => {
    const { write } = freshVault().write(null, memory(), { entries: [fillOf('1')], marks: [] }, NOON);
    expect(write).toMatchObject({ blob: new Uint8Array(), chunks: [], chunksKept: 0, version: 1 });
  });

  it('it is found without its state, and lost after a restart', () => {
    const vault = freshVault();
    const { write } = vault.write(null, memory(), { entries: [fillOf('1')], marks: [] }, NOON);
    expect(find(vault, null, 1, sessionOf('m')).ledger.entries).toHaveLength(1);
    expect(refusal(storedAfter([write]), 1, sessionOf('m'))).toBe('session_lost');
  });

  it('no sealed session pushes it out, and it takes no place that is not free', () => {
    const vault = freshVault(2);
    vault.write(null, memory(sessionOf('m')), NOTHING, null);
    vault.write(null, memory(sessionOf('n')), NOTHING, null);
    for (const name of 'abc') vault.write(null, stateOf({ id: sessionOf(name) }), NOTHING, null);
    expect(find(vault, null, 1, sessionOf('m')).state.version).toBe(1);
    const attempt = () => vault.write(null, memory(sessionOf('o')), NOTHING, null);
    expect(codeOf(attempt, Refusal)).toBe('sessions_full');
    expect(attempt).toThrow(expect.objectContaining({ retryAfterMs: 60_000 }));
    const { session, write } = vault.write(
      find(vault, null, 1, sessionOf('n')),
      { ...memory(sessionOf('n')), version: 2 },
      NOTHING,
      null,
    );
    expect([session.state.version, write.baseVersion]).toEqual([2, 1]);
  });

  it('places of expired sessions are free', () => {
    const vault = freshVault(1);
    vault.write(null, memory(sessionOf('m')), NOTHING, null);
    clock.time = stateOf().expiresAt;
    vault.write(null, { ...memory(sessionOf('n')), expiresAt: clock.time + 1 }, NOTHING, null);
    expect(vault.size).toBe(1);
  });
});

describe('when there are more sealed sessions than places', () => {
  it('the one that was used least recently is closed', () => {
    const vault = freshVault(2);
    const isOpen = (name: string) => {
      try {
        find(vault, null, 1, sessionOf(name));
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(StateRequired);
        return false;
      }
    };
    for (const name of ['a', 'b']) vault.write(null, stateOf({ id: sessionOf(name) }), NOTHING, null);
    expect(isOpen('a')).toBe(true);
    vault.write(null, stateOf({ id: sessionOf('c') }), NOTHING, null);
    expect(vault.size).toBe(2);
    expect(['a', 'b', 'c'].map(isOpen)).toEqual([true, false, true]);
  });
});
