/** A damaged file is refused, or opens with all data correct. It never ends the process that opens it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { StoreError } from '../../src/storage/errors.ts';
import { openLmdbStore } from '../../src/storage/lmdb.ts';
import { soundnessFault } from '../../src/storage/soundness.ts';
import { sessionOf, writeOf } from '../memory-store.ts';
import { DAMAGES } from './damages.ts';
import { PAGE, SoundFile, truthOf } from './sound-file.ts';

const SESSIONS = 40;
let folder: string;
let sound: SoundFile;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pa-corrupt-'));
  sound = await SoundFile.make(SESSIONS, 30_000);
});
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A folder whose database file contains `bytes`. */
function storeOf(bytes: Uint8Array): string {
  const path = join(folder, `store-${count++}`);
  mkdirSync(path);
  writeFileSync(join(path, 'data.mdb'), bytes);
  return path;
}

/** Uses the store in the same way as a parent, and checks that its data is the same as before the damage. */
async function useAsBefore(path: string): Promise<void> {
  const store = openLmdbStore(path);
  expect(await truthOf(store, SESSIONS)).toEqual(sound.truth);
  const others = Array.from({ length: 60 }, (_, index) => String(index).padStart(43, 'w'));
  for (const first of [0, 20, 40]) {
    const some = others.slice(first, first + 20);
    // Each commit waits for the disk, so several run at once.
    await Promise.all(
      some.map((session, index) => {
        const chunks = [new Uint8Array(((first + index) * 977) % 40_000).fill(index)];
        return store.write(writeOf(session, { syncAt: index, chunks }));
      }),
    );
    await Promise.all(some.slice(0, 7).map((session) => store.erase(session)));
  }
  await Promise.all(others.map((session) => store.erase(session)));
  expect(await truthOf(store, SESSIONS)).toEqual(sound.truth);
  expect(await store.count()).toBe(Object.keys(sound.truth).length);
  await store.close();
  expect(soundnessFault(path)).toBeNull();
}

describe('when the file is damaged', () => {
  it('an undamaged file is opened', async () => {
    expect(Object.keys(sound.truth)).toHaveLength(Math.floor((SESSIONS * 2) / 3));
    await useAsBefore(storeOf(sound.bytes));
  });

  it('an empty folder and an empty file are a new store', async () => {
    for (const path of [join(folder, 'new'), storeOf(Buffer.alloc(0))]) {
      const store = openLmdbStore(path);
      expect(await store.count()).toBe(0);
      await store.write(writeOf(sessionOf('a')));
      await store.close();
    }
  });

  it('there are at least 33 kinds of damage', () => {
    expect(DAMAGES.length).toBeGreaterThanOrEqual(33);
    expect(new Set(DAMAGES.map(([name]) => name)).size).toBe(DAMAGES.length);
    expect(DAMAGES.filter(([, outcome]) => outcome === 'refused').length).toBeGreaterThanOrEqual(33);
  });

  it.each(DAMAGES)('damage "%s": %s', async (_name, outcome, damaged) => {
    const bytes = damaged(sound);
    expect(bytes.equals(sound.bytes)).toBe(false);
    const path = storeOf(bytes);
    const isSound = soundnessFault(path) === null;
    if (outcome === 'refused') expect(isSound).toBe(false);
    if (isSound) return useAsBefore(path);
    expect(codeOf(() => openLmdbStore(path), StoreError)).toBe('store_corrupt');
    expect(readFileSync(join(path, 'data.mdb')).equals(bytes)).toBe(true);
  });

  it('the file stays unchanged', () => {
    const path = storeOf(sound.cut(PAGE * 5));
    expect(codeOf(() => openLmdbStore(path), StoreError)).toBe('store_corrupt');
    expect(readFileSync(join(path, 'data.mdb'))).toEqual(sound.cut(PAGE * 5));
  });
});

describe('when bytes are flipped or pages exchanged at random', () => {
  let small: SoundFile;
  beforeAll(async () => {
    small = await SoundFile.make(7, 9_000);
  });

  const judged = (bytes: Buffer) => {
    const path = storeOf(bytes);
    const fault = soundnessFault(path);
    rmSync(path, { recursive: true });
    return fault;
  };

  it('the check gives a result and never crashes', { timeout: 300_000 }, () => {
    const at = fc.nat(small.bytes.length - 1);
    fc.assert(
      fc.property(at, fc.integer({ min: 1, max: 255 }), (offset, bits) => {
        const fault = judged(
          small.altered((bytes) => bytes.writeUInt8(bytes.readUInt8(offset) ^ bits, offset)),
        );
        expect(fault === null || fault.length > 0).toBe(true);
      }),
      { numRuns: 100 },
    );
    expect(judged(small.bytes)).toBeNull();
  });

  it('any other page in the place of the root is detected', { timeout: 300_000 }, () => {
    const { root, pages, bytes } = small;
    for (let other = 2; other < pages; other++) {
      if (other === root) continue;
      const exchanged = small.altered((altered) =>
        bytes.copy(altered, root * PAGE, other * PAGE, (other + 1) * PAGE),
      );
      expect(judged(exchanged), `page ${other} of ${pages}`).not.toBeNull();
    }
  });
});
