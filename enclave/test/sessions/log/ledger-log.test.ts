import { createHash } from 'node:crypto';
import { concatBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begunAtOf, decodeChunk } from '../../../src/sessions/formats/chunk.ts';
import { OpenBatch } from '../../../src/sessions/formats/leaf.ts';
import { EMPTY_HEAD, EMPTY_LOG, type StoredLog } from '../../../src/sessions/formats/state.ts';
import { type Arrival, growLog, headOf, treeOf } from '../../../src/sessions/log/ledger-log.ts';
import { MerkleTree } from '../../../src/sessions/log/tree.ts';
import type { LedgerRecord } from '../../../src/sessions/records/record.ts';
import { anyRecords } from '../some-records.ts';
import { fillOf, NOON, sessionOf } from '../states.ts';

const session = sessionOf('s');
const BOOT_KEY: Uint8Array = new Uint8Array(32).fill(1);
const MINUTES_5 = 300_000;

type Step = { readonly records: readonly LedgerRecord[]; readonly now: number } & Partial<Arrival>;

/** A log after steps, and all of its chunks. */
function grown(...steps: readonly Step[]) {
  let [log, head]: [StoredLog, string] = [EMPTY_LOG, EMPTY_HEAD];
  const chunks: Uint8Array[] = [];
  const heads: string[] = [];
  for (const step of steps) {
    const next = growLog(log, head, { provenance: 'fetched', session, bootKey: BOOT_KEY, ...step });
    chunks.push(...next.chunks);
    [log, head] = [next.log, next.head];
    heads.push(head);
  }
  return { log, head, heads, chunks };
}

const fills = (count: number, from = 0) => Array.from({ length: count }, (_, i) => fillOf(String(from + i)));
const at = (index: number, bootKey = BOOT_KEY) => ({ session, index, bootKey });

/** Everything that a log holds, read back: its batches, the open one last. */
function batchesOf({ log, chunks }: Pick<ReturnType<typeof grown>, 'log' | 'chunks'>, bootKey = BOOT_KEY) {
  const stored = log.tail === null ? chunks : [...chunks, log.tail];
  return stored.map((chunk, index) => decodeChunk(chunk, at(index, bootKey)));
}

describe('when records come', () => {
  it('they lie in the tail until a batch is full', () => {
    const first = grown({ records: fills(999), now: NOON });
    expect([first.chunks.length, treeOf(first.log).size]).toEqual([0, 0]);
    const next = grown({ records: fills(999), now: NOON }, { records: fills(1, 999), now: NOON + 1 });
    expect([next.chunks.length, treeOf(next.log).size, next.log.tail]).toEqual([1, 1, null]);
    const [batch] = batchesOf(next);
    expect([batch!.batch.begunAt, batch!.batch.records]).toEqual([NOON, fills(1_000)]);
  });

  it('many become batches of a thousand and a tail, in order', () => {
    const log = grown({ records: fills(400), now: NOON }, { records: fills(2_700, 400), now: NOON + 5 });
    const batches = batchesOf(log);
    expect(batches.map(({ batch }) => [batch.records.length, batch.begunAt - NOON])).toEqual([
      [1_000, 0],
      [1_000, 5],
      [1_000, 5],
      [100, 5],
    ]);
    expect(batches.flatMap(({ batch }) => batch.records)).toEqual(fills(3_100));
  });

  it('a tail that is a day old is closed at the next write, whatever that brings', () => {
    const begun = { records: fills(1), now: NOON };
    for (const records of [[], fills(2, 1)]) {
      const young = grown(begun, { records, now: NOON + DAY_MS - 1 });
      expect([young.chunks.length, begunAtOf(young.log.tail!)]).toEqual([0, NOON]);
      const old = grown(begun, { records, now: NOON + DAY_MS });
      expect(old.chunks).toHaveLength(1);
      const [closed, ...rest] = batchesOf(old).map(({ batch }) => [batch.begunAt, batch.records.length]);
      expect(closed).toEqual([NOON, 1]);
      expect(rest).toEqual(records.length === 0 ? [] : [[NOON + DAY_MS, 2]]);
    }
  });

  it('a clock that went back closes nothing', () => {
    const log = grown({ records: fills(1), now: NOON }, { records: fills(1, 1), now: NOON - 10 * DAY_MS });
    expect([log.chunks.length, begunAtOf(log.log.tail!)]).toEqual([0, NOON]);
  });

  it('nothing changes what is there when nothing comes', () => {
    const before = grown({ records: fills(3), now: NOON });
    const again = growLog(before.log, before.head, {
      ...{ records: [], provenance: 'fetched', session, bootKey: BOOT_KEY, now: NOON + MINUTES_5 },
    });
    expect(again).toEqual({ log: before.log, chunks: [], head: before.head });
    expect(again.log).toBe(before.log);
  });

  it('a year of synchronisations every five minutes makes hundreds of batches', () => {
    const steps = Array.from({ length: 365 * 288 }, (_, i) => ({
      records: i % 288 === 0 ? fills(1, i) : [],
      now: NOON + i * MINUTES_5,
    }));
    const { chunks } = grown(...steps);
    expect(chunks).toHaveLength(364);
  }, 60_000);

  it('whatever comes in whatever pieces, every batch is read back, and the tree has its leaf', () => {
    const step = fc.record({ records: anyRecords, hours: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const hoursTo = (index: number) =>
          steps.slice(0, index + 1).reduce((sum, { hours }) => sum + hours, 0);
        const log = grown(
          ...steps.map(({ records }, index) => ({ records, now: NOON + hoursTo(index) * HOUR_MS })),
        );
        const batches = batchesOf(log);
        expect(batches.flatMap(({ batch }) => batch.records)).toEqual(
          steps.flatMap(({ records }) => records),
        );
        const closed = batches.slice(0, log.chunks.length);
        const tree = closed.reduce((before, { batch }) => before.append(batch.leaf()), new MerkleTree());
        expect(tree.root()).toEqual(treeOf(log.log).root());
        expect(headOf(tree, batches[closed.length]?.batch ?? null)).toBe(log.head);
      }),
      { numRuns: 50 },
    );
  });
});

