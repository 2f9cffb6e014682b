import { deflateRawSync } from 'node:zlib';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodePlain } from '@perf-aggregator/shared/wire/envelope';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../../shared/test/codes.ts';
import { Refusal } from '../../../src/errors.ts';
import { encodeColumns } from '../../../src/sessions/columns/batch-columns.ts';
import { begunAtOf, decodeChunk, encodeChunk } from '../../../src/sessions/formats/chunk.ts';
import { OpenBatch } from '../../../src/sessions/formats/leaf.ts';
import type { LedgerRecord } from '../../../src/sessions/records/record.ts';
import { CASH, EVERY_RECORD, FILL, SNAPSHOT } from '../some-records.ts';
import { fillOf, NOON, sessionOf } from '../states.ts';

const PLACE = { session: sessionOf('s'), index: 3, bootKey: new Uint8Array(32).fill(1) };
const RECORDS = EVERY_RECORD;
const batchOf = (records: readonly LedgerRecord[] = RECORDS) => new OpenBatch({ begunAt: NOON, records });
const encoded = (sealed = 0) => encodeChunk({ batch: batchOf(), sealed }, PLACE);
const membersOf = (chunk: Uint8Array) => decodePlain(chunk) as Record<string, CborValue>;
const deflated = (columns: Uint8Array) => new Uint8Array(deflateRawSync(columns));

describe('when a chunk is read back', () => {
  it('it holds the batch, to the leaf', () => {
    const chunk = encoded();
    const { batch, sealed } = decodeChunk(chunk, PLACE);
    expect([batch.begunAt, batch.records, sealed]).toEqual([NOON, RECORDS, 0]);
    expect(batch.leaf()).toEqual(batchOf().leaf());
    expect(begunAtOf(chunk)).toBe(NOON);
  });

  it('an empty batch and one of a thousand do as well', () => {
    for (const count of [0, 1_000]) {
      const batch = batchOf(Array.from({ length: count }, (_, i) => fillOf(String(i))));
      expect(decodeChunk(encodeChunk({ batch, sealed: 0 }, PLACE), PLACE).batch.records).toEqual(
        batch.records,
      );
    }
  });

  it('the process that fetched records says so; any other process says that all were sealed', () => {
    expect(decodeChunk(encoded(5), PLACE).sealed).toBe(5);
    for (const other of [
      { ...PLACE, bootKey: new Uint8Array(32).fill(2) },
      { ...PLACE, index: 4 },
      { ...PLACE, session: sessionOf('t') },
    ]) {
      expect(decodeChunk(encoded(5), other).sealed).toBe(RECORDS.length);
    }
  });

  it('whoever states fewer sealed records, or other records, is not believed', () => {
    const members = membersOf(encoded(5));
    const records = [...RECORDS.slice(0, -1), { ...FILL, id: 'forged' }];
    const forged = [
      { ...members, sealed: 0 },
      { ...members, begun: NOON + 1 },
      { ...members, columns: deflated(encodeColumns(records)) },
      { ...members, mac: new Uint8Array(32) },
      { ...members, sealed: 1_000 },
    ];
    for (const one of forged) expect(decodeChunk(encodeCbor(one), PLACE).sealed).toBe(RECORDS.length);
  });
});

describe('when a batch is written that would not come back', () => {
  it.each([
    ['a member that its kind does not have', { ...FILL, more: 1 }],
    ['a member of a fee that it does not have', { ...FILL, fee: { ...FILL.fee, rate: '0.1' } }],
    ['an amount with an exponent', { ...CASH, amount: '1e3' }],
    ['an amount that is a number', { ...CASH, amount: 1 }],
    ['a kind that is not known', { ...SNAPSHOT, kind: 'audit' }],
  ])('it is not: %s', (_what, record) => {
    const batch = batchOf([FILL, record as unknown as LedgerRecord]);
    expect(() => encodeChunk({ batch, sealed: 0 }, PLACE)).toThrow();
  });
});

describe('when a chunk is not one of this release', () => {
  const members = membersOf(encoded());
  const refusal = (chunk: object | Uint8Array) => {
    const bytes = chunk instanceof Uint8Array ? chunk : encodeCbor(chunk as CborValue);
    return codeOf(() => decodeChunk(bytes, PLACE), Refusal);
  };

  it.each([5, 3, 0, -1])('format %i is unknown', (format) => {
    expect(refusal({ ...members, format })).toBe('state_version_unsupported');
  });

  it('a record of a kind that is not known is one of a later release', () => {
    for (const [record, kind, later] of [
      [SNAPSHOT, 'hsnapshot', 'hrestated'],
      [CASH, 'gfunding', 'grestate'],
    ] as const) {
      const columns = Buffer.from(encodeColumns([record]))
        .toString('latin1')
        .replace(kind, later);
      expect(refusal({ ...members, columns: deflated(Buffer.from(columns, 'latin1')) })).toBe(
        'state_version_unsupported',
      );
    }
  });

  it('columns that inflate beyond the bound are rejected', () => {
    const bomb = deflateRawSync(new Uint8Array(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    expect(refusal({ ...members, columns: new Uint8Array(bomb) })).toBe('state_rejected');
  });

  it('more records than a batch has are rejected', () => {
    const records = Array.from({ length: 1_001 }, (_, i) => fillOf(String(i)));
    expect(refusal({ ...members, columns: deflated(encodeColumns(records)) })).toBe('state_rejected');
  });

  const { columns: _, ...withoutColumns } = members;
  it.each([
    ['another shape', withoutColumns],
    ['more members', { ...members, more: 1 }],
    ['no format', { ...members, format: undefined }],
    ['a format that is no number', { ...members, format: '4' }],
    ['a short MAC', { ...members, mac: new Uint8Array(31) }],
    ['more sealed records than a batch has', { ...members, sealed: 1_001 }],
    ['a beginning before 1970', { ...members, begun: -1 }],
    ['columns that do not inflate', { ...members, columns: Uint8Array.of(7, 7, 7) }],
    ['columns that are none', { ...members, columns: deflated(Uint8Array.of(0xff)) }],
    ['an amount with an exponent', { ...members, columns: columnsOf({ ...CASH, amount: '1e3' }) }],
    ['an amount that is null', { ...members, columns: columnsOf({ ...CASH, amount: null }) }],
    ['an id that is null', { ...members, columns: columnsOf({ ...FILL, id: null }) }],
    ['a member that its kind does not have', { ...members, columns: columnsOf({ ...CASH, more: 1 }) }],
    ['no CBOR', Uint8Array.of(0xff)],
  ])('%s is rejected', (_what, chunk) => {
    expect(refusal(chunk)).toBe('state_rejected');
  });
});

function columnsOf(record: object): Uint8Array {
  return deflated(encodeColumns([record as LedgerRecord]));
}
