/** Every system test belongs to one suite, and CI runs every suite. CI runs what needs only npm on two Nodes. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SUITES } from '../../../scripts/system-suites.mjs';
import { versionOfFloor, versionOfImage } from '../../../scripts/with-node.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const rooms = ['attestation', 'enclave', 'parent', 'client', 'deploy', 'simulator'];

const tests = rooms.flatMap((room) => {
  const folder = `${room}/test/system`;
  try {
    const names = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.test.ts')).map((name) => `${folder}/${name}`);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return [];
    throw error;
  }
});

describe('when the suites of the system are listed', () => {
  it('each test is in exactly one suite', () => {
    expect(tests.length).toBeGreaterThan(10);
    const holders = (test: string) =>
      Object.keys(SUITES).filter((name) => SUITES[name]!.files.some((file) => test.startsWith(file)));
    expect(tests.filter((test) => holders(test).length !== 1)).toEqual([]);
  });

  it('each suite names files that exist', () => {
    for (const { files } of Object.values(SUITES)) {
      for (const file of files)
        expect(
          tests.some((test) => test.startsWith(file)),
          file,
        ).toBe(true);
    }
  });

  it('CI runs each on a separate line, with a time limit above that of the suite', () => {
    const script = readFileSync(`${root}.ci/run`, 'utf8');
    const lines = [...script.matchAll(/^suite system-(\w+) (\d+) make test-system SUITE=(\w+)$/gm)];
    expect(lines.map(([, name]) => name)).toEqual(Object.keys(SUITES));
    for (const [, name, seconds, suite] of lines) {
      expect(suite).toBe(name);
      expect(Number(seconds)).toBeGreaterThan(60 * SUITES[name!]!.minutes);
    }
  });
});

describe('when a user other than root runs a suite that only root can run', () => {
  it('the suite is not run, and a message says so', () => {
    const script = `${root}scripts/system-suites.mjs`;
    const told = `process.getuid = () => 1000; process.argv = [process.execPath, '${script}', 'images']; await import('${script}')`;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', told], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([
      1,
      '\nnot run, since they need root: images; sudo make test-system SUITE=…\n',
    ]);
  });
});

describe('when CI runs what needs only npm', () => {
  const script = readFileSync(`${root}.ci/run`, 'utf8');
  const linesOf = (start: string) => script.split('\n').filter((line) => line.startsWith(start));

  it('it runs on the Node of the machine, and after a new build on another Node', () => {
    const under = 'node scripts/with-node.mjs "$other"';
    expect(linesOf('suite ').slice(0, 2)).toEqual([
      'suite test 1800 make test',
      `suite other-test 1800 ${under} make test`,
    ]);
    expect(linesOf('step other-')).toEqual([`step other-build ${under} make clean build`]);
  });

  it('the other Node is that of both images, or the oldest supported one if the machine has that of the images', () => {
    const chosen = script.slice(script.indexOf('other='), script.indexOf('step other-'));
    const choose = (version: string) => {
      const told = `node() { [ "$1" = -p ] && echo ${version} || command node "$@"; }\n${chosen}\necho "$other"`;
      return spawnSync('bash', ['-c', told], { cwd: root, encoding: 'utf8' }).stdout.trim();
    };
    expect([choose('v20.20.2'), choose('v22.23.3'), choose(`v${versionOfImage()}`)]).toEqual([
      ...['image', 'image', 'floor'],
    ]);
    const parent = readFileSync(`${root}Dockerfile.parent`, 'utf8');
    expect(parent).toContain(`=node:${versionOfImage()}-`);
    expect(versionOfFloor()).toBe('20.19.0');
  });
});

describe('when a command runs under another Node', () => {
  const run = (...words: string[]) => {
    const { status, stdout } = spawnSync(process.execPath, [`${root}scripts/with-node.mjs`, ...words], {
      encoding: 'utf8',
    });
    return { status, stdout };
  };

  it('nothing is run without a command', () => {
    expect(run()).toEqual({ status: 2, stdout: '' });
    expect(run('image')).toEqual({ status: 2, stdout: '' });
    expect(run('--image')).toEqual({ status: 0, stdout: `${versionOfImage()}\n` });
  });
});
