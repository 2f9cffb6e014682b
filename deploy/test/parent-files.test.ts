import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'pa-parent-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const SCRIPT = fileURLToPath(new URL('../parent-files.sh', import.meta.url));

/** Runs the script with a stand-in for the container engine. The stand-in exports the folder `tree`. */
function exported(engine: 'docker' | 'buildah', out: string) {
  const body = {
    docker: `case $1 in create) echo made ;; export) tar -C ${folder} -cf "$3" tree ;; esac`,
    buildah: `case "$*" in *" from "*) echo made ;; *" mount "*) echo ${folder}/tree ;; esac`,
  }[engine];
  const calls = join(folder, `${engine}.calls`);
  writeFileSync(join(folder, engine), `#!/bin/sh\necho "$*" >> ${calls}\n${body}\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, IMAGE_ENGINE: engine };
  const { status, stdout } = spawnSync('sh', [SCRIPT, out], { env, encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, `${out}\n`]);
  const names = spawnSync('tar', ['-tzf', out], { encoding: 'utf8' }).stdout;
  return { names, calls: readFileSync(calls, 'utf8').trim().split('\n') };
}

describe('when the parent’s files are exported', () => {
  spawnSync('sh', ['-c', 'mkdir -p tree/app && echo main > tree/app/main.js'], { cwd: folder });

  it('docker exports a container, which is then removed', () => {
    const { names, calls } = exported('docker', join(folder, 'docker.tar.gz'));
    expect(names).toContain('app/main.js\n');
    expect(calls[0]).toBe('create perf-aggregator-parent');
    expect(calls.at(-1)).toBe('rm made');
  });

  it('buildah mounts a container, and the names are sorted and relative', () => {
    const { names, calls } = exported('buildah', join(folder, 'buildah.tar.gz'));
    expect(names).toBe('./\n./app/\n./app/main.js\n');
    expect(calls.at(-1)).toMatch(/ rm made$/);
  });
});
