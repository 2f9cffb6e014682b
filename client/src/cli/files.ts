/** Reads files that a command line names. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { MAX_BUNDLE_BYTES } from '@perf-aggregator/attestation/report/bundle';
import { UsageError } from './exit.ts';

const PIECE_BYTES = 64 * 1024;

/**
 * Bytes of a file of at most 4 MiB, or of standard input for `-`. The sender of evidence chooses its length. A longer
 * file is therefore not read, and a stream is read no further than the limit.
 * @throws UsageError `file_unreadable`, `input_too_large`
 */
export function readBytes(path: string): Uint8Array {
  return readBounded(path === '-' ? 0 : path, path);
}

/** The same as text. Bytes that are not UTF-8 are replaced. @throws UsageError `file_unreadable`, `input_too_large` */
export function readText(path: string): string {
  return Buffer.from(readBytes(path)).toString('utf8');
}

/** A file, or standard input for `-`. It must be UTF-8 text. @throws UsageError `file_unreadable` */
export function readStrictText(path: string): string {
  const bytes = attempt(path, () => readFileSync(path === '-' ? 0 : path));
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

function readBounded(file: string | 0, path: string): Uint8Array {
  const handle = attempt(path, () => (file === 0 ? file : openSync(file, 'r')));
  try {
    // Devices and pipes report size zero.
    if (attempt(path, () => fstatSync(handle)).size > MAX_BUNDLE_BYTES) throw tooLarge(path);
    return readPieces(handle, path);
  } finally {
    if (handle !== 0) closeSync(handle);
  }
}

/** Reads to the end, or until the input is longer than allowed. */
function readPieces(handle: number, path: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length <= MAX_BUNDLE_BYTES) {
    const piece = new Uint8Array(PIECE_BYTES);
    const read = attempt(path, () => readSync(handle, piece));
    if (read === 0) return new Uint8Array(Buffer.concat(pieces));
    pieces.push(piece.subarray(0, read));
    length += read;
  }
  throw tooLarge(path);
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function tooLarge(path: string): UsageError {
  return new UsageError('input_too_large', `${path}: longer than 4 MiB; nothing that is read here is`);
}
