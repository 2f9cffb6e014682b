/** Checks the units with systemd itself, in a separate root folder. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSTANCE_FOLDER, instanceFile } from '../../src/instance-files.ts';

const root = mkdtempSync(join(tmpdir(), 'pa-units-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SYSTEM = 'etc/systemd/system';
const units = readdirSync(INSTANCE_FOLDER).filter((name) => /\.(service|timer|target)$/.test(name));
const program = (path: string) => write(path, '#!/bin/sh\n', 0o755);
const instantiated = (name: string) => name.replace('@.', '@16.');

function write(path: string, content: string, mode = 0o644): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content, { mode });
}

function analyze(...argv: string[]) {
  return spawnSync('systemd-analyze', [...argv], { encoding: 'utf8' });
}

beforeAll(() => {
  cpSync('/usr/lib/systemd/system', join(root, 'usr/lib/systemd/system'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !/\.(service|wants|requires|d)$/.test(path),
  });
  for (const name of units) {
    mkdirSync(join(root, SYSTEM), { recursive: true });
    copyFileSync(instanceFile(name), join(root, SYSTEM, name));
  }
  for (const name of readdirSync(INSTANCE_FOLDER).filter((file) => file.endsWith('.sh'))) {
    program(`usr/lib/perf-aggregator/${name}`);
  }
  for (const path of ['usr/bin/nitro-cli', 'usr/local/bin/node']) program(path);
  write(`${SYSTEM}/nitro-enclaves-allocator.service`, '[Service]\nExecStart=/usr/bin/nitro-cli\n');
});

describe('when systemd reads the units', () => {
  it('it reports nothing', () => {
    const files = units.map((name) => join(root, SYSTEM, instantiated(name)));
    const { status, stderr } = analyze('verify', `--root=${root}`, '--man=no', ...files);
    expect([status, stderr]).toEqual([0, '']);
  });

  it('it reports a misspelt name', () => {
    write(`${SYSTEM}/misspelt.service`, '[Service]\nExecStart=/usr/bin/nitro-cli\nNoNewPrivilege=yes\n');
    const { stderr } = analyze(
      'verify',
      `--root=${root}`,
      '--man=no',
      join(root, SYSTEM, 'misspelt.service'),
    );
    expect(stderr).toContain("Unknown key 'NoNewPrivilege'");
  });

  it('it gives the parent an exposure of at most 2 of 10', () => {
    const parent = join(root, SYSTEM, 'perf-aggregator-parent.service');
    const { status, stderr } = analyze('security', '--offline=true', '--threshold=20', '--no-pager', parent);
    expect([status, stderr]).toEqual([0, '']);
    expect(analyze('security', '--offline=true', '--threshold=10', '--no-pager', parent).status).not.toBe(0);
  });
});
