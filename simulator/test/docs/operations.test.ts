/** Every command of ours in docs/operations.md exists, and every parameter and alarm is in its tables. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../client/src/cli/program.ts';
import { ParametersError } from '../../../deploy/src/errors.ts';
import { parseParameters } from '../../../deploy/src/parameters.ts';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const text = read('docs/operations.md');

/** The text without code blocks. Each paragraph is one line, because a command in backquotes may span two lines. */
const prose = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').replaceAll(/(?<!\n)\n(?!\n)\s*/g, ' ');

/** Command lines: the lines of shell blocks without comments, and the texts in backquotes. */
const commands: readonly string[] = [
  ...[...text.matchAll(/^ *```sh(?: aws)?\n([\s\S]*?)^ *```$/gm)].flatMap(([, block]) =>
    block!.replaceAll(/\\\n\s*/g, '').split('\n'),
  ),
  ...[...prose.matchAll(/`([^`]+)`/g)].map(([, code]) => code!),
]
  .flatMap((line) => line.replace(/ +# .*$/, '').split(' && '))
  .map((line) => line.trim());
const linesOf = (...beginning: string[]) =>
  commands.filter((line) => beginning.some((word) => line === word || line.startsWith(`${word} `)));

/** The words after the program, up to a redirection. */
const wordsOf = (line: string) => line.replace(/ [>|].*$/, '').split(/\s+/);
const optionsOf = (words: readonly string[]) =>
  words.filter((word) => word.startsWith('-')).map((word) => word.split('=')[0]!);

const program = createProgram(() => ({}) as never, []);
const flagsOf = (command: typeof program) => command.options.flatMap(({ long, short }) => [long, short]);

/** The parameters that the parser of the deployment knows. This calls the parser for each name. */
function isParameter(name: string): boolean {
  try {
    parseParameters({ [name]: '' });
  } catch (error) {
    expect(error).toBeInstanceOf(ParametersError);
    return !(error as ParametersError).message.includes(`${name}: no such parameter`);
  }
  return true;
}

const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)![1]!) as Record<string, string>;

/** Names in the first column of the table under a heading, or at the start of the items there. */
function rowsOf(heading: string): readonly string[] {
  const [section] = text.slice(text.indexOf(`\n${heading}\n`) + 1 + heading.length).split(/\n#{2,3} /);
  return [...section!.matchAll(/^(?:\| (`[^|]+) \||- (`[^(:]+)(?: \(|: |$))/gm)].flatMap(([, row, item]) =>
    [...(row ?? item)!.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
  );
}

describe('when an operator types the commands of docs/operations.md', () => {
  it('it contains commands of every kind', () => {
    // This checks the search itself.
    expect(linesOf('./perf-aggregator').length).toBeGreaterThan(8);
    expect(linesOf('make').length).toBeGreaterThan(5);
    expect(linesOf('npx', 'cdk').length).toBeGreaterThan(8);
    expect(linesOf('deploy/parent-files.sh')).toHaveLength(1);
  });

  it.each(linesOf('./perf-aggregator'))('%s', (line) => {
    const [, name, ...words] = wordsOf(line);
    if (name === 'simulate') {
      const usage = read('simulator/src/main.ts');
      for (const option of optionsOf(words)) expect(usage).toContain(`[${option}`);
      return;
    }
    const command = program.commands.find((candidate) => candidate.name() === name);
    expect([name, command?.name()]).toEqual([name, name]);
    const known = [...flagsOf(command!), ...flagsOf(program)];
    for (const option of optionsOf(words)) expect(known).toContain(option);
    const needed = command!.options.filter(({ mandatory }) => mandatory).map(({ long }) => long);
    if (words.length > 0) expect(optionsOf(words)).toEqual(expect.arrayContaining(needed));
  });

  it.each(linesOf('make'))('%s', (line) => {
    const [, ...words] = wordsOf(line);
    const targets = words.filter((word) => !word.includes('='));
    for (const target of targets) expect(read('Makefile')).toMatch(new RegExp(`^${target}:`, 'm'));
  });

  it.each(linesOf('npx', 'cdk'))('%s', (line) => {
    const [tool, ...words] = line.startsWith('npx ') ? wordsOf(line).slice(1) : wordsOf(line);
    const { devDependencies } = JSON.parse(read('deploy/package.json')) as { devDependencies: object };
    expect([tool, devDependencies]).toEqual([
      'cdk',
      expect.objectContaining({ 'aws-cdk': expect.any(String) }),
    ]);
    if (words.length === 0) return;
    expect(['bootstrap', 'deploy', 'destroy', 'diff', 'synth']).toContain(words[0]);
    const given = words.filter((_, index) => words[index - 1] === '-c').map((pair) => pair.split('=')[0]!);
    expect(optionsOf(words.filter((word) => word !== '-c'))).toEqual([]);
    for (const name of given) expect([name, isParameter(name)]).toEqual([name, true]);
  });

  it('every kind of command in it is checked here', () => {
    const others = linesOf('pnpm', 'node', 'npm', 'scripts', 'sh');
    expect(others).toEqual([]);
    for (const script of commands.filter((line) => /^(deploy|scripts)\/[\w/-]+\.sh/.test(line))) {
      expect([script, existsSync(fileURLToPath(new URL(wordsOf(script)[0]!, ROOT)))]).toEqual([script, true]);
    }
  });
});

describe('when the example of parameters is used', () => {
  it('it is read without a fault', () => {
    expect(parseParameters(example)).toMatchObject({ account: '123456789012', region: 'eu-west-1' });
  });

  it('the table contains every parameter, and nothing else', () => {
    const { dns: _, ...rest } = parseParameters(example);
    const known = [...Object.keys(rest), 'domain', 'hostedZoneId'];
    expect(rowsOf('### Parameters').toSorted()).toEqual(known.toSorted());
  });
});

describe('when docs/compliance.md names evidence', () => {
  const compliance = read('docs/compliance.md');
  const links = [...compliance.matchAll(/\]\(([^)#]+)/g)].map(([, path]) => `docs/${path!}`);
  const files = [...compliance.matchAll(/`([a-z]+\/[^`]+)`/g)].map(([, path]) => path!);

  it.each([...new Set([...links, ...files])])('%s exists', (path) => {
    expect(existsSync(fileURLToPath(new URL(path, ROOT)))).toBe(true);
  });
});

describe('when an alarm goes off', () => {
  it('the table contains every alarm, and nothing else', () => {
    const alarms = [...read('deploy/src/alarms.ts').matchAll(/^ +\{?\s*id: '(\w+)'/gm)].map(([, id]) => id!);
    expect(alarms.length).toBeGreaterThan(8);
    expect(rowsOf('## Alarms').toSorted()).toEqual(alarms.toSorted());
  });

  it('the document names every unit', () => {
    for (const unit of ['store', 'enclave@16', 'parent', 'canary.timer', 'drain']) {
      expect(text).toContain(`\`perf-aggregator-${unit}\``);
    }
  });
});
