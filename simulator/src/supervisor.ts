/** The supervisor of the local world: starts processes, starts them again when they die, stops all of them. */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
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

/** What the supervisor tells of its processes. */
export interface SupervisorOptions {
  readonly now: () => number;
  /**
   * A process died and is started again. `failure` is what it said itself before it ended (`code: message`);
   * null when it said nothing.
   */
  readonly onDeath: (name: string, failure: string | null) => void;
  /** A process died too often to go on: `world_crash_loop`. It is not started again. */
  readonly onGiveUp: (error: WorldError) => void;
  /** Deaths in a row that are borne; default 10. */
  readonly maxDeaths?: number;
}

const RESTART_MS = 200;
const STOP_MS = 10_000;
const MAX_DEATHS = 10;
/** Whoever served this long has recovered: the deaths before it are not of the same row. */
const RECOVERED_MS = 10_000;

/** A process from its start to its death. */
interface Life {
  readonly child: ChildProcess;
  /** What it says first; `exited` when it ends without a word. */
  readonly report: Promise<ChildReport>;
  readonly ended: Promise<void>;
}

/** Processes under supervision, in order of their start. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #running = new Map<string, ChildProcess>();
  /** Deaths in a row, by name. */
  readonly #deaths = new Map<string, number>();
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Process ids by name, of those that live: whoever died has none until it is started again. */
  pids(): Readonly<Record<string, number>> {
    const living = [...this.#running].filter(([, child]) => isAlive(child));
    return Object.fromEntries(living.map(([name, child]) => [name, child.pid ?? 0]));
  }

  /**
   * Starts a process and waits until it serves.
   * @returns what it says of itself
   * @throws WorldError `world_start_failed` with the process's own reason
   */
  async start(spec: ProcessSpec): Promise<Readonly<Record<string, unknown>>> {
    const life = this.#spawn(spec);
    const first = await life.report;
    if (first.kind === 'failed') {
      throw new WorldError('world_start_failed', `${spec.name}: ${first.code}: ${first.message}`);
    }
    void this.#watch(spec, life);
    return first.facts;
  }

  /** Ends all processes, the last started first. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const child of [...this.#running.values()].reverse()) await end(child);
  }

  #spawn(spec: ProcessSpec): Life {
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
    closeSync(log);
    this.#running.set(spec.name, child);
    const ended = endOf(child);
    const said = new Promise<ChildReport>((resolve) =>
      child.once('message', (message) => resolve(message as ChildReport)),
    );
    const silent = ended.then((): ChildReport => {
      const how = child.signalCode ?? `code ${child.exitCode}`;
      return { kind: 'failed', code: 'exited', message: `ended by ${how}; see ${spec.logPath}` };
    });
    return { child, report: Promise.race([said, silent]), ended };
  }

  /** Starts a process again when it has died, until that does not help. */
  async #watch(spec: ProcessSpec, life: Life): Promise<void> {
    const { now, onDeath, onGiveUp, maxDeaths = MAX_DEATHS } = this.#options;
    const first = await life.report;
    const readyAt = now();
    await life.ended;
    if (this.#stopping) return;
    const recovered = first.kind === 'ready' && now() - readyAt >= RECOVERED_MS;
    const deaths = recovered ? 1 : (this.#deaths.get(spec.name) ?? 0) + 1;
    this.#deaths.set(spec.name, deaths);
    const failure =
      first.kind === 'failed' && first.code !== 'exited' ? `${first.code}: ${first.message}` : null;
    if (deaths > maxDeaths) {
      const reason = failure === null ? '' : ` (${failure})`;
      onGiveUp(new WorldError('world_crash_loop', `${spec.name} keeps dying${reason}; see ${spec.logPath}`));
      return;
    }
    onDeath(spec.name, failure);
    setTimeout(() => {
      if (!this.#stopping) void this.#watch(spec, this.#spawn(spec));
    }, RESTART_MS);
  }
}

/** Settles when the process is gone and everything that it said was heard. */
function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => {
      if (child.connected) child.once('disconnect', () => resolve());
      else resolve();
    });
  });
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function end(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(force);
}
