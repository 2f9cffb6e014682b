/** Output that cannot be written: a full disk, a reader that is gone. Also two worlds that need the same folder. */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './command.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pa-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs a command with `stdout` as its standard output. `pipe`: a pipe that nobody reads. */
function into(stdout: number | 'pipe', arguments_: readonly string[]): Promise<Ended> {
  const child = spawn('./perf-aggregator', arguments_, {
    cwd: ROOT,
    env: { ...process.env, PERF_AGGREGATOR_HOME: join(folder, 'home') },
    stdio: ['ignore', stdout, 'pipe'],
  });
  child.stdout?.destroy();
  let stderr = '';
  child.stderr!.on('data', (text: Buffer) => {
    stderr += text.toString();
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
}

async function intoFull(...arguments_: string[]): Promise<Ended> {
  const full = openSync('/dev/full', 'w');
  const ended = await into(full, arguments_);
  closeSync(full);
  return ended;
}

function returns(): string {
  const file = join(folder, 'returns.csv');
  writeFileSync(file, 'date,return\n2024-01-01,0.01\n2024-01-02,-0.01\n2024-01-03,0.02\n');
  return file;
}

describe('when standard output cannot be written', () => {
  it.each([[[]], [['--json']]])('a full disk fails with a code, %s', async (flags) => {
    const { code, stderr } = await intoFull('analyze', returns(), ...flags);
    expect(code).toBe(2);
    expect(stderr).toContain('output_failed');
    expect(stderr).toContain('standard output cannot be written: its disk is full');
  });

  it('a closed pipe fails without a message', async () => {
    expect(await into('pipe', ['analyze', returns()])).toEqual({ code: 141, stderr: '' });
  });

  it('the simulation fails in the same ways', async () => {
    const full = await intoFull('simulate', '--once', '--port', '0');
    expect(full).toEqual({
      code: 2,
      stderr:
        'output_failed: standard output cannot be written: its disk is full\nhint: Make room, ask again.\n',
    });
    expect(await into('pipe', ['simulate', '--once', '--port', '0'])).toEqual({ code: 141, stderr: '' });
  });
});

describe('when two simulations start in one folder at the same time', () => {
  it('one gets the folder, and the other reports that and changes nothing', async () => {
    const home = join(folder, 'home');
    const start = () => run(home, 'simulate', '--once', '--port', '0');
    const ended = await Promise.all([start(), start(), start()]);
    expect(ended.map(({ code }) => String(code)).sort()).toEqual(['0', '1', '1']);
    for (const { code, stderr } of ended) {
      if (code === 1)
        expect(stderr).toMatch(/^world_in_use: .* is in use by the simulation of process \d+; /);
    }
    expect(readdirSync(join(home, 'sessions'))).toHaveLength(1);
    expect((await start()).stdout).toContain('session found');
  });
});
