import { createHash } from 'node:crypto';
import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Refusal } from '../../src/errors.ts';
import { decodeChunk, encodeChunk, splitObservations } from '../../src/sessions/chunk.ts';
import { EMPTY_HEAD } from '../../src/sessions/state.ts';
import { fillOf, markOf } from './states.ts';

const BOOT_KEY = new Uint8Array(32).fill(1);
const OTHER_BOOT = new Uint8Array(32).fill(2);
const OBSERVED = {
  entries: [fillOf('1'), fillOf('2', { fee: { amount: '0.1', currency: 'BNB' } })],
  marks: [markOf(1)],
};

describe('when observations are split', () => {
  it('nothing gives no chunk', () => {
    expect(splitObservations({ entries: [], marks: [] })).toEqual([]);
  });

  it('no piece has more than a thousand, order stays, nothing is lost', () => {
    const entries = Array.from({ length: 2_001 }, (_, index) => fillOf(String(index)));
    const marks = Array.from({ length: 1_000 }, (_, index) => markOf(index));
    const parts = splitObservations({ entries, marks });
    expect(parts.map((part) => part.entries.length + part.marks.length)).toEqual([1_000, 1_000, 1, 1_000]);
    expect(parts.flatMap((part) => part.entries)).toEqual(entries);
    expect(parts.flatMap((part) => part.marks)).toEqual(marks);
  });
});

describe('when a chunk is read back', () => {
  it('it holds what was observed', () => {
    const { plaintext, head } = encodeChunk(OBSERVED, EMPTY_HEAD, BOOT_KEY);
    expect(decodeChunk(plaintext, EMPTY_HEAD, BOOT_KEY)).toEqual({
      ...OBSERVED,
      head,
      provenance: 'fetched',
    });
  });

  it('the process that fetched it says so; any other process says that it was sealed', () => {
    const { plaintext, head } = encodeChunk(OBSERVED, EMPTY_HEAD, BOOT_KEY);
    const read = decodeChunk(plaintext, EMPTY_HEAD, OTHER_BOOT);
    expect(read).toEqual({ ...OBSERVED, head, provenance: 'sealed' });
    expect(decodeChunk(plaintext, 'ab'.repeat(32), BOOT_KEY).provenance).toBe('sealed');
  });

  it('heads are a chain: SHA-256 over the one before and the hash of the observations', () => {
    const first = encodeChunk(OBSERVED, EMPTY_HEAD, BOOT_KEY);
    const second = encodeChunk({ entries: [], marks: [markOf(2)] }, first.head, BOOT_KEY);
    const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
    const observations = encodeCbor({ entries: [], marks: [{ ...markOf(2) }] });
    const expected = sha256(Buffer.concat([Buffer.from(first.head, 'hex'), sha256(observations)]));
    expect(second.head).toBe(expected.toString('hex'));
    expect(decodeChunk(second.plaintext, first.head, BOOT_KEY).head).toBe(second.head);
    expect(decodeChunk(second.plaintext, EMPTY_HEAD, BOOT_KEY).head).not.toBe(second.head);
    expect(encodeChunk(OBSERVED, EMPTY_HEAD, OTHER_BOOT).head).toBe(first.head);
  });

  it.each([
    ['another shape', encodeCbor({ mac: new Uint8Array(32), entries: [] })],
    [
      'a short MAC',
      encodeCbor({ mac: new Uint8Array(31), observations: encodeCbor({ entries: [], marks: [] }) }),
    ],
    [
      'observations of another shape',
      encodeCbor({ mac: new Uint8Array(32), observations: encodeCbor({ fills: [] }) }),
    ],
    ['no CBOR', Uint8Array.of(0xff)],
    ['no CBOR inside', encodeCbor({ mac: new Uint8Array(32), observations: Uint8Array.of(0xff) })],
  ])('%s is another format', (_, plaintext) => {
    expect(codeOf(() => decodeChunk(plaintext, EMPTY_HEAD, BOOT_KEY), Refusal)).toBe(
      'state_version_unsupported',
    );
  });
});
