/** Wrong usage: errors have a code, are JSON with --json, and no option is ignored silently. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '@perf-aggregator/shared/version';
import { afterAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../../src/cli/context.ts';
import { everyCommand } from '../../src/cli/guard.ts';
import { createProgram } from '../../src/cli/program.ts';
import { run } from './cli.ts';

const home = mkdtempSync(join(tmpdir(), 'pa-usage-'));
const world = { clock: { now: () => 0 }, home };
afterAll(() => rmSync(home, { recursive: true }));

const refusal = async (...argv: string[]) => {
  const { code, stdout, error } = await run(argv, world);
  const { code: word, message } = error as { code: string; message: string };
  expect([code, stdout, word]).toEqual([2, '', 'option_invalid']);
  return message;
};
const program = createProgram(() => ({}) as CliContext, []);
const leaves = everyCommand(program).filter(({ commands }) => commands.length === 0);
const REPEATABLE = ['--root', '--pcr', '--symbols', '--disclose'];
/** A value that the option accepts. */
const valueFor = (flag: string, choices: readonly string[] | undefined) => {
  if (choices) return choices[0]!;
  const known: Readonly<Record<string, string>> = {
    '--url': 'http://service.test',
    '--from': '2026-01-01',
    '--to': '2026-01-02',
    '--config-sha256': '05'.repeat(32),
    '--at': 'now',
    '--nonce': 'ab'.repeat(8),
    '--ttl': '600',
  };
  return known[flag] ?? '1';
};
const singles = leaves.flatMap((command) => {
  const path = command.parent === program ? [] : [command.parent!.name()];
  return command.options
    .filter(({ required, variadic, long }) => required && !variadic && !REPEATABLE.includes(long!))
    .map(({ long, argChoices }) => [[...path, command.name()].join(' '), long!, argChoices] as const);
});

describe('when a value is given twice', () => {
  it('the lists of commands and options are not empty', () => {
    expect(leaves.length).toBeGreaterThan(18);
    expect(singles.length).toBeGreaterThan(80);
  });

  it.each(singles)('%s %s: neither is used', async (name, flag, choices) => {
    const value = valueFor(flag, choices);
    for (const twice of [
      [flag, value, flag, value],
      [`${flag}=${value}`, flag, value],
    ]) {
      expect(await refusal(...name.split(' '), ...twice)).toContain(`${flag} is given twice`);
    }
  });
});

describe('when options contradict each other', () => {
  const pcr = ['--pcr', `0=${'ab'.repeat(48)}`];
  const file = join(home, 'file');
  writeFileSync(file, '{}');

  it.each([
    ...['metrics', 'summary', 'returns', 'trades', 'report'].map((name) => [
      name,
      ...['--from', '2026-01-01', '--period', 'ytd'],
    ]),
    ['analyze', file, '--from', '2026-01-01', '--period', 'ytd'],
    ['analyze', file, '--risk-free', '0.1', '--risk-free-rate', '0.2'],
    ['analyze', file, '--mar', '0.1', '--minimum-acceptable-return', '0.2'],
    ...['quote', 'register --user u', `verify ${file}`, `verify-attestation ${file}`, 'trust add'].flatMap(
      (command) => [
        [...command.split(' '), ...pcr, '--measurements', file],
        [...command.split(' '), ...pcr, '--any-image'],
        [...command.split(' '), '--measurements', file, '--any-image'],
      ],
    ),
    ...['--api-key-file', '--api-secret-file', '--symbols', '--exchange'].map((flag) => [
      ...['register', '--user', 'u', '--any-image', '--accounts', file, flag, 'x'],
    ]),
    ['register', '--user', 'u', '--any-image', '--accounts', file, '--sandbox'],
    ...['--pcr1', '--pcr2', '--role-arn', '--account', '--admin-arn'].map((flag) => [
      ...['kms-policy', '--check', file, flag, 'x'],
    ]),
  ])('%s %s %s %s %s …', async (...argv) => {
    expect(await refusal(...argv)).toContain('cannot be used with');
  });

  it.each([
    ['metrics', '--from', '2026-01-02', '--to', '2026-01-01'],
    ['report', '--from', '2026-01-02', '--to', '2026-01-01'],
    ['analyze', file, '--from', '2026-01-02', '--to', '2026-01-01'],
  ])('%s: a period that ends before it begins', async (...argv) => {
    expect(await refusal(...argv)).toBe('--from 2026-01-02 is after --to 2026-01-01');
  });

  it('a key without a file to check', async () => {
    expect(await refusal('quote', '--measurements-key', file)).toBe(
      '--measurements-key needs --measurements',
    );
  });

  it.each([
    ['sessions', '--session', 'x'],
    ['sessions', '--any-image'],
    ['status', '--any-image'],
    ['summary', '--management-fee', '0.01'],
    ['metrics', '--currency', 'USD'],
    ['metrics', '--session', ''],
    ['renew', '--ttl', '59'],
    ['renew', '--ttl', '604801'],
    ['quote', '--url', 'http://service.test/?q=1'],
  ])('%s %s %s is not offered', async (...argv) => {
    const message = await refusal(...argv);
    expect(message).toContain(argv[1]!);
  });

  it('a password in an address is refused, and not repeated', async () => {
    const message = await refusal('quote', '--url', 'https://user:pass-marker@service.test/');
    expect(message).toContain('//…@service.test');
    expect(message).not.toContain('marker');
  });

  it.each([
    ['--url', 'http://service.test', 'verify', file],
    ['--url', 'http://service.test', 'sessions'],
    ['--url', 'http://service.test', 'trust', 'list'],
    ['--json', 'completion', 'bash'],
  ])('%s before a command that does not use it', async (...argv) => {
    expect(await refusal(...argv)).toContain(`${argv[0]} means nothing to`);
  });
});

