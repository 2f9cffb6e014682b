/** The command line, put together from its commands. */
import { Command } from 'commander';
import { clean } from '../present/clean.ts';
import { addAnalyzeCommand } from './analyze-command.ts';
import { parseUrl } from './arguments.ts';
import { type CliContext, DEFAULT_URL } from './context.ts';
import { addKmsPolicyCommand } from './kms-policy-command.ts';
import { addMeasureCommand } from './measure-command.ts';
import { addServiceCommands } from './service-commands.ts';
import { addVerifyCommands } from './verify-commands.ts';

/** What counts for every command. */
export interface Globals {
  /** What `--url` says. */
  readonly url: string | null;
  readonly json: boolean;
}

const URL_MEANS = `the service, for commands that ask one (default: ${DEFAULT_URL}; of a session: where it was registered)`;

/**
 * The program; `--url` and `--json` are read before the commands are made, so that their context is whole.
 * @param makeContext - called once, with what the global options say; `url` null: nothing
 */
export function createProgram(
  makeContext: (globals: Globals) => CliContext,
  argv: readonly string[],
): Command {
  const program = new Command('perf-aggregator')
    .description('Verifiable trading performance: register accounts, read numbers, verify reports.')
    .option('--url <url>', URL_MEANS, parseUrl)
    .option('--json', 'print one JSON value for programs')
    .addHelpText(
      'after',
      '\nThe local world: ./perf-aggregator simulate [--once]\nExit codes: 0 ok, 1 refused or not verified, 2 usage, 3 unreachable, 4 service error, 130 Ctrl-C, 141 nobody reads.',
    )
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    // What it complains of may be somebody else's, pasted.
    .configureOutput({ outputError: (text, write) => write(clean(text)) });
  const context = makeContext(globalsOf(argv));
  addServiceCommands(program, context);
  // These ask a service; those that follow ask nobody.
  for (const command of program.commands) command.option('--url <url>', URL_MEANS, parseUrl);
  addVerifyCommands(program, context);
  addMeasureCommand(program, context);
  addKmsPolicyCommand(program, context);
  addAnalyzeCommand(program, context);
  for (const command of program.commands) {
    command.exitOverride();
    command.option('--json', 'print one JSON value for programs');
  }
  return program;
}

/** `--url`, the last one, and `--json`, wherever they stand. */
function globalsOf(argv: readonly string[]): Globals {
  const urls = argv.flatMap((argument, index) => {
    if (argument === '--url') return argv[index + 1] ?? [];
    return argument.startsWith('--url=') ? argument.slice('--url='.length) : [];
  });
  return { url: urls.at(-1) ?? null, json: argv.includes('--json') };
}
