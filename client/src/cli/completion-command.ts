/** `completion`: what a shell needs to know to complete a command line. */
import { Argument, type Command, type Option } from 'commander';
import { type Completable, type CompletableOption, SHELLS, type Shell, scriptFor } from './completion.ts';
import type { CliContext } from './context.ts';
import { printContents } from './terminal.ts';

/** The only command that does not belong to the client: the wrapper starts it. */
const SIMULATE: Completable = {
  name: 'simulate',
  description: 'the local world',
  takesFile: false,
  words: [],
  options: [
    { flag: '--once', description: 'end after the transcript', value: 'none', words: [] },
    { flag: '--port', description: 'of the service', value: 'other', words: [] },
    { flag: '--host', description: 'address of the service', value: 'other', words: [] },
    { flag: '--days', description: 'of history that the account has', value: 'other', words: [] },
    { flag: '--home', description: 'folder of the world', value: 'file', words: [] },
    {
      flag: '--transport',
      description: 'between parent and enclave',
      value: 'words',
      words: ['unix', 'vsock'],
    },
  ],
};

/** Adds the `completion` command. */
export function addCompletionCommand(program: Command, context: CliContext): void {
  program
    .command('completion')
    .description('a script that completes command lines, for a shell to read')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .action((shell: Shell) => printContents(context.terminal, scriptFor(shell, completablesOf(program))));
}

/** Every command without subcommands, by its words. */
function completablesOf(program: Command): readonly Completable[] {
  const commands = program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [toCompletable(command, command.name())]
      : command.commands.map((inner) => toCompletable(inner, `${command.name()} ${inner.name()}`)),
  );
  return [...commands, SIMULATE];
}

function toCompletable(command: Command, name: string): Completable {
  const [operand] = command.registeredArguments;
  return {
    name,
    description: command.description(),
    takesFile: operand?.name() === 'file',
    words: operand?.argChoices ?? [],
    options: command.options.filter(({ hidden, long }) => !hidden && long).map(toOption),
  };
}

function toOption({ long, description, flags, argChoices, required }: Option): CompletableOption {
  const ofFile = /<(?:file|pem)>/.test(flags);
  const value = argChoices ? 'words' : ofFile ? 'file' : required ? 'other' : 'none';
  return { flag: long!, description, value, words: argChoices ?? [] };
}
