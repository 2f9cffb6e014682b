import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { StoreError } from '../../src/storage/errors.ts';
import { openLmdbStore } from '../../src/storage/lmdb.ts';
import type { Store } from '../../src/storage/port.ts';
import { sessionOf, writeOf } from '../memory-store.ts';

const A = sessionOf('a');
const B = sessionOf('b');
const bytes = (...values: number[]) => Uint8Array.from(values);
let folder: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pa-lmdb-'));
  store = openLmdbStore(join(folder, 'store'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function reopen(): Promise<void> {
  await store.close();
  store = openLmdbStore(join(folder, 'store'));
}

describe('when a session is written', () => {
  it('it can be read back unchanged', async () => {
    expect(await store.write(writeOf(A, { syncAt: 5, chunks: [bytes(1), bytes()] }))).toBe('stored');
    expect(await store.session(A)).toMatchObject({ version: 1, expiresAt: 1_000, syncAt: 5 });
    expect(await store.state(A)).toEqual({ version: 1, blob: bytes(1), chunks: [bytes(1), bytes()] });
    expect(await store.count()).toBe(1);
    expect([await store.session(B), await store.state(B)]).toEqual([null, null]);
  });

  it('only the version that follows the stored one replaces it', async () => {
    await store.write(writeOf(A));
    const next = writeOf(A, { baseVersion: 1, version: 2, blob: bytes(2) });
    expect(await store.write(writeOf(A))).toBe('conflict');
    expect(await store.write({ ...next, baseVersion: 2, version: 3 })).toBe('conflict');
    expect(await store.write(writeOf(B, { baseVersion: 1, version: 2 }))).toBe('conflict');
    expect((await store.state(A))?.blob).toEqual(bytes(1));
    expect(await store.write(next)).toBe('stored');
    expect(await store.write(next)).toBe('conflict');
    expect(await store.state(A)).toMatchObject({ version: 2, blob: bytes(2) });
  });

  it('of two concurrent writers exactly one succeeds', async () => {
    await store.write(writeOf(A));
    const writers = [7, 8, 9].map((value) =>
      store.write(writeOf(A, { baseVersion: 1, version: 2, blob: bytes(value) })),
    );
    expect((await Promise.all(writers)).sort()).toEqual(['conflict', 'conflict', 'stored']);
    expect((await store.state(A))?.blob).toEqual(bytes(7));
  });

  it('a conflict changes nothing, including the schedule', async () => {
    await store.write(writeOf(A, { syncAt: 5 }));
    await store.write(writeOf(A, { syncAt: 1, chunks: [bytes(9)] }));
    expect(await store.due(4, 10)).toEqual([]);
    expect(await store.due(5, 10)).toEqual([A]);
    expect((await store.state(A))?.chunks).toEqual([]);
  });

  it('chunks are kept and appended', async () => {
    await store.write(writeOf(A, { chunks: [bytes(1), bytes(2)] }));
    await store.write(writeOf(A, { baseVersion: 1, version: 2, chunksKept: 2, chunks: [bytes(3)] }));
    await store.write(writeOf(A, { baseVersion: 2, version: 3, chunksKept: 3 }));
    expect((await store.state(A))?.chunks).toEqual([bytes(1), bytes(2), bytes(3)]);
  });

  it('what is neither kept nor replaced is gone from the disk as well', async () => {
    await store.write(writeOf(A, { chunks: [1, 2, 3, 4].map((value) => bytes(value)) }));
    await store.write(writeOf(B, { chunks: [bytes(5), bytes(6)] }));
    await store.write(writeOf(A, { baseVersion: 1, version: 2, chunksKept: 1, chunks: [bytes(7)] }));
    expect((await store.state(A))?.chunks).toEqual([bytes(1), bytes(7)]);
    expect(await storedChunks()).toEqual([
      [A, 0],
      [A, 1],
      [B, 0],
      [B, 1],
    ]);
    await store.write(writeOf(A, { baseVersion: 2, version: 3, chunksKept: 0, chunks: [] }));
    expect(await storedChunks()).toEqual([
      [B, 0],
      [B, 1],
    ]);
    expect((await store.state(B))?.chunks).toEqual([bytes(5), bytes(6)]);
  });

  it('a write that fails midway leaves every chunk, blob and version as it was', async () => {
    const chunks = [bytes(1), bytes(2), bytes(3)];
    await store.write(writeOf(A, { chunks }));
    const bad = {
      ...writeOf(A, { baseVersion: 1, version: 2, chunks: [bytes(9)] }),
      blob: 5 as unknown as Uint8Array,
    };
    await expect(store.write(bad)).rejects.toSatisfy(
      (error) => error instanceof StoreError && error.code === 'store_failed',
    );
    expect(await store.state(A)).toEqual({ version: 1, blob: bytes(1), chunks });
    await reopen();
    expect(await store.state(A)).toEqual({ version: 1, blob: bytes(1), chunks });
  });

  it('what was read is a copy, of one version, whatever is written next', async () => {
    await store.write(writeOf(A, { chunks: [bytes(1)] }));
    const reading = store.state(A);
    await store.write(
      writeOf(A, { baseVersion: 1, version: 2, blob: bytes(2), chunksKept: 1, chunks: [bytes(2)] }),
    );
    expect(await reading).toEqual({ version: 1, blob: bytes(1), chunks: [bytes(1)] });
    const writes = Array.from({ length: 20 }, (_, index) =>
      store.write(
        writeOf(A, {
          baseVersion: index + 2,
          version: index + 3,
          blob: bytes(index + 3),
          chunksKept: index + 2,
          chunks: [bytes(index + 3)],
        }),
      ),
    );
    for (const write of writes) {
      const state = (await store.state(A))!;
      expect([state.blob, state.chunks.length, state.chunks.at(-1)]).toEqual([
        bytes(state.version),
        state.version,
        bytes(state.version),
      ]);
      await write;
    }
    expect((await store.state(A))?.version).toBe(22);
  });
});

/** Keys of all chunks on the disk. */
async function storedChunks(): Promise<unknown[]> {
  await store.close();
  const root = open({ path: join(folder, 'store'), maxDbs: 8 });
  const keys = [...root.openDB('chunks', { encoding: 'binary' }).getKeys()];
  await root.close();
  store = openLmdbStore(join(folder, 'store'));
  return keys;
}

describe('when a session is erased', () => {
  it('no part of it is left, and its name is free', async () => {
    await store.write(writeOf(A, { syncAt: 1, chunks: [bytes(1), bytes(2)] }));
    await store.write(writeOf(B, { chunks: [bytes(3)] }));
    await store.erase(A);
    await store.erase(A);
    expect([
      await store.session(A),
      await store.state(A),
      await store.due(9, 9),
      await store.count(),
    ]).toEqual([null, null, [], 1]);
    expect(await store.write(writeOf(A, { chunks: [bytes(4)] }))).toBe('stored');
    expect((await store.state(A))?.chunks).toEqual([bytes(4)]);
    expect((await store.state(B))?.chunks).toEqual([bytes(3)]);
  });

  it('expired sessions are erased, and their number is returned', async () => {
    await store.write(writeOf(A, { expiresAt: 10, syncAt: 1 }));
    await store.write(writeOf(B, { expiresAt: 11 }));
    expect(await store.eraseExpired(9)).toBe(0);
    expect(await store.eraseExpired(10)).toBe(1);
    expect([await store.session(A), await store.due(99, 9), await store.count()]).toEqual([null, [], 1]);
  });
});

describe('when sessions are due', () => {
  it('the longest overdue come first, up to the requested number', async () => {
    for (const [name, syncAt] of [
      ['a', 30],
      ['b', 10],
      ['c', 20],
      ['d', 40],
      ['e', null],
    ] as const) {
      await store.write(writeOf(sessionOf(name), { syncAt }));
    }
    expect(await store.due(9, 10)).toEqual([]);
    expect(await store.due(30, 10)).toEqual(['b', 'c', 'a'].map(sessionOf));
    expect(await store.due(99, 2)).toEqual(['b', 'c'].map(sessionOf));
  });

  it('a new schedule replaces the old one', async () => {
    await store.write(writeOf(A, { syncAt: 10 }));
    await store.write(writeOf(A, { baseVersion: 1, version: 2, syncAt: 50 }));
    expect([await store.due(49, 9), await store.due(50, 9)]).toEqual([[], [A]]);
    await store.write(writeOf(A, { baseVersion: 2, version: 3, syncAt: null }));
    expect(await store.due(99, 9)).toEqual([]);
  });
});

describe('when a session is postponed', () => {
  it('it is due later, and nothing else of it changes', async () => {
    await store.write(writeOf(A, { syncAt: 5 }));
    const before = await store.state(A);
    await store.postpone(A, 9);
    expect([await store.due(8, 9), await store.due(9, 9)]).toEqual([[], [A]]);
    expect(await store.session(A)).toMatchObject({ syncAt: 9, version: 1 });
    expect(await store.state(A)).toEqual(before);
    expect(await store.write(writeOf(A, { baseVersion: 1, version: 2, syncAt: 7 }))).toBe('stored');
    expect(await store.due(9, 9)).toEqual([A]);
  });

  it('a session that is never due, or that is gone, stays so', async () => {
    await store.write(writeOf(A, { syncAt: null }));
    await store.postpone(A, 9);
    await store.postpone(B, 9);
    expect(await store.due(100, 9)).toEqual([]);
    expect(await store.session(B)).toBeNull();
  });
});

describe('when two parents draw a genesis', () => {
  it('the first is stored and both get it', async () => {
    const first = { blob: bytes(1), evidence: bytes(2) };
    expect(await store.genesis()).toBeNull();
    const answers = await Promise.all([
      store.putGenesis(first),
      store.putGenesis({ blob: bytes(3), evidence: bytes(4) }),
    ]);
    expect(answers).toEqual([first, first]);
    expect(await store.genesis()).toEqual(first);
  });
});

describe('when the store is closed and opened again', () => {
  it('all data is still there', async () => {
    await store.write(writeOf(A, { syncAt: 3, chunks: [bytes(1)] }));
    await store.putGenesis({ blob: bytes(1), evidence: bytes(2) });
    const before = [
      await store.session(A),
      await store.state(A),
      await store.due(3, 1),
      await store.genesis(),
    ];
    await reopen();
    expect([
      await store.session(A),
      await store.state(A),
      await store.due(3, 1),
      await store.genesis(),
    ]).toEqual(before);
  });
});

describe('when the record of a session is damaged', () => {
  /** Writes `record`, encoded with msgpack, in place of the record of A. */
  async function damage(record: unknown): Promise<void> {
    await store.close();
    const root = open({ path: join(folder, 'store'), maxDbs: 8 });
    await root.openDB('records', { encoder: { useRecords: false } } as object).put(A, record);
    await root.close();
    store = openLmdbStore(join(folder, 'store'));
  }
  const RECORD = { version: 1, expiresAt: 1_000, syncAt: null, chunks: 1 };

  it.each([
    ['nothing', null],
    ['a number', 7],
    ['a text', 'record'],
    ['a list', [1, 2]],
    ['without a version', { ...RECORD, version: undefined }],
    ['of a version below 0', { ...RECORD, version: -1 }],
    ['of a broken version', { ...RECORD, version: 1.5 }],
    ['with an end that is none', { ...RECORD, expiresAt: Number.NaN }],
    ['with chunks that are none', { ...RECORD, chunks: 'many' }],
  ])('the session is refused, and no other is: %s', async (_what, record) => {
    for (const id of [A, B]) await store.write(writeOf(id, { chunks: [bytes(1)] }));
    await damage(record);
    const refused = [store.session(A), store.state(A), store.write(writeOf(A)), store.erase(A)];
    for (const one of refused) {
      await expect(one).rejects.toSatisfy(
        (error) => error instanceof StoreError && error.code === 'store_corrupt',
      );
    }
    expect((await store.state(B))?.chunks).toEqual([bytes(1)]);
    expect(await store.eraseExpired(1_000)).toBe(1);
    expect(await store.session(B)).toBeNull();
  });

  it('missing chunks that it counts are not searched one by one', async () => {
    await store.write(writeOf(A, { chunks: [bytes(1), bytes(2)] }));
    await damage({ ...RECORD, chunks: Number.MAX_SAFE_INTEGER });
    expect((await store.state(A))?.chunks).toEqual([bytes(1), bytes(2)]);
    await store.erase(A);
    expect(await store.state(A)).toBeNull();
  });
});

describe('when the folder cannot be used', () => {
  it('the error says so', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(codeOf(() => openLmdbStore(join(folder, 'file', 'store')), StoreError)).toBe('store_unopened');
  });
});
