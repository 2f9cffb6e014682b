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

  it('no part of it leaves the process', () => {
    const { write } = freshVault().write(null, memory(), { entries: [fillOf('1')], marks: [] }, NOON);
    expect(write).toMatchObject({ blob: new Uint8Array(), chunks: [], chunksKept: 0, version: 1 });
  });

  it('it is found without its state, and lost after a restart', () => {
    const vault = freshVault();
    const { write } = vault.write(null, memory(), { entries: [fillOf('1')], marks: [] }, NOON);
    expect(find(vault, null, 1, sessionOf('m')).ledger.entries).toHaveLength(1);
    expect(refusal(storedAfter([write]), 1, sessionOf('m'))).toBe('session_lost');
  });

  it('after a lost write the next write replaces the version that the parent has', () => {
    const vault = freshVault();
    const { session } = vault.write(null, memory(), NOTHING, null);
    vault.write(session, { ...memory(), version: 2 }, NOTHING, null);
    const found = find(vault, null, 1, sessionOf('m'));
    expect([found.state.version, found.storedVersion]).toEqual([2, 1]);
    const { write } = vault.write(found, { ...memory(), version: 3 }, NOTHING, null);
    expect([write.baseVersion, write.version]).toEqual([1, 3]);
  });

  it('no sealed session displaces it, and it takes only a free place', () => {
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

describe('when places in memory are requested', () => {
  const NAMES = 'abcdefghijklmnopqrstuvwxyz'.split('');
  /** A session of the account `uid`, or of a key whose account the venue does not name. */
  const of = (name: string, uid: string | null, apiKey = 'key', count = 1) => {
    const [account] = stateOf().accounts;
    const accounts = Array.from({ length: count }, (_, index) => ({
      ...account!,
      access: { ...account!.access, apiKey },
      inspection: { ...account!.inspection, uid: index === 0 ? uid : `${uid}-${index}` },
    }));
    return stateOf({ id: sessionOf(name), persistence: 'memory', accounts });
  };

  it('one account of a venue has four, for any keys and sources', () => {
    const vault = freshVault(100);
    for (const name of 'abcd') vault.write(null, of(name, '7', `key-${name}`), NOTHING, null, `from ${name}`);
    const fifth = () => vault.write(null, of('e', '7', 'key-e'), NOTHING, null, 'from e');
    expect(codeOf(fifth, Refusal)).toBe('sessions_full');
    vault.write(null, of('f', '8'), NOTHING, null, 'from a');
    // One of several accounts is enough.
    const mixed = () =>
      vault.write(null, { ...of('g', '9'), accounts: of('g', '7', 'k', 2).accounts }, NOTHING, null);
    expect(codeOf(mixed, Refusal)).toBe('sessions_full');
  });

  it('where the venue names no account, its key counts', () => {
    const vault = freshVault(100);
    for (const name of 'abcd') vault.write(null, of(name, null), NOTHING, null);
    expect(codeOf(() => vault.write(null, of('e', null), NOTHING, null), Refusal)).toBe('sessions_full');
    vault.write(null, of('f', null, 'another'), NOTHING, null);
  });

  it('one source has an eighth of them, and no less than one', () => {
    const vault = freshVault(16);
    const open = (name: string, source: string | null) =>
      vault.write(null, of(name, name), NOTHING, null, source);
    open('a', 'x');
    open('b', 'x');
    expect(codeOf(() => open('c', 'x'), Refusal)).toBe('sessions_full');
    open('c', 'y');
    for (const name of NAMES.slice(3, 16)) open(name, null);
    expect(codeOf(() => open('z', 'z'), Refusal)).toBe('sessions_full');
    const small = freshVault(2);
    small.write(null, of('a', 'a'), NOTHING, null, 'x');
  });

  it('a place is used until its session ends or is removed, through all its versions', () => {
    const vault = freshVault(8);
    const { session } = vault.write(null, of('a', 'a'), NOTHING, null, 'x');
    vault.write(session, { ...of('a', 'a'), version: 2 }, NOTHING, null);
    const again = () => vault.write(null, of('b', 'b'), NOTHING, null, 'x');
    expect(codeOf(again, Refusal)).toBe('sessions_full');
    vault.forget(sessionOf('a'));
    again();
    clock.time = stateOf().expiresAt;
    vault.write(null, { ...of('c', 'c'), expiresAt: clock.time + 1 }, NOTHING, null, 'x');
    expect(vault.size).toBe(1);
  });
});
