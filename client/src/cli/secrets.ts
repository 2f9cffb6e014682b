/** Secrets: from a file, the environment or a prompt without echo; never from argv, which everybody can read. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from './exit.ts';
import { readText } from './files.ts';

/** Where to look for one secret. */
export interface SecretSource {
  /** For the prompt. */
  readonly name: string;
  readonly file: string | undefined;
  /** Name of the environment variable, and its value. */
  readonly variable: string;
  readonly value: string | undefined;
}

/**
 * Reads one secret: the file when given, else the variable, else a prompt on a terminal.
 * @throws UsageError `secret_missing`, `file_unreadable`
 */
export async function readSecret(source: SecretSource): Promise<string> {
  if (source.file !== undefined) return readText(source.file).trim();
  if (source.value) return source.value;
  if (process.stdin.isTTY) return prompt(`${source.name}: `);
  throw new UsageError('secret_missing', `${source.name}: set ${source.variable}, or name a file`);
}

async function prompt(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}
