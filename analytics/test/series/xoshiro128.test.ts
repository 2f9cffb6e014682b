import { sha256 } from '@perf-aggregator/shared/crypto';
import { describe, expect, it } from 'vitest';
import { bootstrapState, nextWord } from '../../src/series/xoshiro128.ts';

const MASK = 0xffff_ffffn;
const rotateLeft = (word: bigint, count: bigint) => ((word << count) | (word >> (32n - count))) & MASK;

/** The generator as its authors write it, in whole numbers without a bound. */
function* reference(seed: readonly bigint[]): Generator<number> {
  let [s0, s1, s2, s3] = seed as [bigint, bigint, bigint, bigint];
  for (;;) {
    yield Number((rotateLeft((s1 * 5n) & MASK, 7n) * 9n) & MASK);
    const t = (s1 << 9n) & MASK;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotateLeft(s3, 11n);
  }
}

describe('when the bootstrap draws random numbers', () => {
  it('starts from the hash of its name', () => {
    const hash = sha256(new TextEncoder().encode('perf-aggregator/bootstrap/v1'));
    const view = new DataView(hash.buffer, hash.byteOffset);
    expect(Array.from(bootstrapState())).toEqual([0, 4, 8, 12].map((offset) => view.getInt32(offset)));
  });

  it('has the published first outputs', () => {
    const state = bootstrapState();
    expect([nextWord(state), nextWord(state), nextWord(state)]).toEqual([3380909528, 1768248061, 1425877521]);
  });

  it('is xoshiro128**', () => {
    const state = bootstrapState();
    const expected = reference(Array.from(state, (word) => BigInt(word) & MASK));
    for (let i = 0; i < 2000; i++) expect(nextWord(state)).toBe(expected.next().value);
  });

  it('begins anew with every state', () => {
    nextWord(bootstrapState());
    expect(nextWord(bootstrapState())).toBe(3380909528);
  });
});
