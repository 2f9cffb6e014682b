/** A damaged file is refused before LMDB maps it: it would end the process. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { StoreError } from '../../src/storage/errors.ts';
import { openLmdbStore } from '../../src/storage/lmdb.ts';
import { structuralFault } from '../../src/storage/structure.ts';
import { sessionOf, writeOf } from '../memory-store.ts';

const PAGE = 4_096;
const SESSIONS = 40;
let folder: string;
let sound: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pa-corrupt-'));
  const store = openLmdbStore(join(folder, 'sound'));
  await store.putGenesis({ blob: Uint8Array.of(1), evidence: Uint8Array.of(2) });
  for (let index = 0; index < SESSIONS; index++) {
    const session = String(index).padStart(43, '-');
    // Small values stand in a page, large ones on pages of their own.
    const chunks = [new Uint8Array(30_000).fill(index), Uint8Array.of(index)];
    await store.write(writeOf(session, { syncAt: index, chunks }));
    await store.write(writeOf(session, { baseVersion: 1, version: 2, chunksKept: 2, syncAt: index + 1 }));
    if (index % 3 === 0) await store.erase(session);
  }
  await store.close();
  sound = readFileSync(join(folder, 'sound', 'data.mdb'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A folder whose database is `bytes`. */
function storeOf(bytes: Uint8Array): string {
  const path = join(folder, `store-${count++}`);
  mkdirSync(path);
  writeFileSync(join(path, 'data.mdb'), bytes);
  return path;
}

function altered(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(sound);
  change(bytes);
  return bytes;
}

/** The meta page that counts. */
function newestMeta(): number {
  const transaction = (page: number) => sound.readBigUInt64LE(page * PAGE + 152);
  return transaction(1) > transaction(0) ? PAGE : 0;
}

/** Number of the root of the main tree. */
function root(): number {
  return Number(sound.readBigUInt64LE(newestMeta() + 136));
}

/** Where the first list of free pages has its first page. */
function firstFree(): number {
  const page = Number(sound.readBigUInt64LE(newestMeta() + 88)) * PAGE;
  const offsets = (sound.readUInt16LE(page + 20) / 2) | 0;
  for (let index = 0; index < offsets; index++) {
    const node = page + 24 + sound.readUInt16LE(page + 24 + 2 * index);
    const list = node + 8 + sound.readUInt16LE(node + 6);
    const items = Number(sound.readBigUInt64LE(list));
    const isPlain = Array.from({ length: items }, (_, item) =>
      sound.readBigInt64LE(list + 8 + 8 * item),
    ).every((item) => item > 0n);
    if (items >= 2 && isPlain) return list + 8;
  }
  throw new Error('no list of two single free pages');
}

/** Number of the first page of a value that has pages of its own. */
function dataPage(): number {
  const page = Array.from({ length: sound.length / PAGE }, (_, number) => number).find(
    (number) => sound.readUInt16LE(number * PAGE + 18) === 4 && sound.readUInt32LE(number * PAGE + 20) === 8,
  );
  return page!;
}

