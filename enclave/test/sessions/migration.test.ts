import type { StoredState } from '@perf-aggregator/shared/wire/envelope';
import { beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_HEAD, type SessionState } from '../../src/sessions/formats/state.ts';
import { publicHead, type Session } from '../../src/sessions/session.ts';
import type { Vault } from '../../src/sessions/vault.ts';
import { type Observed, storedBeforeBatches } from './before-batches.ts';
import { fillOf, markOf, NOON, sessionOf } from './states.ts';
import { clock, find, freshVault, NOTHING, refusal, storedAfter } from './stored.ts';

beforeEach(() => {
  clock.time = NOON;
});

const STEPS: readonly Observed[] = [
  { entries: [fillOf('1'), fillOf('2')], marks: [] },
  { entries: [fillOf('1', { price: '99000' }), fillOf('3')], marks: [markOf(1)] },
  { entries: [], marks: [markOf(2)] },
];

/** The next version of a session. */
function next(vault: Vault, session: Session, changes: Partial<SessionState> = {}, observed = NOTHING) {
  const state = { ...session.state, version: session.state.version + 1, ...changes };
  return vault.write(session, state, observed, null);
}

/** What a session holds, as whoever reads it sees it. */
const contentOf = ({ ledger }: Session) => ({
  entries: [...ledger.entries],
  conflicts: [...ledger.entries.conflicts],
  marks: [...ledger.marks],
  sealed: ledger.provenance.sealed,
});

describe('when a session of the release before batches is opened', () => {
  it('it holds what it held, all of it sealed, under the head that its clients know', () => {
    const { stored, head } = storedBeforeBatches(STEPS);
    const session = find(freshVault(), stored);
    expect(contentOf(session)).toEqual({
      entries: [fillOf('1'), fillOf('2'), fillOf('3')],
      conflicts: [0],
      marks: [markOf(1), markOf(2)],
      sealed: 3,
    });
    expect(session.ledger.provenance).toEqual({ fetched: 0, sealed: 3 });
    expect([publicHead(session.state), session.state.version]).toEqual([head, 4]);
  });

  it('one without a ledger has no head', () => {
    const { stored } = storedBeforeBatches([]);
    const vault = freshVault();
    const session = find(vault, stored);
    expect(publicHead(session.state)).toBeNull();
    const { write } = next(vault, session);
    expect([write.chunksKept, write.chunks.length]).toEqual([0, 0]);
    expect(find(freshVault(), storedAfter([write])).state.ledgerHead).toBe(EMPTY_HEAD);
  });

  it('its next write stores the new form whole, and drops the chunks of before', () => {
    const { stored, head } = storedBeforeBatches(STEPS);
    const vault = freshVault();
    const session = find(vault, stored);
    const { session: written, write } = next(vault, session, {}, { entries: [fillOf('4')], marks: [] });
    expect([write.baseVersion, write.version, write.chunksKept, write.chunks.length]).toEqual([4, 5, 0, 0]);
    expect(publicHead(written.state)).not.toBe(head);
    const again = find(freshVault(), storedAfter([write]));
    expect(again.state).toEqual(written.state);
    expect(again.ledger.provenance).toEqual({ fetched: 0, sealed: 4 });
    expect({ ...contentOf(again), sealed: 3 }).toEqual({
      ...contentOf(session),
      entries: [...session.ledger.entries, fillOf('4')],
    });
    // This process knows what it fetched itself.
    vault.forget(session.state.id);
    expect(find(vault, storedAfter([write])).ledger.provenance).toEqual({ fetched: 1, sealed: 3 });
  });

  it('so does a write that brings nothing', () => {
    const { stored, head } = storedBeforeBatches(STEPS);
    const vault = freshVault();
    const { session, write } = next(vault, find(vault, stored), { renewals: 1 });
    expect(session.state.ledgerHead).not.toBe(head);
    expect(contentOf(find(freshVault(), storedAfter([write])))).toEqual(
      contentOf(find(freshVault(), stored)),
    );
    // The second write is one like any other.
    const { write: second } = next(vault, session);
    expect([second.baseVersion, second.chunksKept, second.chunks.length]).toEqual([5, 0, 0]);
  });

  it('a large ledger becomes full batches and a tail', () => {
    const steps = [0, 1, 2].map((step) => ({
      entries: Array.from({ length: 900 }, (_, i) => fillOf(String(1_000 * step + i))),
      marks: [],
    }));
    const { stored } = storedBeforeBatches(steps);
    const vault = freshVault();
    const session = find(vault, stored);
    const { session: written, write } = next(vault, session);
    expect([write.chunksKept, write.chunks.length]).toEqual([0, 2]);
    const third = next(vault, written, {}, { entries: [fillOf('new')], marks: [] });
    expect([third.write.chunksKept, third.write.chunks.length]).toEqual([2, 0]);
    const again = find(freshVault(), storedAfter([write, third.write]));
    expect([...again.ledger.entries]).toEqual([...steps.flatMap(({ entries }) => entries), fillOf('new')]);
  });

  it('a write that was lost leaves the old form, which opens again', () => {
    const { stored, head } = storedBeforeBatches(STEPS);
    const vault = freshVault();
    next(vault, find(vault, stored), {}, { entries: [fillOf('lost')], marks: [] });
    const again = find(vault, stored);
    expect(publicHead(again.state)).toBe(head);
    const { write } = next(vault, again, {}, { entries: [fillOf('kept')], marks: [] });
    const ids = [...find(freshVault(), storedAfter([write])).ledger.entries].map(({ id }) => id);
    expect(ids).toEqual(['1', '2', '3', 'kept']);
  });
});

describe('when the parent brings such a session otherwise than it was', () => {
  const { stored } = storedBeforeBatches(STEPS);
  const [a, b, c] = stored.chunks as [Uint8Array, Uint8Array, Uint8Array];
  const foreign = storedBeforeBatches(STEPS, { id: sessionOf('t') }).stored;
  const fork = storedBeforeBatches([STEPS[0]!, STEPS[1]!, { entries: [], marks: [markOf(3)] }]).stored;

  it.each<[string, Partial<StoredState>]>([
    ['chunks swapped', { chunks: [b, a, c] }],
    ['a chunk missing', { chunks: [a, b] }],
    ['a chunk twice', { chunks: [a, b, c, c] }],
    ['none', { chunks: [] }],
    ['chunks of another session', { chunks: foreign.chunks }],
    ['the last chunk of another past', { chunks: [a, b, fork.chunks[2]!] }],
    ['the blob of another past', { blob: fork.blob }],
    ['the blob as a chunk', { chunks: [a, b, stored.blob] }],
  ])('it is refused: %s', (_what, changes) => {
    expect(refusal({ ...stored, ...changes })).toBe('state_rejected');
  });

  it('chunks of the old form are none of the new, and the other way round', () => {
    const vault = freshVault();
    const steps = [{ entries: Array.from({ length: 1_000 }, (_, i) => fillOf(String(i))), marks: [] }];
    const old = storedBeforeBatches(steps).stored;
    const { write } = next(vault, find(vault, old));
    const migrated = storedAfter([write]);
    expect([old.chunks.length, migrated.chunks.length]).toEqual([1, 1]);
    expect(refusal({ ...migrated, chunks: old.chunks })).toBe('state_rejected');
    expect(refusal({ ...old, chunks: migrated.chunks })).toBe('state_rejected');
  });
});
