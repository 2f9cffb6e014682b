import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodePlain } from '@perf-aggregator/shared/wire/envelope';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../../shared/test/codes.ts';
import { Refusal } from '../../../src/errors.ts';
import { decodeChunkBeforeBatches } from '../../../src/sessions/formats/chunk-before-batches.ts';
import { EMPTY_HEAD } from '../../../src/sessions/formats/state.ts';
import { chunkBeforeBatches } from '../before-batches.ts';
import { CASH, DAY_MARK, FILL, TRANSFER } from '../some-records.ts';
import { fillOf, markOf } from '../states.ts';

const { kind: _, ...MARK } = DAY_MARK;
const OBSERVED = {
  entries: [fillOf('1'), fillOf('2', { fee: { amount: '0.1', currency: 'BNB' } })],
  marks: [markOf(1)],
};
const MAC = new Uint8Array(32);
const NONE = encodeCbor({ entries: [], marks: [] });

const refusal = (plaintext: Uint8Array) =>
  codeOf(() => decodeChunkBeforeBatches(plaintext, EMPTY_HEAD), Refusal);

describe('when a chunk of an older release is read', () => {
  it('it holds what was observed, and heads are a chain', () => {
    const first = chunkBeforeBatches(OBSERVED, EMPTY_HEAD);
    const second = chunkBeforeBatches({ entries: [FILL, TRANSFER, CASH], marks: [MARK] }, first.head);
    expect(decodeChunkBeforeBatches(first.plaintext, EMPTY_HEAD)).toEqual({
      observations: OBSERVED,
      head: first.head,
    });
    expect(decodeChunkBeforeBatches(second.plaintext, first.head)).toEqual({
      observations: { entries: [FILL, TRANSFER, CASH], marks: [MARK] },
      head: second.head,
    });
    expect(decodeChunkBeforeBatches(second.plaintext, EMPTY_HEAD).head).not.toBe(second.head);
  });

  it('one of format 1 or 2, whose entries named no wallet, is read as one of spot', () => {
    const before = { ...OBSERVED, entries: OBSERVED.entries.map(({ wallet: _wallet, ...entry }) => entry) };
    const { plaintext, head } = chunkBeforeBatches(before, EMPTY_HEAD);
    const { format: _three, ...one } = decodePlain(plaintext) as Record<string, CborValue>;
    for (const older of [one, { format: 2, ...one }]) {
      const read = decodeChunkBeforeBatches(encodeCbor(older), EMPTY_HEAD);
      expect(read).toEqual({ observations: OBSERVED, head });
    }
    expect(refusal(plaintext)).toBe('state_rejected');
  });

  it('an entry that names a wallet is in no chunk of format 2', () => {
    const { plaintext } = chunkBeforeBatches(OBSERVED, EMPTY_HEAD);
    const two = { ...(decodePlain(plaintext) as Record<string, CborValue>), format: 2 };
    expect(refusal(encodeCbor(two))).toBe('state_rejected');
  });

  it.each([4, 1, 0, -1])('format %i is unknown', (format) => {
    const plaintext = encodeCbor({ format, mac: MAC, observations: NONE });
    expect(refusal(plaintext)).toBe(format === 1 ? 'state_rejected' : 'state_version_unsupported');
  });

  it.each([
    ['another shape', encodeCbor({ format: 3, mac: MAC, entries: [] })],
    ['a format that is no number', encodeCbor({ format: '3', mac: MAC, observations: NONE })],
    ['a short MAC', encodeCbor({ format: 3, mac: MAC.subarray(1), observations: NONE })],
    ['observations of another shape', chunkOf({ fills: [] })],
    ['an unknown kind of entry', chunkOf({ entries: [{ ...fillOf('1'), kind: 'gift' }], marks: [] })],
    ['an entry with more', chunkOf({ entries: [{ ...fillOf('1'), more: 1 }], marks: [] })],
    ['an amount with an exponent', chunkOf({ entries: [fillOf('1', { quantity: '1e3' })], marks: [] })],
    ['an amount that is a number', chunkOf({ entries: [{ ...fillOf('1'), quantity: 1 }], marks: [] })],
    ['a price without a quote', chunkOf({ entries: [], marks: [{ ...markOf(1), quote: null }] })],
    ['a price that has a kind', chunkOf({ entries: [], marks: [DAY_MARK] })],
    ['no CBOR', Uint8Array.of(0xff)],
    ['no CBOR inside', encodeCbor({ format: 3, mac: MAC, observations: Uint8Array.of(0xff) })],
  ])('%s is rejected', (_what, plaintext) => {
    expect(refusal(plaintext)).toBe('state_rejected');
  });
});

function chunkOf(observed: object): Uint8Array {
  return chunkBeforeBatches(observed, EMPTY_HEAD).plaintext;
}
