/** The children are small modules that send the messages of a world process and end as a test defines. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ProcessSpec, Supervisor } from '../src/supervisor.ts';
import { WorldError } from '../src/world/files.ts';
import { expectCode } from './world/expect-code.ts';

const SERVES = `process.send({ kind: 'ready', facts: { port: 1 } }); process.on('SIGTERM', () => process.exit());`;
const FAILS = `process.send({ kind: 'failed', code: 'store_corrupt', message: 'damaged' }); process.disconnect();`;
const FALLS_SILENT = 'process.exit(7);';

let folder: string;
let supervisor: Supervisor;
/** The time in ms, and how often it was read. */
const clock = { time: 0, reads: 0 };
let deaths: (string | null)[];
let givenUp: WorldError[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pa-supervisor-'));
  clock.reads = 0;
  deaths = [];
  givenUp = [];
  supervisor = new Supervisor({
    now: () => {
      clock.reads += 1;
      return clock.time;
    },
    onDeath: (_name, failure) => deaths.push(failure),
    onGiveUp: (error) => givenUp.push(error),
    maxDeaths: 3,
  });
});
afterEach(async () => {
  await supervisor.stop();
  rmSync(folder, { recursive: true });
});

function become(code: string): void {
  writeFileSync(join(folder, 'child.mjs'), `${code}\n// Stays until it is ended.\nprocess.channel?.ref();`);
}

function child(): ProcessSpec {
  return {
    name: 'child',
    module: pathToFileURL(join(folder, 'child.mjs')).href,
    argument: () => null,
    logPath: join(folder, 'child.log'),
  };
}

const until = (state: () => boolean) => vi.waitUntil(state, { timeout: 30_000, interval: 5 });
const kill = () => process.kill(supervisor.pids()['child']!, 'SIGKILL');

describe('when a process is started', () => {
  it('the facts that it reports are returned', async () => {
    become(SERVES);
    expect(await supervisor.start(child())).toEqual({ port: 1 });
    expect(Object.keys(supervisor.pids())).toEqual(['child']);
  });

  it.each([
    ['says why it cannot', FAILS, 'child: store_corrupt: damaged'],
    ['ends without a word', FALLS_SILENT, 'child: exited: ended by code 7'],
  ])('and %s, the start is refused with that reason and not repeated', async (_what, code, reason) => {
    become(code);
    const refused = supervisor.start(child());
    await expectCode(refused, WorldError, 'world_start_failed');
    await expect(refused).rejects.toThrow(reason);
    await until(() => supervisor.pids()['child'] === undefined);
    expect(deaths).toEqual([]);
  });
});

describe('when a process dies', () => {
  it('it has no process id until it is started again, and then has a new one', async () => {
    become(SERVES);
    await supervisor.start(child());
    const first = supervisor.pids()['child'];
    kill();
    await until(() => deaths.length === 1);
    expect(supervisor.pids()).toEqual({});
    await until(() => supervisor.pids()['child'] !== undefined);
    expect(supervisor.pids()['child']).not.toBe(first);
    expect(deaths).toEqual([null]);
  });

  it('no file handle of its log stays open', async () => {
    become(SERVES);
    await supervisor.start(child());
    const before = readdirSync('/proc/self/fd').length;
    for (let count = 1; count <= 3; count++) {
      await until(() => supervisor.pids()['child'] !== undefined);
      kill();
      await until(() => deaths.length === count);
    }
    await until(() => supervisor.pids()['child'] !== undefined);
    await until(() => readdirSync('/proc/self/fd').length <= before);
  });

  it.each([
    ['says why it cannot start', FAILS, 'store_corrupt: damaged'],
    ['ends without a word', FALLS_SILENT, null],
  ])(
    'and %s from then on, the supervisor gives up, however slowly it fails',
    async (_what, code, failure) => {
      become(SERVES);
      await supervisor.start(child());
      become(code);
      kill();
      for (let count = 1; count <= 3; count++) {
        await until(() => deaths.length === count);
        clock.time += 60_000;
      }
      await until(() => givenUp.length === 1);
      expect(givenUp[0]).toMatchObject({ code: 'world_crash_loop' });
      if (failure !== null) expect(givenUp[0]!.message).toContain(failure);
      expect(deaths).toEqual([null, failure, failure]);
      expect(supervisor.pids()).toEqual({});
    },
  );

  it('and had served for ten seconds, its earlier deaths do not count', async () => {
    become(SERVES);
    await supervisor.start(child());
    for (let count = 1; count <= 6; count++) {
      // The supervisor reads the clock when the process serves, and again when the process has died.
      await until(() => clock.reads === 2 * count - 1);
      clock.time += 10_000;
      kill();
      await until(() => deaths.length === count || givenUp.length > 0);
    }
    expect(givenUp).toEqual([]);
  });
});
