import { utf8 } from '@perf-aggregator/shared/bytes';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Refusal } from '../../src/errors.ts';
import { openBlob, type SealingContext, sealBlob } from '../../src/sessions/sealing.ts';
import { sessionOf } from './states.ts';

const BASE = new Uint8Array(32).fill(5);
const PLAINTEXT = utf8('what nobody else may read');
const SESSION: SealingContext = { kind: 'session', session: sessionOf('a'), version: 3 };
const BATCH: SealingContext = { kind: 'batch', session: sessionOf('a'), index: 2 };
/** As releases before batches sealed a chunk. */
const CHUNK: SealingContext = {
  kind: 'chunk',
  session: sessionOf('a'),
  index: 2,
  version: 3,
  previous: 'ab'.repeat(32),
};

const refusal = (context: SealingContext, blob: Uint8Array, base = BASE) =>
  codeOf(() => openBlob(base, context, blob), Refusal);

describe('when a blob is opened in the context in which it was sealed', () => {
  it('it returns the plaintext, for any plaintext', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom(SESSION, BATCH, CHUNK), (plaintext, context) => {
        expect(openBlob(BASE, context, sealBlob(BASE, random, context, plaintext))).toEqual(plaintext);
      }),
      { numRuns: 50 },
    );
  });

  it('each seal uses fresh randomness, and reveals nothing of the plaintext', () => {
    const [one, two] = [0, 1].map(() => sealBlob(BASE, random, SESSION, PLAINTEXT));
    expect(one!.subarray(1, 45)).not.toEqual(two!.subarray(1, 45));
    expect(one!.length).toBe(1 + 32 + 12 + PLAINTEXT.length + 16);
    expect(Buffer.from(one!).includes(Buffer.from(PLAINTEXT))).toBe(false);
  });
});

describe('when a blob is opened in another context', () => {
  const others: [string, SealingContext, SealingContext][] = [
    ['session', SESSION, { ...SESSION, session: sessionOf('b') }],
    ['version', SESSION, { ...SESSION, version: 2 }],
    ['session of a batch', BATCH, { ...BATCH, session: sessionOf('b') }],
    ['index of a batch', BATCH, { ...BATCH, index: 1 }],
    ['kind: a batch as a session', BATCH, { kind: 'session', session: BATCH.session, version: 2 }],
    ['kind: a batch as a chunk', BATCH, CHUNK],
    ['kind: a chunk as a batch', CHUNK, BATCH],
    ['session of a chunk', CHUNK, { ...CHUNK, session: sessionOf('b') }],
    ['version of a chunk', CHUNK, { ...CHUNK, version: 4 }],
    ['index', CHUNK, { ...CHUNK, index: 1 }],
    ['previous head', CHUNK, { ...CHUNK, previous: 'ac'.repeat(32) }],
    ['kind: a chunk as a session', CHUNK, { kind: 'session', session: CHUNK.session, version: 3 }],
    ['kind: a session as a chunk', SESSION, CHUNK],
  ];
  it.each(others)('another %s is refused', (_, sealedAs, openedAs) => {
    expect(refusal(openedAs, sealBlob(BASE, random, sealedAs, PLAINTEXT))).toBe('state_rejected');
  });

  it('another root is refused', () => {
    const other = new Uint8Array(32).fill(6);
    expect(refusal(SESSION, sealBlob(BASE, random, SESSION, PLAINTEXT), other)).toBe('state_rejected');
  });
});

describe('when a blob is damaged', () => {
  it('every flipped bit of every byte is refused', () => {
    const blob = sealBlob(BASE, random, CHUNK, PLAINTEXT);
    for (let at = 0; at < blob.length; at++) {
      for (const bit of [1, 0x80]) {
        const damaged = blob.slice();
        damaged[at]! ^= bit;
        expect(refusal(CHUNK, damaged)).toBe(at === 0 ? 'state_version_unsupported' : 'state_rejected');
      }
    }
  });

  it('every truncated one is refused, and one with additional bytes at its end', () => {
    const blob = sealBlob(BASE, random, SESSION, PLAINTEXT);
    for (let length = 0; length < blob.length; length++) {
      expect(refusal(SESSION, blob.subarray(0, length))).toBe('state_rejected');
    }
    expect(refusal(SESSION, Uint8Array.of(...blob, 0))).toBe('state_rejected');
  });
});
