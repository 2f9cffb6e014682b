import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Refusal } from '../../src/errors.ts';
import type { Session } from '../../src/sessions/session.ts';
import { StateRequired, type Vault } from '../../src/sessions/vault.ts';
import { GAP, QUARANTINED, SNAPSHOT } from './some-records.ts';
import { fillOf, markOf, NOON, sessionOf, stateOf } from './states.ts';
import { clock, find, freshVault, history, NOTHING, refusal, storedAfter } from './stored.ts';

beforeEach(() => {
  clock.time = NOON;
});

describe('when a session is written', () => {
  it('the write names the version that it replaces, its next due time and the appended chunks', () => {
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
      [1, 2, 1, 0, 0],
      [2, 3, 2, 0, 1],
      [3, 4, 3, 1, 1],
      [4, 5, 4, 2, 1],
    ]);
    expect(writes.every((write) => write.expiresAt === stateOf().expiresAt)).toBe(true);
  });

  it('no written data can be read outside', () => {
    const { blob, chunks } = storedAfter(history(freshVault()));
    const outside = Buffer.concat([blob, ...chunks]).toString('latin1');
    for (const secret of ['secret-of-the-test', 'label-of-the-test', 'BTC/USDT']) {
      expect(outside).not.toContain(secret);
    }
  });

  it('the session that was found before stays unchanged', () => {
    const vault = freshVault();
    history(vault);
    const before = find(vault, null);
    vault.write(before, { ...before.state, version: 6 }, { entries: [fillOf('new')], marks: [] }, null);
    expect(before.ledger.entries).toHaveLength(4);
    expect(find(vault, null, 6).ledger.entries).toHaveLength(5);
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

  it('the second to end is refused, and the write of the first stays', () => {
    const vault = freshVault();
    const writes = history(vault);
    const [slow, quick] = [find(vault, null), find(vault, null)];
    const { write } = change(vault, quick, 'quick');
    expect(codeOf(() => change(vault, slow, 'slow'), Refusal)).toBe('state_conflict');
    expect([...find(vault, null, 6).ledger.entries].at(-1)).toEqual(fillOf('quick'));
    const { write: next } = change(vault, find(vault, null, 6), 'next');
    const reopened = find(freshVault(), storedAfter([...writes, write, next]));
    expect([...reopened.ledger.entries].map(({ id }) => id).slice(-2)).toEqual(['quick', 'next']);
  });

  it('it is also refused when the session was displaced meanwhile', () => {
    const vault = freshVault(1);
    const stored = storedAfter(history(vault));
    const slow = find(vault, null);
    change(vault, find(vault, stored), 'quick');
    history(vault, sessionOf('t'));
    expect(() => find(vault, null, 6)).toThrow(StateRequired);
    expect(codeOf(() => change(vault, slow, 'slow'), Refusal)).toBe('state_conflict');
  });

  it('the first write does not count once the parent asks for the version before it', () => {
    const vault = freshVault();
    const stored = storedAfter(history(vault));
    const lost = find(vault, null);
    change(vault, lost, 'written, and never stored');
    const again = find(vault, stored);
    expect([...change(vault, again, 'again').session.ledger.entries].at(-1)).toEqual(fillOf('again'));
    expect(codeOf(() => change(vault, lost, 'late'), Refusal)).toBe('state_conflict');
  });

  it.each(['sealed', 'memory'] as const)(
    'no change restores a %s session that was ended meanwhile',
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

describe('when a session is requested', () => {
  it('an open session is returned without its state, but only at its version', () => {
    const vault = freshVault();
    history(vault);
    expect(find(vault, null).ledger.provenance).toEqual({ fetched: 4, sealed: 0 });
    expect(() => find(vault, null, 4)).toThrow(StateRequired);
  });

  it('a session that is not open needs its state, and is then the same', () => {
    const first = freshVault();
    const stored = storedAfter(history(first));
    const vault = freshVault();
    expect(() => find(vault, null)).toThrow(StateRequired);
    const session = find(vault, stored);
    expect(session.state).toEqual(find(first, null).state);
    expect([...session.ledger.entries]).toEqual([...find(first, null).ledger.entries]);
    expect([...session.ledger.marks]).toEqual([markOf(1)]);
    expect(session.ledger.provenance).toEqual({ fetched: 0, sealed: 4 });
    expect(find(vault, null)).toBe(session);
  });

  it('it still knows the contradictions of the venue', () => {
    const first = freshVault();
    const writes = history(first);
    const session = find(first, null);
    const [known] = session.ledger.entries;
    const copy = { ...known!, time: known!.time + 1 };
    const observed = session.ledger.fresh({ entries: [copy], marks: [] });
    const { write } = first.write(session, { ...session.state, version: 6 }, observed, null);
    const reopened = find(freshVault(), storedAfter([...writes, write]), 6);
    expect([...reopened.ledger.entries]).toEqual([...session.ledger.entries]);
    expect([...reopened.ledger.entries.conflicts]).toEqual([0]);
    expect(reopened.ledger.provenance).toEqual({ fetched: 0, sealed: 4 });
  });

  it('entries that this process fetched keep that mark when they return', () => {
    const vault = freshVault();
    const stored = storedAfter(history(vault));
    vault.forget(sessionOf('s'));
    expect(() => find(vault, null)).toThrow(StateRequired);
    expect(find(vault, stored).ledger.provenance).toEqual({ fetched: 4, sealed: 0 });
  });

  it('entries of a tail that another process began are sealed, and those added to it are not', () => {
    const [first, second] = [freshVault(), freshVault()];
    const writes = history(first).slice(0, 2);
    const session = find(second, storedAfter(writes));
    expect(session.ledger.provenance).toEqual({ fetched: 0, sealed: 2 });
    const observed = { entries: [fillOf('third')], marks: [] };
    const { write } = second.write(session, { ...session.state, version: 3 }, observed, null);
    const stored = storedAfter([...writes, write]);
    for (const vault of [first, second]) vault.forget(sessionOf('s'));
    expect(find(second, stored).ledger.provenance).toEqual({ fetched: 1, sealed: 2 });
    expect(find(first, stored).ledger.provenance).toEqual({ fetched: 0, sealed: 3 });
  });

  it('snapshots, gaps and quarantined rows come back with it', () => {
    const vault = freshVault();
    const { session, write: first } = vault.write(null, stateOf(), NOTHING, null);
    const rest = { snapshots: [SNAPSHOT], gaps: [GAP], quarantined: [QUARANTINED] };
    const observed = session.ledger.fresh({ entries: [fillOf('1')], marks: [markOf(1)], ...rest });
    const { write } = vault.write(session, { ...session.state, version: 2 }, observed, null);
    const { ledger } = find(freshVault(), storedAfter([first, write]));
    expect([[...ledger.snapshots], [...ledger.gaps], [...ledger.quarantined]]).toEqual(Object.values(rest));
    expect(ledger.fresh({ entries: [], marks: [], ...rest })).toMatchObject({ snapshots: [], gaps: [] });
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

  it('a session after its end is expired, open or not, and is removed', () => {
    const vault = freshVault();
    const stored = storedAfter(history(vault));
    clock.time = stateOf().expiresAt - 1;
    expect(find(vault, null).state.version).toBe(5);
    clock.time += 1;
    expect(codeOf(() => find(vault, null), Refusal)).toBe('session_expired');
    expect(vault.size).toBe(0);
    expect(refusal(stored)).toBe('session_expired');
  });
});

describe('when there are more sealed sessions than places', () => {
  it('the least recently used one is closed', () => {
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
