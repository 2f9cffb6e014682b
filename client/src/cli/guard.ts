/**
 * Checks that every command needs. A single-value option given twice is refused, because one value would be dropped.
 * Reading standard input twice is refused as well.
 */
import type { Command, Option } from 'commander';
import { UsageError } from './exit.ts';

/** Options that may be given several times. Their values add up. */
const REPEATABLE: ReadonlySet<string | undefined> = new Set(['--root', '--pcr', '--symbols', '--disclose']);

/** The program and all its commands, at every level. */
export function everyCommand(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

/**
 * Refuses arguments that would be dropped silently. An action starts only when every part of its command line counts.
 */
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

/** Refuses options that stand before the command and that the command does not know. */
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

/** Refuses a command line in which more than one file is `-`. */
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
