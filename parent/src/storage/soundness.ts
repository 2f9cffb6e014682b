/**
 * Checks whether LMDB can work with a file. LMDB maps the file and trusts it: a damaged file ends the whole process
 * (SIGSEGV, SIGBUS, SIGABRT) instead of an error. So another process (walk.mjs) opens the file first. It reads
 * everything, and rehearses writing on a copy when there is room for one. The file and its folder do not change.
 */
import { spawnSync } from 'node:child_process';
import {
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Bounds of the check. */
export interface SoundnessLimits {
  /**
   * Time limit of the whole check, ms. A check that takes longer counts as damage: LMDB may follow a damaged tree for
   * ever.
   */
  readonly timeoutMs: number;
  /** Largest file that is copied to rehearse writing. A larger file is only read. */
  readonly rehearsedBytes: number;
}

/** Bounds of the service. A gigabyte is read in about five seconds. */
export const SOUNDNESS_LIMITS: SoundnessLimits = { timeoutMs: 600_000, rehearsedBytes: 128 * 1024 * 1024 };

const WALK = fileURLToPath(new URL('./walk.mjs', import.meta.url));
/** Room for a copy, in multiples of its size: the copy itself, a complete rewrite, and the pages in between. */
const ROOM = 4;
/** Limit of LMDB's error output. A damaged file could make it endless. */
const MAX_COMPLAINT_BYTES = 65_536;
/** What LMDB calls the file in its folder. */
const FILE = 'data.mdb';

/**
 * Why the database in `folder` cannot be used. Null: it can be used, or there is none yet. Blocks until the answer is
 * known. The contents of the values are not checked.
 */
export function soundnessFault(folder: string, limits: SoundnessLimits = SOUNDNESS_LIMITS): string | null {
  const file = join(folder, FILE);
  // LMDB makes a new database of an empty file.
  if (!existsSync(file) || statSync(file).size === 0) return null;
  const scratch = makeScratch();
  try {
    if (scratch === null) return walk('read', folder, limits.timeoutMs);
    if (copied(file, scratch, limits.rehearsedBytes)) return walk('rewrite', scratch, limits.timeoutMs);
    // Readers write to the lock file as well. Here the lock file is in the scratch folder.
    symlinkSync(resolve(file), join(scratch, FILE));
    return walk('read', scratch, limits.timeoutMs);
  } finally {
    if (scratch !== null) rmSync(scratch, { recursive: true, force: true });
  }
}

/** A folder for this check alone, for its owner only. Null where nothing can be written. */
function makeScratch(): string | null {
  try {
    return mkdtempSync(join(tmpdir(), 'pa-store-'));
  } catch {
    return null;
  }
}

/** Copies the file, if it is not too large and there is room for the copy and the rewrite. */
function copied(file: string, scratch: string, maxBytes: number): boolean {
  const { size } = statSync(file);
  const { bavail, bsize } = statfsSync(scratch);
  if (size > maxBytes || bavail * bsize < ROOM * size) return false;
  copyFileSync(file, join(scratch, FILE), constants.COPYFILE_FICLONE);
  return true;
}

/** Runs walk.mjs. @returns why it failed; null: it succeeded */
function walk(mode: 'read' | 'rewrite', folder: string, timeoutMs: number): string | null {
  const { status, signal, stderr, error } = spawnSync(process.execPath, [WALK, mode, folder], {
    // The process gets no environment variable from the shell.
    env: {},
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: MAX_COMPLAINT_BYTES,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  if (status === 0) return null;
  const cause = (error as NodeJS.ErrnoException | undefined)?.code;
  if (cause === 'ETIMEDOUT') return `LMDB is not through with it after ${timeoutMs} ms`;
  if (cause === 'ENOBUFS') return 'LMDB complains of it without end';
  if (signal) return `it ends LMDB by ${signal}`;
  // The process did not start.
  if (error) throw error;
  // LMDB may write its own complaints first.
  return stderr.trim().split('\n').at(-1)?.slice(0, 200) || `LMDB ends with code ${status}`;
}
