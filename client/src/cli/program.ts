/** Builds the command line from its commands. */
import { VERSION } from '@perf-aggregator/shared/version';
import { Command } from 'commander';
import { addAnalyzeCommand } from './analyze-command.ts';
import { parseUrl } from './arguments.ts';
import { addCompletionCommand } from './completion-command.ts';
import { type CliContext, DEFAULT_URL } from './context.ts';
import { addExplainCommand } from './explain-command.ts';
import { everyCommand, guard } from './guard.ts';
import { addKmsPolicyCommand } from './kms-policy-command.ts';
import { addMeasureCommand } from './measure-command.ts';
import { addServiceCommands } from './service-commands.ts';
import { addSessionsCommand } from './sessions-command.ts';
import { printContents, printUsage } from './terminal.ts';
import { addTrustCommand } from './trust-command.ts';
import { addVerifyCommands } from './verify-commands.ts';

/** Options that count for every command. */
export interface Globals {
  /** The value of `--url`. */
  readonly url: string | null;
  readonly json: boolean;
}

const URL_MEANS = `the service, for commands that ask one (default: ${DEFAULT_URL}; of a session: where it was registered)`;

/**
 * The program. `--url` and `--json` are read before the commands are made, so that the commands' context is complete.
 * @param makeContext - called once, with the values of the global options; `url` null: not given
 */
export function createProgram(
  makeContext: (globals: Globals) => CliContext,
  argv: readonly string[],
): Command {
  const globals = globalsOf(argv);
  const context = makeContext(globals);
  const program = new Command('perf-aggregator')
    .description('Verifiable trading performance: register accounts, read numbers, verify reports.')
    .option('--url <url>', URL_MEANS, parseUrl)
    .option('--json', 'print one JSON value for programs')
    .addHelpText(
      'after',
      '\nThe local world: ./perf-aggregator simulate [--once]\nExit codes: 0 ok, 1 refused or not verified, 2 usage, 3 unreachable, 4 service error, 130 Ctrl-C, 141 nobody reads.',
    )
    .version(globals.json ? JSON.stringify({ version: VERSION }) : VERSION, '--version', 'print the version')
    .exitOverride()
    // A complaint of the parser becomes an error, and is printed once like every other error.
    .configureOutput({
      writeOut: (text) => printContents(context.terminal, text),
      writeErr: (text) => printUsage(context.terminal, text),
      outputError: () => undefined,
    });
  addServiceCommands(program, context);
  // These commands ask a service. The commands after them ask no service.
  for (const command of program.commands) command.option('--url <url>', URL_MEANS, parseUrl);
  addVerifyCommands(program, context);
  addMeasureCommand(program, context);
  addKmsPolicyCommand(program, context);
  addAnalyzeCommand(program, context);
  addTrustCommand(program, context);
  addSessionsCommand(program, context);
  addExplainCommand(program, context);
  addCompletionCommand(program, context);
  for (const command of everyCommand(program).slice(1)) {
    // A script is not JSON.
    if (command.name() !== 'completion') command.option('--json', 'print one JSON value for programs');
  }
  guard(program);
  return program;
}

/** Whether `--json` stands anywhere before `--`, at which the operands begin. */
export function asksForJson(argv: readonly string[]): boolean {
  return optionsOf(argv).includes('--json');
}

/** `--url` and `--json`, at any place. Two addresses are refused during reading. */
function globalsOf(argv: readonly string[]): Globals {
  const options = optionsOf(argv);
  const urls = options.flatMap((argument, index) => {
    if (argument === '--url') return options[index + 1] ?? [];
    return argument.startsWith('--url=') ? argument.slice('--url='.length) : [];
  });
  return { url: urls.at(-1) ?? null, json: asksForJson(argv) };
}

function optionsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}
