/** `explain`: says what a code means and what to do about it. */
import type { Command } from 'commander';
import { type CodeExplanation, codesLike, explanationsOf } from '../present/explain.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './exit.ts';
import { print } from './terminal.ts';

/** Adds the `explain` command. */
export function addExplainCommand(program: Command, context: CliContext): void {
  program
    .command('explain')
    .description('what a code means, and what to do')
    .argument('<code>', 'of an error, a check or a metric, as session_expired')
    .action((code: string) => explain(context, code));
}

function explain({ terminal }: CliContext, code: string): void {
  const known = explanationsOf(code);
  if (known.length > 0) {
    print(terminal, known, () => known.map((one) => textOf(one, known.length > 1)).join('\n\n'));
    return;
  }
  const like = codesLike(code).slice(0, 8);
  const hint = like.length === 0 ? '' : `; there are ${like.join(', ')}`;
  throw new UsageError('option_invalid', `${code} is no code that this version knows${hint}`);
}

function textOf({ code, of, meaning, advice }: CodeExplanation, isOneOfMany: boolean): string {
  const where = isOneOfMany ? ` (${of.join(', ')})` : '';
  return `${code}${where}: ${meaning}\nhint: ${advice}`;
}
