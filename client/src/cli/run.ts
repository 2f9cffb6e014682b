/** Runs the program once. The result is an exit code, and a complaint when something is left to say. */
import { type Command, CommanderError } from 'commander';
import { EXIT, type ExitCode, exitCodeOf, isSilent, UsageError } from './exit.ts';
import { complain, type Terminal } from './terminal.ts';

/** The result of a command line. */
export interface Outcome {
  readonly code: ExitCode;
  /** Null: no error. */
  readonly error: unknown;
}

/** Runs one command line. Says why it failed. */
export async function runProgram(
  program: Command,
  argv: readonly string[],
  terminal: Pick<Terminal, 'stderr' | 'json'>,
): Promise<Outcome> {
  try {
    await program.parseAsync(argv, { from: 'user' });
    return { code: EXIT.ok, error: null };
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return { code: EXIT.ok, error: null };
    const error = thrown instanceof CommanderError ? toUsageError(thrown) : thrown;
    // The parser has already shown the available commands to people.
    const isTold = isSilent(error) || (isHelp(thrown) && !terminal.json);
    if (!isTold) complain(terminal, error);
    return { code: exitCodeOf(error), error };
  }
}

/** The parser's complaint as one of our errors, in one line. */
function toUsageError(thrown: CommanderError): UsageError {
  if (isHelp(thrown)) return new UsageError('option_invalid', 'no command is named');
  const message = thrown.message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    // The complaint repeats the typed text. The name and password of an address are hidden.
    .replaceAll(/\/\/[^/\s']*@/g, '//…@');
  return new UsageError('option_invalid', message, thrown);
}

function isHelp(thrown: unknown): boolean {
  return thrown instanceof CommanderError && thrown.code === 'commander.help';
}
