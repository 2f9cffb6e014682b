import type { StateWrite } from '@perf-aggregator/shared/wire/envelope';
import { describe, expect, it } from 'vitest';
import type { Vault } from '../../src/sessions/vault.ts';
import { fillOf, markOf, sessionOf, stateOf } from './states.ts';
import { find, freshVault, history, NOTHING, refusal, storedAfter } from './stored.ts';

describe('when the parent returns other state than it was given', () => {
  const stored = () => storedAfter(history(freshVault()));

  it('a version that differs from the version of the blob is refused', () => {
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

  it('chunks of another session, or of another history of this session, are refused', () => {
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
    // The fork observed the same: its chunks have the same place and the same content.
    expect(find(freshVault(), { version, blob, chunks: fork.chunks }).ledger.entries).toHaveLength(3);
    const other = freshVault();
    const past = storedAfter([...history(other).slice(0, 1), divergent(other)]);
    expect(refusal({ version, blob, chunks: [past.chunks[0]!, chunks[1]!, chunks[2]!] })).toBe(
      'state_rejected',
    );
  });

  it('the last chunk of another version of the same number is refused: both grew from the same history', () => {
    const writes = history(freshVault());
    const third = storedAfter(writes.slice(0, 3));
    const vault = freshVault();
    const session = find(vault, third);
    const state = { ...session.state, version: 4 };
    const { write } = vault.write(session, state, { entries: [], marks: [markOf(2)] }, null);
    const { version, blob, chunks } = storedAfter(writes);
    expect(find(freshVault(), storedAfter([...writes.slice(0, 3), write])).state.version).toBe(4);
    expect(refusal({ version, blob, chunks: chunks.with(2, write.chunks[0]!) })).toBe('state_rejected');
  });

  it('the number of expected chunks is known before any is opened', () => {
    const { version, blob, chunks } = stored();
    for (const others of [chunks.slice(1), [...chunks, chunks[2]!]]) {
      expect(() => find(freshVault(), { version, blob, chunks: others })).toThrow(
        `3 ledger chunks expected, ${others.length} came`,
      );
    }
  });

  /** Version 2 of the same session with other observations. */
  function divergent(vault: Vault): StateWrite {
    const first = vault.write(null, stateOf(), NOTHING, null);
    const state = { ...first.session.state, version: 2 };
    return vault.write(first.session, state, { entries: [fillOf('elsewhere')], marks: [] }, null).write;
  }

  it('an unknown format is reported as such', () => {
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
