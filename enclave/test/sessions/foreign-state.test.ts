import { DAY_MS } from '@perf-aggregator/shared/time';
import type { StateWrite } from '@perf-aggregator/shared/wire/envelope';
import { describe, expect, it } from 'vitest';
import type { Vault } from '../../src/sessions/vault.ts';
import { fillOf, markOf, NOON, sessionOf, stateOf } from './states.ts';
import { clock, find, freshVault, history, NOTHING, refusal, storedAfter } from './stored.ts';

describe('when the parent returns other state than it was given', () => {
  const stored = () => storedAfter(history(freshVault()));

  it('a version that differs from the version of the blob is refused', () => {
    const { blob, chunks, version } = stored();
    expect(refusal({ blob, chunks, version: 4 }, 4)).toBe('state_rejected');
    expect(refusal({ blob, chunks, version: 6 }, 6)).toBe('state_rejected');
    expect(refusal({ blob, chunks, version }, 6)).toBe('state_rejected');
    expect(refusal({ blob, chunks, version }, 5, sessionOf('t'))).toBe('state_rejected');
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
    // The fork observed the same: its chunks are of the same place, and the same in content.
    expect(find(freshVault(), { version, blob, chunks: fork.chunks }).ledger.entries).toHaveLength(4);
    const other = freshVault();
    const past = storedAfter([...history(other).slice(0, 1), ...divergent(other)]);
    expect(past.chunks).toHaveLength(1);
    expect(refusal({ version, blob, chunks: [past.chunks[0]!, chunks[1]!, chunks[2]!] })).toBe(
      'state_rejected',
    );
  });

  it('the last chunk of another version of the same number is refused: both grew from the same history', () => {
    const writes = history(freshVault());
    const fourth = storedAfter(writes.slice(0, 4));
    const vault = freshVault();
    clock.time = NOON + 3 * DAY_MS + 1;
    // The price is another one, so the batch that is closed next is, too.
    const session = find(vault, storedAfter(writes.slice(0, 3)));
    const at4 = vault.write(
      session,
      { ...session.state, version: 4 },
      { entries: [], marks: [markOf(1, '7')] },
      null,
    );
    clock.time += DAY_MS;
    const at5 = vault.write(at4.session, { ...at4.session.state, version: 5 }, NOTHING, null);
    expect([at4.write.chunksKept, at5.write.chunksKept]).toEqual([1, 2]);
    expect(find(freshVault(), storedAfter([...writes.slice(0, 3), at4.write, at5.write])).state.version).toBe(
      5,
    );
    const { version, blob, chunks } = storedAfter(writes);
    expect(fourth.chunks).toHaveLength(2);
    expect(refusal({ version, blob, chunks: chunks.with(2, at5.write.chunks[0]!) })).toBe('state_rejected');
  });

  it('the number of expected chunks is known before any is opened', () => {
    const { version, blob, chunks } = stored();
    for (const others of [chunks.slice(1), [...chunks, chunks[2]!]]) {
      expect(() => find(freshVault(), { version, blob, chunks: others })).toThrow(
        `3 ledger chunks expected, ${others.length} came`,
      );
    }
  });

  /** Versions 2 and 3 of the same session that observed something else. */
  function divergent(vault: Vault): StateWrite[] {
    clock.time = NOON;
    const first = vault.write(null, stateOf(), NOTHING, null);
    const observed = { entries: [fillOf('elsewhere')], marks: [] };
    const second = vault.write(first.session, { ...first.session.state, version: 2 }, observed, null);
    clock.time += DAY_MS;
    const third = vault.write(second.session, { ...second.session.state, version: 3 }, NOTHING, null);
    return [second.write, third.write];
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
