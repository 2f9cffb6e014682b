import { readFileSync } from 'node:fs';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeColumns, encodeColumns } from '../../../src/sessions/columns/batch-columns.ts';
import { ByteWriter } from '../../../src/sessions/columns/byte-writer.ts';
import { writeNumbers } from '../../../src/sessions/columns/numbers.ts';
import { OpenBatch } from '../../../src/sessions/formats/leaf.ts';
import { type CanonicalValue, encodeCanonical } from '../../../src/sessions/records/canonical-cbor.ts';
import type { LedgerRecord } from '../../../src/sessions/records/record.ts';
import { UnknownKindError } from '../../../src/sessions/records/schema.ts';
import { anyRecords, CASH, EVERY_RECORD, FILL, SNAPSHOT } from '../some-records.ts';
import { fillOf } from '../states.ts';

const MOST = 1_000;
const bytesOf = (records: readonly LedgerRecord[]) => new OpenBatch({ begunAt: 0, records }).encode();

describe('when records become columns', () => {
  it('they come back to the byte, whatever they are and in whatever order', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const back = decodeColumns(encodeColumns(records), MOST);
        expect(back).toEqual(records);
        expect(bytesOf(back)).toEqual(bytesOf(records));
      }),
      { numRuns: 500 },
    );
  });

  it('so do every kind with all members, alone and together', () => {
    for (const record of EVERY_RECORD) expect(decodeColumns(encodeColumns([record]), MOST)).toEqual([record]);
    expect(decodeColumns(encodeColumns(EVERY_RECORD), MOST)).toEqual(EVERY_RECORD);
    expect(decodeColumns(encodeColumns([]), MOST)).toEqual([]);
  });

  it('the order of members does not matter', () => {
    const turned = Object.fromEntries(Object.entries(FILL).toReversed()) as unknown as LedgerRecord;
    expect(bytesOf(decodeColumns(encodeColumns([FILL, turned]), MOST))).toEqual(bytesOf([FILL, FILL]));
  });

  it('a thousand fills that follow each other take few bytes each, before they are compressed', () => {
    const fills = Array.from({ length: 1_000 }, (_, i) =>
      fillOf(String(1_000_000 + 3 * i), {
        time: 1_790_000_000_000 + 997 * i,
        price: (60_000 + i / 7).toFixed(2),
      }),
    );
    const columns = encodeColumns(fills);
    expect(decodeColumns(columns, MOST)).toEqual(fills);
    expect(columns.length / 1_000).toBeLessThan(8);
  });

  it.each([
    ['a member that its kind does not have', { ...FILL, more: 1 }],
    ['a member of a fee that it does not have', { ...FILL, fee: { ...FILL.fee, rate: '0.1' } }],
    ['an amount with an exponent', { ...FILL, quantity: '1e3' }],
    ['an amount that is a number', { ...CASH, amount: 1 }],
    ['no id', { ...FILL, id: undefined }],
    ['a fraction of a millisecond', { ...SNAPSHOT, time: 1.5 }],
  ])('a record with %s does not come back', (_what, record) => {
    const records = [FILL, record as unknown as LedgerRecord];
    const comesBack = () =>
      Buffer.from(bytesOf(decodeColumns(encodeColumns(records), MOST))).equals(bytesOf(records));
    // Refused, or another record: whoever stores it compares (chunk.ts).
    expect(isTrue(comesBack)).toBe(false);
  });
});

function isTrue(condition: () => boolean): boolean {
  try {
    return condition();
  } catch {
    return false;
  }
}

/** Columns of whole records alone. */
function columnsOf(...records: readonly object[]): Uint8Array {
  const writer = new ByteWriter();
  writer.unsigned(records.length);
  writer.unsigned(0);
  writeNumbers(
    writer,
    records.map(() => 0),
  );
  for (const record of records) {
    const bytes = encodeCanonical(record as CanonicalValue);
    writer.unsigned(bytes.length);
    writer.raw(bytes);
  }
  return writer.take();
}

describe('when columns are not what this release writes', () => {
  it('a kind that is not known is told apart, whole or in a group', () => {
    expect(decodeColumns(columnsOf(SNAPSHOT, FILL), MOST)).toEqual([SNAPSHOT, FILL]);
    expect(() => decodeColumns(columnsOf({ ...SNAPSHOT, kind: 'audit' }), MOST)).toThrow(UnknownKindError);
    const grouped = Buffer.from(encodeColumns([CASH]))
      .toString('latin1')
      .replace('gfunding', 'grestate');
    expect(() => decodeColumns(Buffer.from(grouped, 'latin1'), MOST)).toThrow(UnknownKindError);
  });

  it('more records than are allowed are refused before any is read', () => {
    const columns = encodeColumns(EVERY_RECORD);
    expect(() => decodeColumns(columns, EVERY_RECORD.length - 1)).toThrow(RangeError);
  });

  it('a count that nothing follows costs nothing', () => {
    const writer = new ByteWriter();
    writer.unsigned(Number.MAX_SAFE_INTEGER);
    expect(() => decodeColumns(writer.take(), MOST)).toThrow(RangeError);
  });

  it('every cut is refused, and every longer text', () => {
    const columns = encodeColumns(EVERY_RECORD);
    for (let length = 0; length < columns.length; length++) {
      expect(() => decodeColumns(columns.subarray(0, length), MOST), String(length)).toThrow();
    }
    expect(() => decodeColumns(Uint8Array.of(...columns, 0), MOST)).toThrow(RangeError);
  });

  it('a flipped bit gives records of known shape, or is refused', () => {
    const columns = encodeColumns(EVERY_RECORD);
    let refused = 0;
    for (let at = 0; at < columns.length; at++) {
      const damaged = columns.slice();
      damaged[at]! ^= 1 << (at % 8);
      try {
        const records = decodeColumns(damaged, MOST);
        expect(decodeColumns(encodeColumns(records), MOST)).toEqual(records);
      } catch (error) {
        if (error instanceof Error && error.name === 'AssertionError') throw error;
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(columns.length / 4);
  });
});

describe('when columns of a release are read by a later one', () => {
  it('they give the records that they were made of', () => {
    const file = new URL('columns-vectors.json', import.meta.url);
    const vectors = JSON.parse(readFileSync(file, 'utf8')) as { columns: string; leaf: string }[];
    expect(vectors).toHaveLength(2);
    for (const { columns, leaf } of vectors) {
      const records = decodeColumns(Buffer.from(columns, 'base64'), MOST);
      expect(encodeHex(new OpenBatch({ begunAt: 0, records }).leaf())).toBe(leaf);
    }
  });
});
