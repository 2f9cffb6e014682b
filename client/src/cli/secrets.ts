/** Secrets: from a file, the environment or a prompt without echo; never from argv, which everybody can read. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Interrupted, UsageError } from './exit.ts';
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

/** A terminal that is asked; `process.stdin` is one only where people sit. */
export interface Prompter {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Reads one secret: the file when given, else the variable, else a prompt on a terminal.
 * @throws UsageError `secret_missing`, `file_unreadable`; Interrupted at Ctrl-C
 */
export async function readSecret(
  source: SecretSource,
  prompter: Prompter = { input: process.stdin, output: process.stderr },
): Promise<string> {
  if (source.file !== undefined) return readText(source.file).trim();
  if (source.value) return source.value;
  const secret = prompter.input.isTTY ? await prompt(`${source.name}: `, prompter) : '';
  if (secret !== '') return secret;
  throw new UsageError('secret_missing', `${source.name}: set ${source.variable}, or name a file`);
}

/** What is typed until the end of the line, without echo; nothing at Ctrl-D. */
async function prompt(question: string, { input, output }: Prompter): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: silent, terminal: true });
  // Not before readline has the terminal: what is typed at the question is never echoed.
  output.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once('line', resolve);
      // Without a listener readline ends the line, and Node the process: with code 13, as if something hung.
      reader.once('SIGINT', () => reject(new Interrupted()));
      reader.once('close', () => resolve(''));
    });
  } finally {
    reader.close();
    output.write('\n');
  }
}