describe('when a head is computed', () => {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  it('it is SHA-256 of the domain, size, root and tail', () => {
    const { log, head } = grown({ records: fills(1_003), now: NOON });
    const tail = new OpenBatch({ begunAt: NOON, records: fills(3, 1_000) }).leaf();
    const domain = utf8('perf-aggregator ledger head 1\n');
    const size = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1);
    expect(head).toBe(sha256(concatBytes(domain, size, treeOf(log).root(), tail)));
    const whole = grown({ records: fills(1_000), now: NOON });
    expect(whole.head).toBe(sha256(concatBytes(domain, size, treeOf(whole.log).root(), new Uint8Array(32))));
    // Frozen: clients and reports compare heads of different releases.
    expect([whole.head, head]).toEqual(FROZEN_HEADS);
  });

  it('it changes with every record, and when the tail is closed', () => {
    const { heads } = grown(
      { records: fills(1), now: NOON },
      { records: fills(1, 1), now: NOON + 1 },
      { records: [], now: NOON + DAY_MS },
      { records: fills(1, 2), now: NOON + DAY_MS },
    );
    expect(new Set([EMPTY_HEAD, ...heads]).size).toBe(5);
    expect(heads.every((head) => decodeHex(head).length === 32)).toBe(true);
    expect(headOf(new MerkleTree(), null)).toBe(EMPTY_HEAD);
  });
});

/** Of the thousand fills above, and of three more. */
const FROZEN_HEADS = [
  'a03f93da4e3e46fb8aeb37b772f538035a74e6961b1023aa7fd74ce6aec6c6bf',
  '3cbef6e4e550425b370cc73c4d2e25ba1f8eb357e6ebd8d1eae6253c44b596d3',
];

describe('when records come from two processes', () => {
  const other: Uint8Array = new Uint8Array(32).fill(2);
  const sealedOf = (log: ReturnType<typeof grown>, bootKey: Uint8Array) =>
    batchesOf(log, bootKey).map(({ sealed, batch }) => [sealed, batch.records.length]);

  it('what the first one fetched is sealed for the second, in the tail as well', () => {
    const log = grown({ records: fills(1_200), now: NOON });
    expect(sealedOf(log, BOOT_KEY)).toEqual([
      [0, 1_000],
      [0, 200],
    ]);
    expect(sealedOf(log, other)).toEqual([
      [1_000, 1_000],
      [200, 200],
    ]);
  });

  it('the second one says how many of a batch it found, and believes that when it reads it again', () => {
    const log = grown(
      { records: fills(200), now: NOON },
      { records: fills(900, 200), now: NOON + 1, bootKey: other },
    );
    expect(sealedOf(log, other)).toEqual([
      [200, 1_000],
      [0, 100],
    ]);
    // For the first process, all of it was written by somebody else.
    expect(sealedOf(log, BOOT_KEY)).toEqual([
      [1_000, 1_000],
      [100, 100],
    ]);
  });

  it('closing a tail that another process began makes nothing of it fetched', () => {
    const log = grown({ records: fills(2), now: NOON }, { records: [], now: NOON + DAY_MS, bootKey: other });
    expect(sealedOf(log, other)).toEqual([[2, 2]]);
  });

  it('records that are sealed when they come are so, and everything before them', () => {
    const log = grown(
      { records: fills(2), now: NOON },
      { records: fills(2, 2), now: NOON, provenance: 'sealed' },
      { records: fills(1, 4), now: NOON },
    );
    expect(sealedOf(log, BOOT_KEY)).toEqual([[4, 5]]);
  });
});

describe('when a log is another session’s', () => {
  it('its records are sealed there', () => {
    const log = grown({ records: fills(3), now: NOON });
    expect(decodeChunk(log.log.tail!, { ...at(0), session: sessionOf('t') }).sealed).toBe(3);
    expect(encodeHex(treeOf(log.log).root())).toBe(encodeHex(new MerkleTree().root()));
  });
});
