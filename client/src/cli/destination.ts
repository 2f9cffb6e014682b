/**
 * The file that a command line names for a result. The CLI checks it before it asks anything, and writes it whole or
 * not at all.
 */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './exit.ts';

/** A file for a result. The old contents stay until the result is complete. */
export class Destination {
  readonly #path: string;
  /** The path with links resolved. */
  readonly #target: string;
  /** Facts of the present file. Null: there is no file. */
  readonly #present: Stats | null;

  /**
   * Tests whether the result can be written, and leaves everything as it was.
   * @throws UsageError `file_unwritable`: a folder, no such parent, no permission, a read-only or full disk
   */
  constructor(path: string) {
    this.#path = path;
    this.#present = attempt(path, () => presentAt(path));
    if (this.#present?.isDirectory()) throw unwritable(path, 'is a folder');
    this.#target = this.#present ? attempt(path, () => realpathSync(path)) : path;
    if (this.#isReplaced) {
      attempt(path, () => writeWhole(this.#beside, ' '));
      rmSync(this.#beside);
    }
  }

  /** @throws UsageError `file_unwritable` */
  write(text: string): void {
    attempt(this.#path, () => {
      if (!this.#isReplaced) return writeFileSync(this.#target, text);
      writeWhole(this.#beside, text, this.#present?.mode);
      try {
        renameSync(this.#beside, this.#target);
      } catch (error) {
        rmSync(this.#beside, { force: true });
        throw error;
      }
    });
  }

  /** A device or a pipe is written to directly. Any other file is replaced. */
  get #isReplaced(): boolean {
    return this.#present?.isFile() ?? true;
  }

  get #beside(): string {
    return `${this.#target}.${process.pid}.new`;
  }
}

/** The refusal of a file that cannot be written. */
export function unwritable(path: string, why: string, cause?: unknown): UsageError {
  return new UsageError('file_unwritable', `${path}: ${why}`, cause);
}

/** The result of `work`. A file system error becomes a refusal of `path`. @throws UsageError `file_unwritable` */
export function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw unwritable(path, reasonOf(cause as NodeJS.ErrnoException), cause);
  }
}

/** Writes a new file through to the disk, or writes no file. A full disk shows its error here. */
export function writeWhole(path: string, text: string, mode = 0o600): void {
  rmSync(path, { force: true });
  const file = openSync(path, 'wx', mode & 0o777);
  let isWhole = false;
  try {
    writeFileSync(file, text);
    fsyncSync(file);
    isWhole = true;
  } finally {
    closeSync(file);
    if (!isWhole) rmSync(path, { force: true });
  }
}

function presentAt(path: string): Stats | null {
  const present = statSync(path, { throwIfNoEntry: false });
  if (present) {
    accessSync(path, constants.W_OK);
    return present;
  }
  if (lstatSync(path, { throwIfNoEntry: false })) throw unwritable(path, 'is a link that leads nowhere');
  // The message is the one that a failed write would give, except for a name that ends in a slash.
  if (path === '' || path.endsWith('/')) throw unwritable(path, 'is not the name of a file');
  statSync(dirname(path));
  return null;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'what should be its folder is a file',
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

function reasonOf({ code = 'unknown' }: NodeJS.ErrnoException): string {
  return `cannot be written: ${REASONS[code] ?? code}`;
}
