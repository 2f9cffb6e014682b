/** The supervisor of the local world: starts processes, starts them again when they die, stops all of them. */
import { type ChildProcess, fork } from 'node:child_process';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChildReport } from './processes/child.ts';
import { WorldError } from './world/files.ts';

/** A process to keep running. */
export interface ProcessSpec {
  readonly name: string;
  /** Module, relative to this one. */
  readonly module: string;
  /** What it is started with; asked again at every start. */
  readonly argument: () => unknown;
  /** Options for Node itself. */
  readonly execArgv?: readonly string[];
  /** Where its standard streams go. */
  readonly logPath: string;
}

const RESTART_MS = 200;
const STOP_MS = 10_000;
/** More deaths than this within the window mean that starting again does not help. */
const MAX_DEATHS = 10;
const DEATH_WINDOW_MS = 10_000;

/** Processes under supervision, in order of their start. */
export class Supervisor {
  readonly #running = new Map<string, ChildProcess>();
  readonly #deaths = new Map<string, number[]>();
  readonly #now: () => number;
  readonly #onDeath: (name: string) => void;
  readonly #onGiveUp: (error: WorldError) => void;
  readonly #maxDeaths: number;
  #stopping = false;

  constructor(options: {
    readonly now: () => number;
    readonly onDeath: (name: string) => void;
    /** A process died too often to go on. */
    readonly onGiveUp: (error: WorldError) => void;
    /** Deaths of one process within ten seconds that are borne; default 10. */
    readonly maxDeaths?: number;
  }) {
    this.#now = options.now;
    this.#onDeath = options.onDeath;
    this.#onGiveUp = options.onGiveUp;
    this.#maxDeaths = options.maxDeaths ?? MAX_DEATHS;
  }

  /** Process ids by name. */
  pids(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#running].map(([name, child]) => [name, child.pid ?? 0]));
  }

  /**
   * Starts a process and waits until it serves.
   * @returns what it says of itself
   * @throws WorldError `world_start_failed` with the process's own reason
   */
  async start(spec: ProcessSpec): Promise<Readonly<Record<string, unknown>>> {
    const { child, report } = this.#spawn(spec);
    const first = await report;
    if (first.kind === 'failed') {
      throw new WorldError('world_start_failed', `${spec.name}: ${first.code}: ${first.message}`);
    }
    child.on('exit', () => this.#died(spec));
    return first.facts;
  }

  /** Ends all processes, the last started first. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const child of [...this.#running.values()].reverse()) await end(child);
  }

  #spawn(spec: ProcessSpec): { readonly child: ChildProcess; readonly report: Promise<ChildReport> } {
    const log = openSync(spec.logPath, 'a', 0o600);
    const child = fork(
      fileURLToPath(new URL(spec.module, import.meta.url)),
      [JSON.stringify(spec.argument())],
      {
        execArgv: [...(spec.execArgv ?? [])],
        // Nothing of the shell's environment decides about anything inside.
        env: {},
        stdio: ['ignore', log, log, 'ipc'],
      },
    );
    this.#running.set(spec.name, child);
    const report = new Promise<ChildReport>((resolve) => {
      child.once('message', (message) => resolve(message as ChildReport));
      child.once('exit', (code, signal) =>
        resolve({
          kind: 'failed',
          code: 'exited',
          message: `ended by ${signal ?? `code ${code}`}; see ${spec.logPath}`,
        }),
      );
    });
    return { child, report };
  }

  #died(spec: ProcessSpec): void {
    if (this.#stopping) return;
    this.#onDeath(spec.name);
    const now = this.#now();
    const deaths = [...(this.#deaths.get(spec.name) ?? []), now].filter(
      (time) => now - time < DEATH_WINDOW_MS,
    );
    this.#deaths.set(spec.name, deaths);
    if (deaths.length > this.#maxDeaths) {
      this.#onGiveUp(new WorldError('world_crash_loop', `${spec.name} keeps dying; see ${spec.logPath}`));
      return;
    }
    setTimeout(() => this.#restart(spec), RESTART_MS);
  }

  #restart(spec: ProcessSpec): void {
    if (this.#stopping) return;
    const { child } = this.#spawn(spec);
    child.on('exit', () => this.#died(spec));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(force);
}
