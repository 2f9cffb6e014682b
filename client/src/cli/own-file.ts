/** Files that only their owner may be able to write. */
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { attempt, writeWhole } from './destination.ts';
import { UsageError } from './exit.ts';
import { unreadable } from './files.ts';

const MAX_BYTES = 8 * 1024 * 1024;

/**
 * The text of a file that only its owner can have written. Null: there is no such file.
 * @throws UsageError `trust_unsafe`, `file_unreadable`, `input_too_large`
 */
export function readOwn(file: string): string | null {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP') throw unsafe(file, 'is a link; trust is read from the file itself');
    throw unreadable(file, cause);
  }
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) throw unsafe(file, 'is no file');
    if (stats.nlink > 1) throw unsafe(file, 'has a second name, under which others may write it');
    requireOwn(file, stats);
    requireOwn(dirname(file), statSync(dirname(file)));
    if (stats.size > MAX_BYTES) throw new UsageError('input_too_large', `${file}: longer than 8 MiB`);
    return readFileSync(handle, 'utf8');
  } finally {
    closeSync(handle);
  }
}

/**
 * Makes the folder of a file. Nobody else may write in this folder. @throws UsageError `trust_unsafe`,
 * `file_unwritable`
 */
export function prepare(file: string): void {
  attempt(file, () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    requireOwn(dirname(file), statSync(dirname(file)));
  });
}

/** Writes the file whole or not at all, readable by its owner only. @throws UsageError `file_unwritable` */
export function writeOwn(file: string, text: string): void {
  const beside = `${file}.${process.pid}.new`;
  attempt(file, () => {
    try {
      writeWhole(beside, text);
      renameSync(beside, file);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  });
}

/**
 * Requires that the path is ours or root's and that nobody else may write it. A shared folder is accepted when each
 * user may delete only their own files in it.
 */
function requireOwn(path: string, { uid, mode }: Stats): void {
  const own = process.geteuid?.() ?? uid;
  if (uid !== own && uid !== 0) throw unsafe(path, 'belongs to somebody else');
  const isShared = (mode & constants.S_IFMT) === constants.S_IFDIR && (mode & 0o1000) !== 0;
  if ((mode & 0o022) !== 0 && !isShared) {
    throw unsafe(
      path,
      `others may write it (mode ${(mode & 0o777).toString(8)}); chmod go-w takes that away`,
    );
  }
}

/** The refusal of a file that is not believed. */
export function unsafe(path: string, why: string): UsageError {
  return new UsageError('trust_unsafe', `${path}: ${why}`);
}
