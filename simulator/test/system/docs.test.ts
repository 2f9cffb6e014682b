/** Every block of commands in README.md and docs is typed into three shells, exactly as it is printed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountFiles } from '../../../scripts/examples.mjs';
import { type Block, blocksMarked } from '../docs/blocks.ts';
import { faultsOfCommand } from '../docs/commands.ts';
import { lendWorld, makeClone } from './documents/clone.ts';
import { type Network, openNetwork } from './documents/network.ts';
import { readRecord, standIn } from './documents/stand-ins.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** The shells, with options that exclude the user's configuration. */
const SHELLS = { bash: ['--norc'], zsh: ['-f'], dash: [] } as const;
const SHELL_NAMES = Object.keys(SHELLS) as (keyof typeof SHELLS)[];
/** Files that a reader of a page must have, taken from the examples. */
const BROUGHT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/verify-by-hand.md': {
    'document.b64': 'document.b64',
    'root.pem': 'nsm-root.pem',
    'report.json': 'report.json',
  },
};

let network: Network;
let world: ChildProcess;
const home = mkdtempSync(join(tmpdir(), 'pa-docs-home-'));

beforeAll(async () => {
  network = await openNetwork();
  const [program, ...words] = network.wrap(['./perf-aggregator', 'simulate', '--home', home]);
  world = spawn(program, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [world.stdout!, world.stderr!]) {
      stream.on('data', (text: Buffer) => {
        said += text.toString();
        if (said.includes('stays up at http://127.0.0.1:3000;')) resolve();
      });
    }
    world.once('close', () => reject(new Error(`the world ended: ${said}`)));
  });
}, 120_000);

afterAll(async () => {
  const ended = new Promise((resolve) => world.once('close', resolve));
  world.kill('SIGINT');
  await ended;
  network.close();
  rmSync(home, { recursive: true, force: true });
});

interface Typed {
  readonly status: number | null;
  readonly stdout: string;
  /** The end of the shell's trace, and the error messages. */
  readonly steps: string;
}

/** Runs a command in the network of the world, without the home folder of the caller, and with a time limit. */
function run(words: readonly string[], folder: string, path = process.env['PATH']): Promise<Typed> {
  const [program, ...rest] = network.wrap(words);
  const { PERF_AGGREGATOR_HOME: _, ...environment } = process.env;
  const child = spawn(program, rest, {
    cwd: folder,
    env: { ...environment, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 110_000,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    stderr += text.toString();
  });
  return new Promise((resolve) =>
    child.once('close', (status) =>
      resolve({ status, stdout, steps: stderr.split('\n').slice(-25).join('\n') }),
    ),
  );
}

/** Types blocks into a shell that ends at the first failing command. */
function type(
  shell: keyof typeof SHELLS,
  blocks: readonly Block[],
  folder: string,
  path?: string,
): Promise<Typed> {
  const script = join(folder, `.typed-${shell}`);
  writeFileSync(script, blocks.map(({ line, text }) => `: line ${line}\n${text}`).join('\n'));
  return run([shell, ...SHELLS[shell], '-ex', script], folder, path);
}

const pages = [...new Set(blocksMarked('').map(({ page }) => page))];
const runs = pages.flatMap((page) => SHELL_NAMES.map((shell) => [page, shell] as const));

describe('when a reader types the blocks that run as printed', () => {
  it.concurrent.each(runs)('%s, in %s', async (page, shell) => {
    const clone = makeClone();
    lendWorld(clone.folder, home);
    for (const [name, example] of Object.entries(BROUGHT[page] ?? {})) {
      cpSync(clone.path(`examples/${example}`), clone.path(name));
    }
    const blocks = blocksMarked('').filter((block) => block.page === page);
    const { status, stdout, steps } = await type(shell, blocks, clone.folder);
    expect({ status, steps: status === 0 ? '' : steps }).toEqual({ status: 0, steps: '' });
    expect(stdout).not.toBe('');
    rmSync(dirname(clone.folder), { recursive: true });
  });

  it('a failing command is noticed in each shell', async () => {
    const { folder } = makeClone();
    for (const shell of SHELL_NAMES) {
      const block = {
        page: 'made up',
        line: 1,
        mark: '',
        text: './perf-aggregator verify nothing.json --any-image\ntrue\n',
      };
      expect(await type(shell, [block], folder)).toMatchObject({
        status: 2,
        steps: expect.stringContaining('nothing.json'),
      });
    }
    rmSync(dirname(folder), { recursive: true });
  });
});

const aws = blocksMarked('aws').map((block) => [`${block.page}:${block.line}`, block] as const);

describe('when a reader types the blocks that need AWS', () => {
  it.each(aws)(
    '%s is parsed in the same way by every shell, and names existing commands and options',
    async (_, block) => {
      const [first, ...others] = await Promise.all(SHELL_NAMES.map((shell) => callsOf(shell, block)));
      expect(first!.length).toBeGreaterThan(0);
      expect(others).toEqual([first, first]);
      expect(first!.flatMap(faultsOfCommand)).toEqual([]);
    },
  );
});

/** The program calls of a block. Stand-ins replace the programs. */
async function callsOf(shell: keyof typeof SHELLS, block: Block) {
  const { folder } = makeClone();
  const { programs, record } = standIn(folder);
  // A block with `git clone` starts in the parent folder.
  const start = block.text.includes('git clone') ? dirname(folder) : folder;
  const { status, steps } = await type(shell, [block], start, `${programs}:/usr/bin:/bin`);
  expect({ status, steps: status === 0 ? '' : steps }).toEqual({ status: 0, steps: '' });
  const calls = readRecord(record);
  rmSync(dirname(folder), { recursive: true });
  return calls;
}

describe('when a user tries the keys that a world offers', () => {
  it.each([
    ['read-only', [], 0, ''],
    ['trading', [], 1, 'excessive_permissions'],
    ['trading', ['--allow-trading-keys'], 0, ''],
    ['withdrawal', ['--allow-trading-keys'], 1, 'withdrawal_permission'],
  ])('%s, with %j', async (kind, more, status, complaint) => {
    const { folder } = makeClone();
    lendWorld(folder, home);
    const keys = ['key', 'secret'].flatMap((part) => [
      `--api-${part}-file`,
      `.perf-aggregator/keys/${kind}.${part}`,
    ]);
    const trust = ['--root', '.perf-aggregator/nsm-root.pem', '--any-image'];
    const registered = await run(
      ['./perf-aggregator', 'register', '--user', 'me', ...keys, ...trust, ...more],
      folder,
    );
    expect([registered.status, registered.steps]).toEqual([status, expect.stringContaining(complaint)]);
    rmSync(dirname(folder), { recursive: true });
  });
});

describe('when the examples are generated again', () => {
  it('the examples that follow from a seed are the same', () => {
    for (const [name, text] of Object.entries(accountFiles())) {
      expect([name, readFileSync(join(ROOT, 'examples', name), 'utf8')]).toEqual([name, text]);
    }
  });
});
