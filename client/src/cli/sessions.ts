/** Sessions that the CLI keeps between commands. Each has its own file, which only its owner can read. */
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
import { parseStrictJson } from '@perf-aggregator/shared/codec/strict-json';
import { sessionId } from '@perf-aggregator/shared/wire/envelope';
import type { ExportedSession } from '../sdk/session.ts';
import { attempt, writeWhole } from './destination.ts';
import { UsageError } from './exit.ts';

/** No session is as large as this. */
const SESSION_BYTES = 4_096;

/** Session files in `home/sessions`. */
export class SessionFiles {
  readonly #folder: string;

  /** @param home - `PERF_AGGREGATOR_HOME` */
  constructor(home: string) {
    this.#folder = join(home, 'sessions');
  }

  /** Tests whether a session can be kept, and leaves no trace. @throws UsageError `file_unwritable` */
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

  /**
   * Writes a session and replaces its file as a whole. @throws UsageError `file_unwritable`; `input_malformed` for what
   * is no id of a session
   */
  save(session: ExportedSession): void {
    const path = this.#path(session.sessionId);
    // Only this process uses the name: two commands may end at once.
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
   * The session whose id begins with `prefix`; without a prefix, the session used last. A file is accepted only if its
   * session has the id in the file's name.
   * @throws UsageError `session_missing`, `input_malformed`
   */
  load(prefix?: string): unknown {
    const [newest] = this.ids().filter((name) => name.startsWith(prefix ?? ''));
    if (!newest) {
      const which = prefix ? `no session begins with "${prefix}"` : 'there is no session yet';
      throw new UsageError('session_missing', `${which}; register first`);
    }
    const path = this.#path(newest);
    const session = read(path);
    if (session?.['sessionId'] === newest) return session;
    throw new UsageError('input_malformed', `${path}: not the file of the session that it is called after`);
  }

  /** Ids of the kept sessions, the one used last first. */
  ids(): readonly string[] {
    const used = (id: string) => statSync(this.#path(id), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return this.#names().sort((a, b) => used(b) - used(a));
  }

  /**
   * Deletes a session's file.
   * @throws UsageError `file_unwritable`; `input_malformed` for what is no id of a session
   */
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
      .map((name) => name.slice(0, -'.json'.length))
      .filter(isSessionId);
  }

  /** The only place where an id becomes a path. Text that is not an id of the wire format never becomes one. */
  #path(id: string): string {
    if (isSessionId(id)) return join(this.#folder, `${id}.json`);
    throw new UsageError('input_malformed', 'not the id of a session: 43 characters of base64url');
  }
}

function isSessionId(id: string): boolean {
  return sessionId.safeParse(id).success;
}

function read(path: string): Readonly<Record<string, unknown>> | null {
  try {
    return parseStrictJson(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>> | null;
  } catch (cause) {
    throw new UsageError('input_malformed', `${path}: not a session file`, cause);
  }
}
