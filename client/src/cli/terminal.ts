/**
 * What the CLI prints: tables and lines for people, one JSON value for programs, progress on a terminal. No other part
 * of the CLI writes. All output is cleaned here, because names in documents, reports, files and answers come from other
 * people.
 */
import type { Writable } from 'node:stream';
import { CodedError } from '@perf-aggregator/shared/errors';
import { ServiceError } from '../errors.ts';
import { clean, cleanLine } from '../present/clean.ts';
import { adviceOn } from '../present/explain.ts';
import { optionsNamed } from '../present/parameters.ts';
import { titleOf } from '../present/titles.ts';
import { History } from './history.ts';

/** Where a command writes. `stdout` gets only results. */
export interface Terminal {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether a person watches stderr. */
  readonly interactive: boolean;
  /** A program reads stdout and expects one JSON value. */
  readonly json: boolean;
}

/** Prints `value` as JSON, or `text` for people. */
export function print(terminal: Terminal, value: unknown, text: () => string): void {
  terminal.stdout.write(clean(terminal.json ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`));
}

/** Prints a result that is the contents of a file, without an added line end. */
export function printContents(terminal: Pick<Terminal, 'stdout'>, text: string): void {
  terminal.stdout.write(clean(text));
}

/** Prints the usage when no command is named. Programs get a coded error instead. */
export function printUsage({ stderr, json }: Pick<Terminal, 'stderr' | 'json'>, text: string): void {
  if (!json) stderr.write(clean(text));
}

/** Prints a line for people beside the result. */
export function warn({ stderr }: Pick<Terminal, 'stderr'>, text: string): void {
  stderr.write(`${cleanLine(text)}\n`);
}

/**
 * Says why a command failed and what to do: `code: message` and a hint, or JSON for programs. For a service's refusal,
 * it prints the title of the code and the options that the refusal names.
 */
export function complain({ stderr, json }: Pick<Terminal, 'stderr' | 'json'>, error: unknown): void {
  const { code, message, hint } = reasonOf(error);
  const reason = { code, message, ...(hint === undefined ? {} : { hint }) };
  const lines = json
    ? [JSON.stringify({ error: reason })]
    : [`${code}: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])];
  stderr.write(lines.map((line) => `${cleanLine(line)}\n`).join(''));
}

interface Reason {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

function reasonOf(error: unknown): Reason {
  if (error instanceof ServiceError) {
    const { code, title } = titleOf(error.code);
    const options = optionsNamed(code, error.message);
    const where = error.details instanceof History ? [error.details.text] : [];
    const message = [title, ...(options.length === 0 ? where : [options.join(', ')])].join(': ');
    return { code, message, hint: adviceOn(code, error.name) };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof CodedError))
    return { code: 'internal', message, hint: 'A fault of ours: report it.' };
  return { code: error.code, message, hint: adviceOn(error.code, error.name) };
}

/** A progress bar on stderr. It is shown only when a person watches. */
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
    this.#terminal.stderr.write(`\r\x1b[2K${bar} ${Math.floor(share * 100)} % ${cleanLine(what)}`);
    this.#drawn = true;
  }

  /** Removes the bar. */
  clear(): void {
    if (this.#drawn) this.#terminal.stderr.write('\r\x1b[2K');
    this.#drawn = false;
  }
}
