/** One run of the program, and what it comes to: an exit code, and a complaint where something is left to say. */
import { type Command, CommanderError } from 'commander';
import { EXIT, type ExitCode, exitCodeOf, isSilent, UsageError } from './exit.ts';
import { complain, type Terminal } from './terminal.ts';

/** What a command line came to. */
export interface Outcome {
  readonly code: ExitCode;
  /** Null: nothing went wrong. */
  readonly error: unknown;
}

/** Runs one command line; says why where it fails. */
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
    // For people the parser has shown the commands that there are.
    const isTold = isSilent(error) || (isHelp(thrown) && !terminal.json);
    if (!isTold) complain(terminal, error);
    return { code: exitCodeOf(error), error };
  }
}

/** The parser's complaint as one of ours, in one line. */
function toUsageError(thrown: CommanderError): UsageError {
  if (isHelp(thrown)) return new UsageError('option_invalid', 'no command is named');
  const message = thrown.message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    // It repeats what was typed: of an address with a password, not that.
    .replaceAll(/\/\/[^/\s']*@/g, '//…@');
  return new UsageError('option_invalid', message, thrown);
}

function isHelp(thrown: unknown): boolean {
  return thrown instanceof CommanderError && thrown.code === 'commander.help';
}
