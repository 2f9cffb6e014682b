/** What the CLI prints: tables and lines for people, one JSON value for programs, progress on a terminal. */
import type { Writable } from 'node:stream';

/** Where a command writes. `stdout` gets results and nothing else. */
export interface Terminal {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether people watch stderr. */
  readonly interactive: boolean;
  /** Programs read stdout: one JSON value. */
  readonly json: boolean;
}

/** Prints `value` as JSON, or `text` for people. */
export function print(terminal: Terminal, value: unknown, text: () => string): void {
  terminal.stdout.write(terminal.json ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`);
}

/** A progress bar on stderr, only when people watch. */
export class ProgressBar {
  readonly #terminal: Terminal;
  #drawn = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** @param share - 0..1 */
  show(share: number, what: string): void {
    if (!this.#terminal.interactive) return;
    const filled = Math.round(Math.min(1, Math.max(0, share)) * 24);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(24 - filled)}`;
    this.#terminal.stderr.write(`\r\x1b[2K${bar} ${Math.floor(share * 100)} % ${what}`);
    this.#drawn = true;
  }

  /** Removes the bar. */
  clear(): void {
    if (this.#drawn) this.#terminal.stderr.write('\r\x1b[2K');
    this.#drawn = false;
  }
}
