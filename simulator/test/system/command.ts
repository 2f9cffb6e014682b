/** Runs the built command line as a user does. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The result of a finished command. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command. */
export class Command {
  readonly child: ChildProcessWithoutNullStreams;
  stdout = '';
  stderr = '';
  readonly finished: Promise<Finished>;

  /** @param arguments_ - arguments of `./perf-aggregator`; `home` is its PERF_AGGREGATOR_HOME */
  constructor(home: string, arguments_: readonly string[]) {
    this.child = spawn('./perf-aggregator', arguments_, {
      cwd: ROOT,
      env: { ...process.env, PERF_AGGREGATOR_HOME: home },
    });
    this.child.stdout.on('data', (text: Buffer) => {
      this.stdout += text.toString();
    });
    this.child.stderr.on('data', (text: Buffer) => {
      this.stderr += text.toString();
    });
    this.finished = new Promise((resolve) =>
      this.child.on('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr })),
    );
  }

  /** Waits for the first match in its stdout. @throws Error when the command ends before a match */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.stdout);
        if (match) resolve(match);
      };
      this.child.stdout.on('data', look);
      this.child.on('close', () =>
        reject(new Error(`ended without ${pattern.source}:\n${this.stdout}${this.stderr}`)),
      );
      look();
    });
  }

  /** Process id of the child of the world with that name. */
  pidOf(name: string): number {
    const pid = childrenOf(this.child.pid!).find((child) =>
      commandLine(child).includes(`/processes/${name}.js`),
    );
    if (!pid) throw new Error(`no process ${name}`);
    return pid;
  }

  /** Ids of its child processes. */
  children(): number[] {
    return childrenOf(this.child.pid!);
  }
}

/** Runs a command to its end. */
export function run(home: string, ...arguments_: string[]): Promise<Finished> {
  return new Command(home, arguments_).finished;
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => readProc(pid, 'stat').split(') ').at(-1)?.split(' ')[1] === String(parent));
}

function commandLine(pid: number): string {
  return readProc(pid, 'cmdline').replaceAll('\0', ' ');
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // The process ended in the meantime.
    return '';
  }
}
