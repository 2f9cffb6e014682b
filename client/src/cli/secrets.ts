/**
 * Reads secrets from a file, the environment or a prompt without echo. It never reads them from argv, which everybody
 * can read.
 */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Interrupted, UsageError } from './exit.ts';
import { readText } from './files.ts';

/** Where to look for one secret. */
export interface SecretSource {
  /** For the prompt. */
  readonly name: string;
  readonly file: string | undefined;
  /** Name and value of the environment variable. */
  readonly variable: string;
  readonly value: string | undefined;
}

/** A terminal for questions. `process.stdin` is a terminal only when a person uses it. */
export interface Prompter {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Reads one secret: from the file when one is given, otherwise from the variable, otherwise at a prompt on a terminal.
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

/** The typed text up to the end of the line, without echo. Ctrl-D gives no text. */
async function prompt(question: string, { input, output }: Prompter): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: silent, terminal: true });
  // The question is written only after readline controls the terminal. Text typed at the question is therefore never
  // echoed.
  output.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once('line', resolve);
      // Without a listener, readline ends the line, and Node ends the process with code 13, as if something hung.
      reader.once('SIGINT', () => reject(new Interrupted()));
      reader.once('close', () => resolve(''));
    });
  } finally {
    reader.close();
    output.write('\n');
  }
}