describe('when the file is damaged', () => {
  it('is opened as long as it is not', async () => {
    expect(structuralFault(join(folder, 'sound', 'data.mdb'))).toBeNull();
    const path = storeOf(sound);
    const store = openLmdbStore(path);
    expect(await store.count()).toBe(Math.floor((SESSIONS * 2) / 3));
    expect((await store.state('1'.padStart(43, '-')))?.chunks[0]).toEqual(new Uint8Array(30_000).fill(1));
    await store.close();
  });

  it('an empty folder and an empty file are a new store', async () => {
    for (const path of [join(folder, 'new'), storeOf(Buffer.alloc(0))]) {
      const store = openLmdbStore(path);
      expect(await store.count()).toBe(0);
      await store.write(writeOf(sessionOf('a')));
      await store.close();
    }
  });

  it.each<[string, () => Buffer]>([
    ['cut to a byte', () => sound.subarray(0, 1)],
    ['cut to one page', () => sound.subarray(0, PAGE)],
    ['cut to its meta pages', () => sound.subarray(0, 2 * PAGE)],
    ['cut within a page', () => sound.subarray(0, sound.length - 100)],
    ['cut in half', () => sound.subarray(0, Math.floor(sound.length / PAGE / 2) * PAGE)],
    ['all zeroes', () => Buffer.alloc(sound.length)],
    ['without its first meta page', () => altered((bytes) => bytes.fill(0, 0, PAGE))],
    ['without its second meta page', () => altered((bytes) => bytes.fill(0, PAGE, 2 * PAGE))],
    ['without its pages of data', () => altered((bytes) => bytes.fill(0, 2 * PAGE))],
    ['noise', () => sound.map((_, at) => (at * 7_919 + (at >> 8)) & 255) as Buffer],
    ['noise after its meta pages', () => altered((bytes) => bytes.fill('noise', 2 * PAGE))],
    ['of another version', () => altered((bytes) => bytes.writeUInt32LE(3, newestMeta() + 28))],
    [
      'with a root outside the file',
      () => altered((bytes) => bytes.writeBigUInt64LE(99_999n, newestMeta() + 136)),
    ],
    [
      'with a root among the meta pages',
      () => altered((bytes) => bytes.writeBigUInt64LE(1n, newestMeta() + 136)),
    ],
    ['with an impossible depth', () => altered((bytes) => bytes.writeUInt16LE(9, newestMeta() + 102))],
    ['with two sizes of pages', () => altered((bytes) => bytes.writeUInt32LE(8_192, newestMeta() + 48))],
    [
      'with a last page before others',
      () => altered((bytes) => bytes.writeBigUInt64LE(3n, newestMeta() + 144)),
    ],
    [
      'with a last page that is not there',
      () => altered((bytes) => bytes.writeBigUInt64LE(1n << 40n, newestMeta() + 144)),
    ],
    [
      'with its main tree sorted otherwise',
      () => altered((bytes) => bytes.writeUInt16LE(8, newestMeta() + 100)),
    ],
    [
      'with a page of a later transaction',
      () => altered((bytes) => bytes.writeUInt32LE(9_999, root() * PAGE + 8)),
    ],
    [
      'with a page in use that is free',
      () => altered((bytes) => bytes.writeBigInt64LE(BigInt(root()), firstFree())),
    ],
    [
      'with a page that is free twice',
      () => altered((bytes) => bytes.copyWithin(firstFree() + 8, firstFree(), firstFree() + 8)),
    ],
    [
      'with a free page behind its end',
      () => altered((bytes) => bytes.writeBigInt64LE(99_999n, firstFree())),
    ],
    [
      'with more free pages than it says',
      () => altered((bytes) => bytes.writeBigInt64LE(9_999n, firstFree() - 8)),
    ],
    [
      'with data under another number',
      () => altered((bytes) => bytes.writeBigUInt64LE(2n, dataPage() * PAGE)),
    ],
    ['another kind of database', () => Buffer.from('SQLite format 3\0'.padEnd(PAGE * 4, 'x'))],
  ])('is refused when it is %s', (_name, bytes) => {
    expect(codeOf(() => openLmdbStore(storeOf(bytes())), StoreError)).toBe('store_corrupt');
  });

  it('is left as it is', () => {
    const path = storeOf(sound.subarray(0, PAGE * 5));
    expect(codeOf(() => openLmdbStore(path), StoreError)).toBe('store_corrupt');
    expect(readFileSync(join(path, 'data.mdb'))).toEqual(sound.subarray(0, PAGE * 5));
  });

  it('is judged, never failed upon, wherever bytes were flipped or pages exchanged', () => {
    const path = join(folder, 'judged');
    const judge = (bytes: Buffer) => {
      writeFileSync(path, bytes);
      return structuralFault(path);
    };
    const at = fc.nat(sound.length - 1);
    fc.assert(
      fc.property(at, fc.integer({ min: 1, max: 255 }), (offset, bits) => {
        const fault = judge(altered((bytes) => bytes.writeUInt8(bytes.readUInt8(offset) ^ bits, offset)));
        expect(fault === null || fault.length > 0).toBe(true);
      }),
      { numRuns: 100 },
    );
    const pages = sound.length / PAGE;
    const root = Number(sound.readBigUInt64LE(newestMeta() + 136));
    for (let other = 2; other < pages; other++) {
      if (other === root) continue;
      const fault = judge(
        altered((bytes) => sound.copy(bytes, root * PAGE, other * PAGE, (other + 1) * PAGE)),
      );
      expect(fault).not.toBeNull();
    }
    copyFileSync(join(folder, 'sound', 'data.mdb'), path);
    expect(structuralFault(path)).toBeNull();
  });
});
