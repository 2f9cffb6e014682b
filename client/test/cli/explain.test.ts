/** Tests of `explain`, hints and `completion`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Completable, SHELLS, scriptFor } from '../../src/cli/completion.ts';
import type { CliContext } from '../../src/cli/context.ts';
import { everyCommand } from '../../src/cli/guard.ts';
import { createProgram } from '../../src/cli/program.ts';
import { adviceOn } from '../../src/present/explain.ts';
import { optionsNamed } from '../../src/present/parameters.ts';
import { run } from './cli.ts';

const home = mkdtempSync(join(tmpdir(), 'pa-explain-'));
const cli = (...argv: string[]) => run(argv, { clock: { now: () => 0 }, home });
afterAll(() => rmSync(home, { recursive: true }));

describe('when a code is explained', () => {
  it('the output says what it means and what to do', async () => {
    const { stdout, code } = await cli('explain', 'period_empty');
    expect([code, stdout]).toEqual([
      0,
      'period_empty: No whole UTC day lies in the period of a report.\nhint: Choose a longer one.\n',
    ]);
  });

  it('a code with several meanings is explained once for each class', async () => {
    const { stdout } = await cli('explain', 'payload_malformed');
    expect(stdout).toMatch(
      /^payload_malformed \(SealedRefusal\): .*\nhint: .*\n\npayload_malformed \(VerificationError\): /,
    );
    const json = JSON.parse((await cli('explain', 'payload_malformed', '--json')).stdout) as object[];
    expect(json.map((one) => Object.keys(one))).toEqual([
      ['code', 'of', 'meaning', 'advice'],
      ['code', 'of', 'meaning', 'advice'],
    ]);
  });

  it.each(['session_expird', 'toString', '__proto__', '', '#'])('%j is no code', async (code) => {
    expect(await cli('explain', code)).toMatchObject({ code: 2, error: { code: 'option_invalid' } });
  });

  it('for a similar code the existing codes are listed', async () => {
    const { error } = await cli('explain', 'session_expird');
    expect((error as Error).message).toMatch(/there are .*session_expired/);
  });
});

describe('when an error is shown', () => {
  it('its hint is that of its class', () => {
    expect(adviceOn('payload_malformed', 'VerificationError')).toMatch(/^Do not trust it/);
    expect(adviceOn('payload_malformed', 'ServiceError')).toBe('Correct them.');
    expect(adviceOn('overloaded', 'ServiceError')).toMatch(/^Try again after/);
    expect(adviceOn('no_such_code', 'ServiceError')).toBeUndefined();
  });
});

describe('when a sealed refusal names parameters', () => {
  it.each([
    ['parameters_malformed', 'from: x; riskFreeRateAnnual: y', ['--from', '--risk-free']],
    ['parameters_malformed', 'account: this session has no such account', ['--account']],
    ['asset_unpriced', 'benchmark: this session has no price of X', ['--benchmark']],
    ['payload_malformed', 'accounts.0.symbols.1: x; userId: y', ['--symbols', '--user']],
    ['parameters_malformed', 'the period is VERIFIED', []],
    ['parameters_malformed', 'VERIFIED: x; constructor: y; __proto__: z', []],
    ['parameters_malformed', 'userId: a field of another message', []],
    ['session_unknown', 'from: x', []],
    ['toString', 'from: x', []],
  ])('%s, %s: the message names existing options, and no text of the service', (code, message, options) => {
    expect(optionsNamed(code, message)).toEqual(options);
  });
});

describe('when a shell completes a command', () => {
  const program = createProgram(() => ({}) as CliContext, []);
  const commands = everyCommand(program).filter(({ commands: inner }) => inner.length === 0);

  it.each(SHELLS)('%s knows every command and every listed option', async (shell) => {
    const { stdout, code } = await cli('completion', shell);
    expect(code).toBe(0);
    for (const command of commands) {
      const path =
        command.parent === program ? command.name() : `${command.parent!.name()} ${command.name()}`;
      const lines = stdout
        .split('\n')
        .filter((line) =>
          shell === 'fish'
            ? path.split(' ').every((word) => line.includes(`__fish_seen_subcommand_from ${word}`))
            : line.includes(`'${path}') `),
        );
      for (const { long, hidden } of command.options) {
        const word = shell === 'fish' ? new RegExp(` -l ${long!.slice(2)} `) : new RegExp(`[ ']${long}[ ']`);
        expect([path, long, lines.some((line) => word.test(line))]).toEqual([path, long, !hidden]);
      }
    }
    for (const word of ['simulate', 'quote', 'ytd', 'fifo', 'vsock']) expect(stdout).toContain(word);
  });

  it('values of an option follow it, and files follow an option for a file', () => {
    const one: Completable = {
      ...{ name: 'outer inner', description: "it's \\ here", takesFile: true, words: [] },
      options: [
        { flag: '--list', description: 'd', value: 'words', words: ['x', 'y'] },
        { flag: '--file', description: 'd', value: 'file', words: [] },
        { flag: '--other', description: 'd', value: 'other', words: [] },
      ],
    };
    const bash = scriptFor('bash', [one]);
    expect(bash).toContain(`/outer) command="\${COMP_WORDS[index]}" ;;`);
    expect(bash).toContain(`outer/inner) command="$command \${COMP_WORDS[index]}" ;;`);
    expect(bash).toContain(`'outer inner --list') COMPREPLY=($(compgen -W 'x y' -- "$current")); return ;;`);
    expect(bash).toContain(
      `'outer inner --file') while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$current"); return ;;`,
    );
    expect(bash).toContain(`'outer inner --other') return ;;`);
    const zsh = scriptFor('zsh', [one]);
    expect(zsh).toContain(`'outer inner --list') compadd -- x y; return ;;`);
    expect(zsh).toContain(`'outer inner --file') _files; return ;;`);
    expect(zsh).toContain(`'outer inner') compadd -- --list --file --other --help; _files ;;`);
    const fish = scriptFor('fish', [one]);
    expect(fish).toContain(`-f -a inner -d 'it\\'s \\\\ here'\n`);
    expect(fish).toContain(` -l list -x -a 'x y' -d 'd'\n`);
    expect(fish).toContain(` -l file -r -F -d 'd'\n`);
  });
});
