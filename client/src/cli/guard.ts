/** What no command takes: a value given twice, of which one would be dropped, and standard input read twice. */
import type { Command, Option } from 'commander';
import { UsageError } from './exit.ts';

/** Options that add up. */
const REPEATABLE: ReadonlySet<string | undefined> = new Set(['--root', '--pcr', '--symbols', '--disclose']);

/** The program, its commands, and theirs. */
export function everyCommand(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

/** Refuses what would be dropped without a word: an action begins with a command line of which everything counts. */
export function guard(program: Command): void {
  const given = new Set<string>();
  for (const command of everyCommand(program)) {
    for (const option of command.options) {
      if (isSingle(option)) command.on(`option:${option.name()}`, () => countOnce(given, option));
    }
  }
  program.hook('preAction', (_program, command) => {
    refuseIdle(program, command);
    refuseSecondInput(command);
  });
}

/** Options before the command that the command does not know. */
function refuseIdle(program: Command, command: Command): void {
  const idle = program.options.find(
    (option) =>
      program.getOptionValueSource(option.attributeName()) === 'cli' &&
      !command.options.some(({ long }) => long === option.long),
  );
  if (idle) throw new UsageError('option_invalid', `${idle.long} means nothing to ${command.name()}`);
}

function isSingle(option: Option): boolean {
  return option.required && !option.variadic && !REPEATABLE.has(option.long ?? undefined);
}

function countOnce(given: Set<string>, option: Option): void {
  const name = option.long ?? option.name();
  if (given.has(name)) throw new UsageError('option_invalid', `${name} is given twice; it takes one value`);
  given.add(name);
}

/** Files of a command line that are `-`. */
function refuseSecondInput(command: Command): void {
  const named = command.options
    .filter(({ flags, long }) => /<(?:file|pem)>/.test(flags) && long !== '--out')
    .flatMap((option) => [command.getOptionValue(option.attributeName()) as unknown].flat())
    .filter((value) => value === '-');
  const operands = command.args.filter((value) => value === '-');
  if (named.length + operands.length < 2) return;
  throw new UsageError(
    'option_invalid',
    'standard input (-) can be read once, and two files are said to be it',
  );
}
