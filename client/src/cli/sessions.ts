/** Sessions that the CLI keeps between commands: one file each, for its owner's eyes only. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ExportedSession } from '../sdk/session.ts';
import { attempt, writeWhole } from './destination.ts';
import { UsageError } from './exit.ts';

/** More than any session takes. */
const SESSION_BYTES = 4_096;

/** Session files in `home/sessions`. */
export class SessionFiles {
  readonly #folder: string;

  /** @param home - `PERF_AGGREGATOR_HOME` */
  constructor(home: string) {
    this.#folder = join(home, 'sessions');
  }

  /** Tries whether a session can be kept, and leaves no trace of it. @throws UsageError `file_unwritable` */
  check(): void {
    attempt(this.#folder, () => {
      this.#makeFolder();
      const trial = join(this.#folder, `trial.${process.pid}.new`);
      try {
        writeWhole(trial, ' '.repeat(SESSION_BYTES));
      } finally {
        rmSync(trial, { force: true });
      }
    });
  }

  /** Writes a session, replacing its file whole. @throws UsageError `file_unwritable` */
  save(session: ExportedSession): void {
    const path = this.#path(session.sessionId);
    // Of this process alone: two commands may end at once.
    const beside = `${path}.${process.pid}.new`;
    attempt(path, () => {
      this.#makeFolder();
      try {
        writeWhole(beside, JSON.stringify(session));
        renameSync(beside, path);
      } catch (error) {
        rmSync(beside, { force: true });
        throw error;
      }
    });
  }

  /**
   * The session with this id or the beginning of it; the one used last when none is named.
   * @throws UsageError `session_missing`, `input_malformed`
   */
  load(prefix?: string): unknown {
    const [newest] = this.#names()
      .filter((name) => name.startsWith(prefix ?? ''))
      .sort((a, b) => statSync(this.#path(b)).mtimeMs - statSync(this.#path(a)).mtimeMs);
    if (!newest) {
      const which = prefix ? `no session begins with "${prefix}"` : 'there is no session yet';
      throw new UsageError('session_missing', `${which}; register first`);
    }
    try {
      return JSON.parse(readFileSync(this.#path(newest), 'utf8'));
    } catch (cause) {
      throw new UsageError('input_malformed', `${this.#path(newest)}: not a session file`, cause);
    }
  }

  /** Deletes a session's file. @throws UsageError `file_unwritable` */
  remove(id: string): void {
    attempt(this.#path(id), () => rmSync(this.#path(id), { force: true }));
  }

  #makeFolder(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    chmodSync(this.#folder, 0o700);
  }

  #names(): string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length));
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}
