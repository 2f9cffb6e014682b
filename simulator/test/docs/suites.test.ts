/** Every test of the system belongs to one suite, and every suite to CI. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SUITES } from '../../../scripts/system-suites.mjs';

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
  it('each test is in exactly one', () => {
    expect(tests.length).toBeGreaterThan(10);
    const holders = (test: string) =>
      Object.keys(SUITES).filter((name) => SUITES[name]!.files.some((file) => test.startsWith(file)));
    expect(tests.filter((test) => holders(test).length !== 1)).toEqual([]);
  });

  it('each names something that is there', () => {
    for (const { files } of Object.values(SUITES)) {
      for (const file of files)
        expect(
          tests.some((test) => test.startsWith(file)),
          file,
        ).toBe(true);
    }
  });

  it('CI runs each on a line of its own, and gives it more time than it takes itself', () => {
    const script = readFileSync(`${root}.ci/run`, 'utf8');
    const lines = [...script.matchAll(/^suite system-(\w+) (\d+) make test-system SUITE=(\w+)$/gm)];
    expect(lines.map(([, name]) => name)).toEqual(Object.keys(SUITES));
    for (const [, name, seconds, suite] of lines) {
      expect(suite).toBe(name);
      expect(Number(seconds)).toBeGreaterThan(60 * SUITES[name!]!.minutes);
    }
  });
});
