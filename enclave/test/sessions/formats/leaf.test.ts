import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { CodecError } from '@perf-aggregator/shared/errors';
import { decodePlain } from '@perf-aggregator/shared/wire/envelope';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../../shared/test/codes.ts';
import { decodeColumns, encodeColumns } from '../../../src/sessions/columns/batch-columns.ts';
import { LEAF_FORMAT, MAX_BATCH_RECORDS, OpenBatch } from '../../../src/sessions/formats/leaf.ts';
import { type CanonicalValue, encodeCanonical } from '../../../src/sessions/records/canonical-cbor.ts';
import type { LedgerRecord, QuarantinedRecord } from '../../../src/sessions/records/record.ts';
import { RECORD_SCHEMAS } from '../../../src/sessions/records/schema.ts';
import { EVERY_RECORD, QUARANTINED, SNAPSHOT } from '../some-records.ts';
import { fillOf } from '../states.ts';

interface Vectors {
  readonly leafFormat: number;
  readonly begun: number;
  readonly records: readonly { readonly record: LedgerRecord; readonly cbor: string }[];
  readonly batches: readonly { readonly records: number; readonly cbor?: string; readonly leaf: string }[];
}

/** Frozen. Whoever must change one of them has made another leaf format, which gets vectors of its own. */
const vectors = JSON.parse(readFileSync(new URL('leaf-vectors.json', import.meta.url), 'utf8')) as Vectors;

describe('when records are encoded', () => {
  it('each kind, with all members and with the fewest, has the bytes of leaf format 1', () => {
    expect(vectors.leafFormat).toBe(LEAF_FORMAT);
    expect(vectors.records.map(({ record }) => record)).toEqual(EVERY_RECORD);
    for (const { record, cbor } of vectors.records) {
      expect(encodeHex(encodeCanonical(record as unknown as CanonicalValue)), record.kind).toBe(cbor);
      expect(decodePlain(decodeHex(cbor))).toEqual(record);
    }
  });

  it('the vectors have every kind that there is', () => {
    const kinds = new Set(vectors.records.map(({ record }) => record.kind));
    expect([...kinds].sort()).toEqual(Object.keys(RECORD_SCHEMAS).sort());
  });

  it('the leaf is SHA-256 of 0x00, the format and the batch', () => {
    for (const { records, cbor, leaf } of vectors.batches) {
      const batch = new OpenBatch({ begunAt: vectors.begun, records: EVERY_RECORD.slice(0, records) });
      const bytes = batch.encode();
      if (cbor !== undefined) expect(encodeHex(bytes)).toBe(cbor);
      expect(encodeHex(batch.leaf())).toBe(leaf);
      expect(createHash('sha256').update(Uint8Array.of(0, LEAF_FORMAT)).update(bytes).digest('hex')).toBe(
        leaf,
      );
      const { begun, records: back } = decodePlain(bytes) as { begun: number; records: unknown[] };
      expect([begun, back]).toEqual([vectors.begun, EVERY_RECORD.slice(0, records)]);
    }
  });

  it('a record more is another leaf, in whatever order the leaf is asked for', () => {
    const batch = new OpenBatch({ begunAt: 1, records: [fillOf('1')] });
    const first = batch.leaf();
    batch.push(fillOf('2'));
    expect(batch.leaf()).not.toEqual(first);
    expect(batch.leaf()).toEqual(new OpenBatch({ begunAt: 1, records: [fillOf('1'), fillOf('2')] }).leaf());
    expect(new OpenBatch({ begunAt: 2, records: batch.records }).leaf()).not.toEqual(batch.leaf());
  });
});

describe('when a batch is full', () => {
  it('it has a thousand records', () => {
    const batch = new OpenBatch({ begunAt: 0, records: [] });
    for (let i = 1; i < MAX_BATCH_RECORDS; i++) batch.push(fillOf(String(i)));
    expect(batch.isFull).toBe(false);
    batch.push(fillOf('last'));
    expect([batch.isFull, MAX_BATCH_RECORDS]).toEqual([true, 1_000]);
  });

  it('or half a mebibyte', () => {
    const row: QuarantinedRecord = { ...QUARANTINED, raw: '€'.repeat(2_000) };
    const batch = new OpenBatch({ begunAt: 0, records: [] });
    while (!batch.isFull) batch.push(row);
    expect(batch.records).toHaveLength(Math.ceil(524_288 / encodeCanonical({ ...row }).length));
  });
});

describe('when a record cannot be stored', () => {
  it('of more than 256 KiB, it is refused; a snapshot of four thousand balances is not', () => {
    const [row] = SNAPSHOT.rows;
    const rows = Array.from({ length: 6_000 }, (_, i) => ({ ...row!, asset: `A${i}` }));
    const batch = new OpenBatch({ begunAt: 0, records: [] });
    expect(() => batch.push({ ...SNAPSHOT, rows })).toThrow(RangeError);
    expect(batch.records).toEqual([]);
    const large = { ...SNAPSHOT, rows: rows.slice(0, 4_000) };
    const kept = new OpenBatch({ begunAt: 0, records: [large] });
    expect(decodeColumns(encodeColumns(kept.records), 1)).toEqual([large]);
  });

  it('of text that has no UTF-8, it is refused', () => {
    const bad = () => new OpenBatch({ begunAt: 0, records: [fillOf('\ud800')] });
    expect(codeOf(bad, CodecError)).toBe('cbor_malformed');
  });
});
