/** Checks the marks of command blocks, without running the commands. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { blocksMarked, blocksOf, MARKS, PAGES } from './blocks.ts';
import { faultsOfCommand } from './commands.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const blocks = PAGES.flatMap((page) => blocksOf(page));
const nameOf = ({ page, line }: (typeof blocks)[number]) => `${page}:${line}`;

describe('when pages have blocks of commands', () => {
  it('they are found, also inside lists', () => {
    expect(blocks.length).toBeGreaterThan(35);
    expect(blocksOf('made up', 'a\n\n  ```sh aws\n  aws\n  ```\n\n```sh\nb\n```\n')).toEqual([
      { page: 'made up', line: 4, mark: 'aws', text: 'aws\n' },
      { page: 'made up', line: 8, mark: '', text: 'b\n' },
    ]);
  });

  it('each has a mark that says how it is checked', () => {
    expect(blocks.filter(({ mark }) => !MARKS.some((known) => known === mark)).map(nameOf)).toEqual([]);
    for (const page of PAGES) {
      const fences = readFileSync(`${ROOT}${page}`, 'utf8').match(/^ *```(?:bash|shell|console|zsh)\b/gm);
      expect([page, fences]).toEqual([page, null]);
    }
  });

  it('blocks that run as printed have no comments: the prompt of zsh would take them as arguments', () => {
    const commented = blocksMarked('').filter(({ text }) => /(?:^|\s)#/m.test(text));
    expect(commented.map(nameOf)).toEqual([]);
  });

  it('blocks that run as printed need no word splitting of variables: zsh does none', () => {
    const split = blocksMarked('').filter(({ text }) =>
      /(?:^|\s)\$\w+(?:\s|$)/m.test(text.replaceAll(/\$\(\(.*\)\)|case \$\w+ in/g, '')),
    );
    expect(split.map(nameOf)).toEqual([]);
  });

  it('CI runs every line of the blocks marked for it', () => {
    const script = readFileSync(`${ROOT}.ci/run`, 'utf8');
    const lines = blocksMarked('ci').flatMap(({ text }) => text.trim().split('\n'));
    expect(lines).toContain('make run');
    for (const line of lines)
      expect(script).toMatch(new RegExp(`^\\w+ [\\w ]+ ${line}(?: ARGS=--once)?$`, 'm'));
  });
});

describe('when a command line is checked', () => {
  it.each([
    ['perf-aggregator quote --any-image', []],
    ['perf-aggregator quote --any-imag', ['--any-imag: no such option']],
    ['perf-aggregator quotes', ['quotes: no such command']],
    ['perf-aggregator register --any-image', ['--user is needed']],
    ['perf-aggregator simulate --once', []],
    ['perf-aggregator simulate --twice', ['--twice: no such option']],
    ['make eif release RELEASE_KEY=key.pem', []],
    ['make everything', ['everything: no such target']],
    ['npx cdk deploy -c name=x', []],
    ['npx cdk deploy -c nam=x', ['nam: no such parameter']],
    ['npx cdk deplo', ['deplo: no such subcommand']],
    ['npx cdk deploy --force', ['--force: no such option']],
    ['npx ckd', ['ckd: no such tool']],
    ['aws kms sign --message x', []],
    ['aws kms sign --mesage x', ['--mesage: no such option']],
    ['aws kms sing', ['aws kms sing: no such operation']],
    ['systemctl status perf-aggregator*', []],
    ['systemctl restart perf-aggregator-parent', []],
    ['systemctl restart perf-aggregator-parrot', ['perf-aggregator-parrot: no such unit']],
    ['journalctl -u perf-aggregator-store', []],
    ['journalctl -x perf-aggregator-store', ['-x: no such option']],
    ['git clone there here', []],
    ['git pull', ['pull: no such subcommand']],
    ['nitro-cli run', ['run: no such subcommand']],
    ['node scripts/image/release.mjs revoke FILE', []],
    ['node scripts/image/release.mjs revoked FILE', ['revoked: no such subcommand']],
    ['node scripts/image/nothing.mjs', ['scripts/image/nothing.mjs: no such script']],
    ['parent-files.sh', []],
    ['parent-files.sh -x', ['-x: no such argument']],
    ['rm -rf', ['rm: nothing checks it']],
  ])('%s', (line, faults) => {
    expect(faultsOfCommand(line.split(' '))).toEqual(faults);
  });
});
