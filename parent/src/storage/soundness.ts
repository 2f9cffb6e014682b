/**
 * Whether LMDB can work with a file. LMDB maps it and believes it: a damaged one ends the whole process (SIGSEGV, SIGBUS,
 * SIGABRT) instead of failing. So another process meets it first (walk.mjs): it reads everything, and rehearses writing on a
 * copy, where there is room for one. The file, and the folder that it lies in, are left as they are.
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
  /** Of the whole check, however far it is, ms. What takes longer counts as damaged: LMDB may follow a damaged tree for ever. */
  readonly timeoutMs: number;
  /** Largest file of which a copy is made, to rehearse writing; a larger one is only read. */
  readonly rehearsedBytes: number;
}

/** Bounds of the service: a gigabyte is read in about five seconds. */
export const SOUNDNESS_LIMITS: SoundnessLimits = { timeoutMs: 600_000, rehearsedBytes: 128 * 1024 * 1024 };

const WALK = fileURLToPath(new URL('./walk.mjs', import.meta.url));
/** Room for a copy, as often as it is large: the copy itself, all of it written anew, and what is between. */
const ROOM = 4;
/** What LMDB may say of a file, in an endless loop else. */
const MAX_COMPLAINT_BYTES = 65_536;
/** What LMDB calls the file in its folder. */
const FILE = 'data.mdb';

/**
 * Why the database in `folder` cannot be used; null: it can, or there is none yet. Blocks until that is known. Not checked:
 * what the values say.
 */
export function soundnessFault(folder: string, limits: SoundnessLimits = SOUNDNESS_LIMITS): string | null {
  const file = join(folder, FILE);
  // LMDB makes a new database of an empty file.
  if (!existsSync(file) || statSync(file).size === 0) return null;
  const scratch = makeScratch();
  try {
    if (scratch === null) return walk('read', folder, limits.timeoutMs);
    if (copied(file, scratch, limits.rehearsedBytes)) return walk('rewrite', scratch, limits.timeoutMs);
    // The lock file, which readers write to as well, is the scratch folder's.
    symlinkSync(resolve(file), join(scratch, FILE));
    return walk('read', scratch, limits.timeoutMs);
  } finally {
    if (scratch !== null) rmSync(scratch, { recursive: true, force: true });
  }
}

/** A folder of this check's own, for its owner only; null where nothing can be written. */
function makeScratch(): string | null {
  try {
    return mkdtempSync(join(tmpdir(), 'pa-store-'));
  } catch {
    return null;
  }
}

/** Copies the file, if it is not too large, and there is room for the copy and for what is written anew. */
function copied(file: string, scratch: string, maxBytes: number): boolean {
  const { size } = statSync(file);
  const { bavail, bsize } = statfsSync(scratch);
  if (size > maxBytes || bavail * bsize < ROOM * size) return false;
  copyFileSync(file, join(scratch, FILE), constants.COPYFILE_FICLONE);
  return true;
}

/** Runs walk.mjs. @returns why it did not end well; null: it did */
function walk(mode: 'read' | 'rewrite', folder: string, timeoutMs: number): string | null {
  const { status, signal, stderr, error } = spawnSync(process.execPath, [WALK, mode, folder], {
    // Nothing of the shell's environment decides about anything inside.
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
  // Nothing was started.
  if (error) throw error;
  // LMDB writes complaints of its own before.
  return stderr.trim().split('\n').at(-1)?.slice(0, 200) || `LMDB ends with code ${status}`;
}