describe('when a parameter is invalid', () => {
  it.each([
    ['--from', 'metrics', '2026-02-30'],
    ['--to', 'report', 'yesterday'],
    ['--account', 'summary', 'a'.repeat(17)],
    ['--benchmark', 'returns', 'btc'],
    ['--risk-free', 'metrics', '2'],
    ['--mar', 'report', '2'],
    ['--management-fee', 'metrics', '0.6'],
    ['--window', 'returns', '1'],
    ['--limit', 'returns', '1001'],
    ['--limit', 'trades', '501'],
    ['--cursor', 'returns', 'x'],
    ['--cursor', 'trades', 'x'],
    ['--symbol', 'trades', ''],
    ['--aud', 'report', ''],
    ['--nonce', 'report', 'short'],
  ])('%s of %s: it is named in the form of the command line', async (flag, name, value) => {
    expect(await refusal(name, flag, value)).toMatch(new RegExp(`^${flag}: .`));
  });
});

describe('when output is JSON', () => {
  it.each([
    [['--json']],
    [['--json', 'nothing']],
    [['trust', '--json']],
    [['verify', '--json']],
    [['verify', 'a', 'b', '--json']],
    [['metrics', '--json', '--unknown']],
    [['metrics', '--json', '--period', '2d']],
    [['metrics', '--from', '--json', '--from', '1']],
    [['register', '--json']],
    [['completion', 'csh', '--json']],
  ])('wrong usage is JSON on standard error, and nothing else: %j', async (argv) => {
    const { code, stdout, stderr } = await run(argv, world);
    expect([code, stdout]).toEqual([2, '']);
    const { error } = JSON.parse(stderr) as { error: Record<string, string> };
    expect(Object.keys(error)).toEqual(['code', 'message', 'hint']);
    expect(error['code']).toBe('option_invalid');
    expect(error['message']).not.toMatch(/^error|\n/);
  });

  it('an operand that looks like an option is refused', async () => {
    const { stderr } = await run(['verify', '--', '--json'], world);
    expect(stderr).toMatch(/^file_unreadable: --json: cannot be read\nhint: /);
  });

  it('text output has the same message once, and the usage when no command is named', async () => {
    const { stderr } = await run(['metrics', '--unknown'], world);
    expect(stderr).toBe(
      "option_invalid: unknown option '--unknown'\nhint: --help of the command says what it takes.\n",
    );
    const none = await run([], world);
    expect([none.code, none.stdout]).toEqual([2, '']);
    expect(none.stderr).toMatch(/^Usage: perf-aggregator/);
  });

  it('the version is printed in either form', async () => {
    expect(await run(['--version'], world)).toMatchObject({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
    const { stdout } = await run(['--version', '--json'], world);
    expect(JSON.parse(stdout)).toEqual({ version: VERSION });
  });
});

describe('when the options of every command are listed', () => {
  it.each(leaves.map((command) => [command.name(), command] as const))('%s describes them', (_, one) => {
    for (const { description, hidden, long } of one.options) {
      expect([long, hidden || description !== '']).toEqual([long, true]);
    }
    expect(one.description()).not.toBe('');
  });
});
