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
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ExportedSession } from '../sdk/session.ts';
import { UsageError } from './exit.ts';

/** Session files in `home/sessions`. */
export class SessionFiles {
  readonly #folder: string;

  /** @param home - `PERF_AGGREGATOR_HOME` */
  constructor(home: string) {
    this.#folder = join(home, 'sessions');
  }

  /** Writes a session, replacing its file whole. */
  save(session: ExportedSession): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    chmodSync(this.#folder, 0o700);
    const path = this.#path(session.sessionId);
    writeFileSync(`${path}.new`, JSON.stringify(session), { mode: 0o600 });
    renameSync(`${path}.new`, path);
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

  /** Deletes a session's file. */
  remove(id: string): void {
    rmSync(this.#path(id), { force: true });
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
