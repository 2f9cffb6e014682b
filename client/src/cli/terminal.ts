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

/** A column of names and a column of values. */
export type Rows = readonly (readonly [name: string, value: string])[];

/** Prints `value` as JSON, or `text` for people. */
export function print(terminal: Terminal, value: unknown, text: () => string): void {
  terminal.stdout.write(terminal.json ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`);
}

/** Two aligned columns. */
export function table(rows: Rows): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}

/** Aligned columns under their names: text on the left for the first `textColumns`, numbers on the right. */
export function grid(lines: readonly (readonly string[])[], textColumns: number): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const cell = (text: string, column: number) =>
    column < textColumns ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  return lines.map((line) => `  ${line.map(cell).join('  ')}`.trimEnd()).join('\n');
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
