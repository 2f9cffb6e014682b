/** Checks that the program, the subcommand and the options of a command line exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createProgram } from '../../../client/src/cli/program.ts';
import { ParametersError } from '../../../deploy/src/errors.ts';
import { parseParameters } from '../../../deploy/src/parameters.ts';

const ROOT = new URL('../../../', import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, ROOT));
const read = (name: string) => readFileSync(pathOf(name), 'utf8');

/** Options of the AWS command line, version 2, that our pages use (its Command Reference). Values are not checked. */
const AWS: Readonly<Record<string, readonly string[]>> = {
  'acm request-certificate': ['--region', '--domain-name', '--validation-method'],
  'ec2 create-snapshot': ['--region', '--volume-id', '--description'],
  'kms create-key': ['--region', '--policy'],
  'kms get-key-policy': ['--region', '--key-id', '--policy-name', '--query', '--output'],
  'kms sign': [
    '--region',
    '--key-id',
    '--message-type',
    '--signing-algorithm',
    '--message',
    '--query',
    '--output',
  ],
  'logs tail': ['--region', '--since', '--follow'],
};

const optionsOf = (words: readonly string[]) =>
  words.filter((word) => word.startsWith('-') && word !== '-').map((word) => word.split('=')[0]!);
const missing = (kind: string, words: readonly string[], known: readonly (string | undefined | null)[]) =>
  words.filter((word) => !known.includes(word)).map((word) => `${word}: no such ${kind}`);

const CHECKS: Readonly<Record<string, (words: readonly string[]) => readonly string[]>> = {
  'perf-aggregator': faultsOfClient,
  'parent-files.sh': (words) => missing('argument', words, []),
  make: faultsOfMake,
  npx: ([tool = '', ...words]) => (tool === 'cdk' ? faultsOfCdk(words) : [`${tool}: no such tool`]),
  aws: faultsOfAws,
  git: ([name = '']) => missing('subcommand', [name], ['clone', 'checkout']),
  'nitro-cli': (words) => missing('subcommand', words, ['describe-enclaves']),
  systemctl: ([name = '', ...units]) => [
    ...missing('subcommand', [name], ['status', 'restart']),
    ...faultsOfUnits(units),
  ],
  journalctl: ([flag = '', ...units]) => [...missing('option', [flag], ['-u']), ...faultsOfUnits(units)],
  node: faultsOfNode,
};

/** The programs that can be checked, by name. */
export const PROGRAMS = Object.keys(CHECKS);

/** What is wrong with a command line. Its first word is the program without a folder. */
export function faultsOfCommand([program = '', ...words]: readonly string[]): readonly string[] {
  const check = Object.hasOwn(CHECKS, program) ? CHECKS[program] : undefined;
  return check === undefined ? [`${program}: nothing checks it`] : check(words);
}

function faultsOfClient([name = '', ...words]: readonly string[]): readonly string[] {
  if (name === 'simulate') {
    const usage = read('simulator/src/main.ts');
    return optionsOf(words).flatMap((option) =>
      usage.includes(`[${option}`) ? [] : [`${option}: no such option`],
    );
  }
  const program = createProgram(() => ({}) as never, []);
  const command = program.commands.find((candidate) => candidate.name() === name);
  if (command === undefined) return [`${name}: no such command`];
  const known = [...command.options, ...program.options].flatMap(({ long, short }) => [long, short]);
  const needed = command.options.filter(({ mandatory }) => mandatory).map(({ long }) => long!);
  return [
    ...missing('option', optionsOf(words), known),
    ...needed.filter((option) => !optionsOf(words).includes(option)).map((option) => `${option} is needed`),
  ];
}

function faultsOfMake(words: readonly string[]): readonly string[] {
  const makefile = read('Makefile');
  const targets = words.filter((word) => !word.includes('='));
  return targets.flatMap((target) =>
    new RegExp(`^${target}:`, 'm').test(makefile) ? [] : [`${target}: no such target`],
  );
}

function faultsOfCdk([name = '', ...words]: readonly string[]): readonly string[] {
  const given = words.filter((_, index) => words[index - 1] === '-c').map((pair) => pair.split('=')[0]!);
  return [
    ...missing('subcommand', [name], ['bootstrap', 'deploy', 'destroy', 'diff', 'synth']),
    ...missing('option', optionsOf(words), ['-c']),
    ...given
      .filter((parameter) => !isParameter(parameter))
      .map((parameter) => `${parameter}: no such parameter`),
  ];
}

/** Whether the parser of the deployment knows a parameter. This calls the parser. */
function isParameter(name: string): boolean {
  try {
    parseParameters({ [name]: '' });
  } catch (error) {
    return error instanceof ParametersError && !error.message.includes(`${name}: no such parameter`);
  }
  return true;
}

function faultsOfAws([service = '', operation = '', ...words]: readonly string[]): readonly string[] {
  const known = AWS[`${service} ${operation}`];
  return known === undefined
    ? [`aws ${service} ${operation}: no such operation`]
    : missing('option', optionsOf(words), known);
}

function faultsOfUnits(units: readonly string[]): readonly string[] {
  const names = readdirSync(pathOf('deploy/instance')).map((name) => name.replace(/\.\w+$/, ''));
  const isThere = (unit: string) =>
    unit.endsWith('*') ? names.some((name) => name.startsWith(unit.slice(0, -1))) : names.includes(unit);
  return units.filter((unit) => !isThere(unit)).map((unit) => `${unit}: no such unit`);
}

/** Checks a script of this repository and its subcommand, which the comment at its top must list. */
function faultsOfNode([script = '', name = '']: readonly string[]): readonly string[] {
  if (!existsSync(pathOf(script))) return [`${script}: no such script`];
  return read(script).includes(`//   ${script.split('/').at(-1)} ${name} `)
    ? []
    : [`${name}: no such subcommand`];
}
