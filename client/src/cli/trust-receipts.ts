/**
 * Receipts that tell which trust files their owner wrote. Each receipt lies outside of the trust file's folder. By
 * default the home folder lies in the current folder. The current folder may be another person's archive or repository,
 * and that person knows the home folder's name. Its files belong to the user who unpacked them.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { attempt, writeWhole } from './destination.ts';

/** Receipts of one user. */
export class TrustReceipts {
  readonly #folder: string;

  /** @param folder - below the user's own folder, where no archive or repository writes */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether there is a receipt for this text in this file. */
  has(file: string, text: string): boolean {
    const stats = lstatSync(this.#path(file, text), { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.uid === (process.geteuid?.() ?? stats.uid);
  }

  /**
   * Writes a receipt before the file is written. A file without a receipt is not believed. @throws UsageError
   * `file_unwritable`
   */
  keep(file: string, text: string): void {
    const path = this.#path(file, text);
    attempt(path, () => {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeWhole(path, '');
    });
  }

  /**
   * Deletes the receipt of an old text after another text was written. Otherwise the old text would be believed if
   * somebody put it back. @throws UsageError `file_unwritable`
   */
  drop(file: string, text: string): void {
    const path = this.#path(file, text);
    attempt(path, () => rmSync(path, { force: true }));
  }

  /** The name of a receipt also depends on the file's place. A copy elsewhere has no receipt. */
  #path(file: string, text: string): string {
    const place = join(realpathSync(dirname(file)), basename(file));
    return join(this.#folder, createHash('sha256').update(`${place}\0${text}`).digest('hex'));
  }
}
