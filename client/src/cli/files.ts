/** Files that a command line names. */
import { readFileSync } from 'node:fs';
import { UsageError } from './exit.ts';

/** Bytes of a file. @throws UsageError `file_unreadable` */
export function readBytes(path: string): Uint8Array {
  return new Uint8Array(read(path));
}

/** A file as text; what is not UTF-8 is replaced. @throws UsageError `file_unreadable` */
export function readText(path: string): string {
  return read(path).toString('utf8');
}

/** A file, or standard input for `-`, that must be UTF-8 text. @throws UsageError `file_unreadable` */
export function readStrictText(path: string): string {
  const bytes = read(path === '-' ? 0 : path, path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError('file_unreadable', `${path} is not UTF-8 text`, cause);
  }
}

/** The refusal of a file that cannot be read. */
export function unreadable(path: string, cause: unknown): UsageError {
  return new UsageError('file_unreadable', `${path}: cannot be read`, cause);
}

function read(file: string | 0, path = String(file)): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
