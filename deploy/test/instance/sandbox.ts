/** Runs the scripts of the instance on this machine: in the folders of a sandbox, with stand-ins for other programs. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { INSTANCE_FOLDER, instanceFile } from '../../src/instance-files.ts';

/** Folders of the instance that are replaced by folders of the sandbox. */
const MOVED =
  /\/(?:etc|usr\/lib|opt|var\/lib|var\/log|run)\/[a-z_/-]*perf-aggregator[a-z-]*|\/etc\/(?:systemd|nitro_enclaves|logrotate\.d)|\/usr\/lib\/sysusers\.d|\/dev\/disk|\/opt\/aws/g;
/** Programs that would change or query a machine. Each stand-in records its call, and then does what a test defines. */
const STOOD_IN = [
  'aws',
  'blkid',
  'chown',
  'curl',
  'dnf',
  'mkfs.xfs',
  'mount',
  'mountpoint',
  'nitro-cli',
  'python3',
  'sleep',
  'systemctl',
  'systemd-sysusers',
  'systemd-tmpfiles',
  'umount',
  'xfs_growfs',
] as const;

/** The result of one run. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Calls of stand-ins, in order: program and arguments. Calls of `sleep` are not recorded. */
  readonly calls: readonly string[];
}

/** One sandbox; removed by `close`. */
export class Sandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'pa-instance-'));
  readonly #calls = join(this.root, 'calls');

  constructor(deployment: Readonly<Record<string, string>>) {
    for (const name of STOOD_IN) this.program(name, '');
    for (const name of readdirSync(INSTANCE_FOLDER)) {
      this.write(
        `usr/lib/perf-aggregator/${name}`,
        this.moved(readFileSync(instanceFile(name), 'utf8')),
        0o755,
      );
    }
    const lines = Object.entries(deployment).map(([name, value]) => `${name}=${value}\n`);
    this.write('etc/perf-aggregator/deployment.env', lines.join(''));
    for (const folder of [
      'etc/systemd/system',
      'etc/logrotate.d',
      'etc/nitro_enclaves',
      'usr/lib/sysusers.d',
    ]) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
  }

  /** Replaces the folders of the instance in a text by those of the sandbox. */
  moved(text: string): string {
    return text.replaceAll(MOVED, (path) => `${this.root}${path}`);
  }

  /** Writes a stand-in. It records its call and then runs `body` with sh. */
  program(name: string, body: string): void {
    const write = `printf '%s\\n' "${name} $*" >> ${this.#calls}`;
    this.write(`bin/${name}`, `#!/bin/sh\n${name === 'sleep' ? ':' : write}\n${body}\n`, 0o755);
  }

  write(path: string, content: string | Uint8Array, mode = 0o644): string {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
    return file;
  }

  read(path: string): string | null {
    const file = join(this.root, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  }

  /** Runs a script to its end, for at most ten seconds. */
  run(script: string, ...argv: readonly string[]): Run {
    rmSync(this.#calls, { force: true });
    const done = spawnSync('sh', [join(this.root, 'usr/lib/perf-aggregator', script), ...argv], {
      env: { PATH: `${join(this.root, 'bin')}:${process.env['PATH']}`, ROOT: this.root },
      encoding: 'utf8',
      timeout: 10_000,
    });
    const calls = (this.read('calls') ?? '').replaceAll(this.root, '').split('\n').filter(Boolean);
    return { code: done.status ?? -1, stdout: done.stdout, stderr: done.stderr, calls };
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
