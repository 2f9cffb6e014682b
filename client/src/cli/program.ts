/** The command line, put together from its commands. */
import { Command } from 'commander';
import { clean } from '../present/clean.ts';
import { addAnalyzeCommand } from './analyze-command.ts';
import type { CliContext } from './context.ts';
import { addKmsPolicyCommand } from './kms-policy-command.ts';
import { addMeasureCommand } from './measure-command.ts';
import { addServiceCommands } from './service-commands.ts';
import { addVerifyCommands } from './verify-commands.ts';

/** Default address of the service: where `make run` leaves it. */
export const DEFAULT_URL = 'http://127.0.0.1:3000';

/**
 * The program; `--url` and `--json` are read before the commands are made, so that their context is whole.
 * @param makeContext - called once, with what the global options say
 */
export function createProgram(
  makeContext: (globals: { url: string; json: boolean }) => CliContext,
  argv: readonly string[],
): Command {
  const program = new Command('perf-aggregator')
    .description('Verifiable trading performance: register accounts, read numbers, verify reports.')
    .option('--url <url>', 'the service', DEFAULT_URL)
    .option('--json', 'print one JSON value for programs')
    .addHelpText(
      'after',
      '\nThe local world: ./perf-aggregator simulate [--once]\nExit codes: 0 ok, 1 refused or not verified, 2 usage, 3 unreachable, 4 service error.',
    )
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    // What it complains of may be somebody else's, pasted.
    .configureOutput({ outputError: (text, write) => write(clean(text)) });
  const context = makeContext(globalsOf(argv));
  addServiceCommands(program, context);
  addVerifyCommands(program, context);
  addMeasureCommand(program, context);
  addKmsPolicyCommand(program, context);
  addAnalyzeCommand(program, context);
  for (const command of program.commands) {
    command.exitOverride();
    command.option('--url <url>', 'the service').option('--json', 'print one JSON value for programs');
  }
  return program;
}

/** `--url` and `--json`, wherever they stand. */
function globalsOf(argv: readonly string[]): { url: string; json: boolean } {
  const at = argv.lastIndexOf('--url');
  const joined = argv.findLast((argument) => argument.startsWith('--url='));
  const url = joined?.slice('--url='.length) ?? (at >= 0 ? argv[at + 1] : undefined) ?? DEFAULT_URL;
  return { url, json: argv.includes('--json') };
}
