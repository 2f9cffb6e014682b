import { createHash } from 'node:crypto';
import type { CashEntry, LedgerEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodePlain } from '@perf-aggregator/shared/wire/envelope';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../../shared/test/codes.ts';
import { Refusal } from '../../../src/errors.ts';
import { decodeChunk, encodeChunk, splitObservations } from '../../../src/sessions/formats/chunk.ts';
import { EMPTY_HEAD } from '../../../src/sessions/formats/state.ts';
import { fillOf, markOf } from '../states.ts';

const BOOT_KEY = new Uint8Array(32).fill(1);
const OTHER_BOOT = new Uint8Array(32).fill(2);
const OBSERVED = {
  entries: [fillOf('1'), fillOf('2', { fee: { amount: '0.1', currency: 'BNB' } })],
  marks: [markOf(1)],
};

const MAC = new Uint8Array(32);
const NONE = encodeCbor({ entries: [], marks: [] });
const BASE = { time: 1, venue: 'binance', account: 'a0', wallet: 'spot', market: 'spot' } as const;
const TRANSFER: TransferEntry = {
  ...{ ...BASE, kind: 'transfer', direction: 'deposit' },
  ...{ id: 't', asset: 'BTC', amount: '1', transactionHash: null },
  fee: { amount: '0.1', currency: 'BTC' },
};
const CASH: CashEntry = { ...BASE, kind: 'interest', id: 'c', asset: 'BTC', amount: '-0.1', symbol: null };

describe('when observations are split', () => {
  it('an empty list gives no chunk', () => {
    expect(splitObservations({ entries: [], marks: [] })).toEqual([]);
  });

  it('no chunk has more than a thousand observations, and all are kept in order', () => {
    const entries = Array.from({ length: 2_001 }, (_, index) => fillOf(String(index)));
    const marks = Array.from({ length: 1_001 }, (_, index) => markOf(index));
    const parts = splitObservations({ entries, marks });
    expect(parts.map((part) => part.entries.length + part.marks.length)).toEqual([1_000, 1_000, 1, 1_000, 1]);
    expect(parts.flatMap((part) => part.entries)).toEqual(entries);
    expect(parts.flatMap((part) => part.marks)).toEqual(marks);
  });
});

describe('when a chunk is read back', () => {
  it('it contains the observations', () => {
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

  it('heads form a chain: SHA-256 over the previous head and the hash of the observations', () => {
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

  it('a chunk of format 1 or 2, whose entries named no wallet, is read as one of spot', () => {
    const before = {
      ...OBSERVED,
      entries: OBSERVED.entries.map(({ wallet: _wallet, ...entry }) => entry as LedgerEntry),
    };
    const { plaintext, head } = encodeChunk(before, EMPTY_HEAD, BOOT_KEY);
    const { format, ...one } = decodePlain(plaintext) as Record<string, CborValue>;
    expect(format).toBe(3);
    for (const older of [one, { format: 2, ...one }]) {
      const read = decodeChunk(encodeCbor(older), EMPTY_HEAD, BOOT_KEY);
      expect(read).toEqual({ ...OBSERVED, head, provenance: 'fetched' });
    }
    const code = codeOf(() => decodeChunk(plaintext, EMPTY_HEAD, BOOT_KEY), Refusal);
    expect(code).toBe('state_rejected');
  });

  it('an entry that names a wallet is in no chunk of format 2', () => {
    const { plaintext } = encodeChunk(OBSERVED, EMPTY_HEAD, BOOT_KEY);
    const two = { ...(decodePlain(plaintext) as Record<string, CborValue>), format: 2 };
    expect(codeOf(() => decodeChunk(encodeCbor(two), EMPTY_HEAD, BOOT_KEY), Refusal)).toBe('state_rejected');
  });

  it('every kind of entry is read, with all its members', () => {
    const said = {
      entries: [
        fillOf('1', {
          contractSize: '0.1',
          settle: 'USDT',
          block: true,
          orderId: 'o',
          positionSide: 'short',
        }),
        fillOf('2', { furtherFees: [{ amount: '0.1', currency: 'BNB' }] }),
        { ...TRANSFER, counterWallet: 'funding' },
        TRANSFER,
        CASH,
      ],
      marks: [{ ...markOf(1), low: '1', high: '2', volume: '3', vwap: '1.5' }],
    };
    const { plaintext } = encodeChunk(said, EMPTY_HEAD, BOOT_KEY);
    expect(decodeChunk(plaintext, EMPTY_HEAD, BOOT_KEY)).toMatchObject(said);
  });

  it.each([4, 1, 0, -1])('format %i is unknown', (format) => {
    const plaintext = encodeCbor({ format, mac: MAC, observations: encodeCbor({ entries: [], marks: [] }) });
    const expected = format === 1 ? 'state_rejected' : 'state_version_unsupported';
    expect(codeOf(() => decodeChunk(plaintext, EMPTY_HEAD, BOOT_KEY), Refusal)).toBe(expected);
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
    ['no CBOR', Uint8Array.of(0xff)],
    ['no CBOR inside', encodeCbor({ format: 3, mac: MAC, observations: Uint8Array.of(0xff) })],
  ])('%s is rejected', (_, plaintext) => {
    expect(codeOf(() => decodeChunk(plaintext, EMPTY_HEAD, BOOT_KEY), Refusal)).toBe('state_rejected');
  });
});

function chunkOf(observed: object): Uint8Array {
  return encodeCbor({ format: 3, mac: MAC, observations: encodeCbor(observed as CborValue) });
}
