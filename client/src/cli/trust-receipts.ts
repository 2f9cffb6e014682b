/**
 * Which files of trust their owner wrote: a receipt for each, outside of the folder that it lies in. The home folder is
 * by default one of the current folder, and that may be an archive or a repository of somebody else, who knows what it is
 * called; its files belong to whoever unpacked them.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { attempt, writeWhole } from './destination.ts';

/** Receipts of one user. */
export class TrustReceipts {
  readonly #folder: string;

  /** @param folder - that no archive and no repository brings: below the user's own */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether this text was written to this file. */
  has(file: string, text: string): boolean {
    const stats = lstatSync(this.#path(file, text), { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.uid === (process.geteuid?.() ?? stats.uid);
  }

  /** Before the file is written: one that has none is not believed. @throws UsageError `file_unwritable` */
  keep(file: string, text: string): void {
    const path = this.#path(file, text);
    attempt(path, () => {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeWhole(path, '');
    });
  }

  /** After another text was written: the old one, put back, would be believed. @throws UsageError `file_unwritable` */
  drop(file: string, text: string): void {
    const path = this.#path(file, text);
    attempt(path, () => rmSync(path, { force: true }));
  }

  /** Of the place as well: a copy elsewhere has none. */
  #path(file: string, text: string): string {
    const place = join(realpathSync(dirname(file)), basename(file));
    return join(this.#folder, createHash('sha256').update(`${place}\0${text}`).digest('hex'));
  }
}
