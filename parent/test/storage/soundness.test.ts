import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { StoreError } from '../../src/storage/errors.ts';
import { openLmdbStore } from '../../src/storage/lmdb.ts';
import { SOUNDNESS_LIMITS, soundnessFault } from '../../src/storage/soundness.ts';
import { PAGE, SoundFile } from './sound-file.ts';

const READ_ONLY = { ...SOUNDNESS_LIMITS, rehearsedBytes: 0 };
let folder: string;
let temporary: string;
let sound: SoundFile;
let count = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pa-soundness-'));
  sound = await SoundFile.make(16, 9_000);
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  temporary = join(folder, `temporary-${count++}`);
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function storeOf(bytes: Uint8Array): string {
  const path = join(folder, `store-${count++}`);
  mkdirSync(path);
  writeFileSync(join(path, 'data.mdb'), bytes);
  return path;
}

describe('when a valid file is checked', () => {
  it.each([
    ['with a rehearsal', SOUNDNESS_LIMITS],
    ['that is too large for one', READ_ONLY],
  ])('%s: file, folder and the temporary folder stay unchanged', (_, limits) => {
    const path = storeOf(sound.bytes);
    expect(soundnessFault(path, limits)).toBeNull();
    expect(readdirSync(path)).toEqual(['data.mdb']);
    expect(readFileSync(join(path, 'data.mdb')).equals(sound.bytes)).toBe(true);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('where no temporary file can be written, it is read in its place', () => {
    vi.stubEnv('TMPDIR', join(folder, 'nowhere'));
    const path = storeOf(sound.bytes);
    expect(soundnessFault(path)).toBeNull();
    expect(readFileSync(join(path, 'data.mdb')).equals(sound.bytes)).toBe(true);
  });
});

describe('when a file cannot be used', () => {
  it.each([
    ['with a rehearsal', SOUNDNESS_LIMITS],
    ['that is too large for one', READ_ONLY],
  ])('%s: the cause of the end of LMDB is reported, and no file is left behind', (_, limits) => {
    const path = storeOf(sound.cut(2 * PAGE));
    expect(soundnessFault(path, limits)).toBe('it ends LMDB by SIGBUS');
    expect(readdirSync(path)).toEqual(['data.mdb']);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('only the rehearsal detects a free page that is in use', () => {
    const bytes = sound.altered((altered) =>
      altered.writeBigInt64LE(BigInt(sound.dataPage), sound.firstFree),
    );
    expect(soundnessFault(storeOf(bytes), READ_ONLY)).toBeNull();
    expect(soundnessFault(storeOf(bytes))).not.toBeNull();
  });

  it('a check that exceeds its time limit is stopped, and the file counts as damaged', () => {
    const path = storeOf(sound.bytes);
    const hurried = { ...SOUNDNESS_LIMITS, timeoutMs: 1 };
    expect(soundnessFault(path, hurried)).toBe('LMDB is not through with it after 1 ms');
    expect(codeOf(() => openLmdbStore(path, hurried), StoreError)).toBe('store_corrupt');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('a process that cannot be started does not count as damage', () => {
    const path = storeOf(sound.bytes);
    const { execPath } = process;
    process.execPath = join(folder, 'no-node');
    try {
      expect(codeOf(() => openLmdbStore(path), StoreError)).toBe('store_unopened');
    } finally {
      process.execPath = execPath;
    }
  });
});
