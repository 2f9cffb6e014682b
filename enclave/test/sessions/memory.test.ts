import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Refusal } from '../../src/errors.ts';
import { fillOf, NOON, sessionOf, stateOf } from './states.ts';
import { clock, find, freshVault, NOTHING, refusal, storedAfter } from './stored.ts';

beforeEach(() => {
  clock.time = NOON;
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

  it('after a write that was lost the next one replaces what the parent has', () => {
    const vault = freshVault();
    const { session } = vault.write(null, memory(), NOTHING, null);
    vault.write(session, { ...memory(), version: 2 }, NOTHING, null);
    const found = find(vault, null, 1, sessionOf('m'));
    expect([found.state.version, found.storedVersion]).toEqual([2, 1]);
    const { write } = vault.write(found, { ...memory(), version: 3 }, NOTHING, null);
    expect([write.baseVersion, write.version]).toEqual([1, 3]);
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
