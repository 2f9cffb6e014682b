/** The supervisor of the local world. It starts processes, restarts them when they die, and stops them all. */
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
  /** The argument of the process. It is read again at every start. */
  readonly argument: () => unknown;
  /** Options for Node itself. */
  readonly execArgv?: readonly string[];
  /** The file for its standard streams. */
  readonly logPath: string;
}

/** The supervisor's callbacks and limits. */
export interface SupervisorOptions {
  readonly now: () => number;
  /** A process died and is started again. `failure` is its own last report (`code: message`). Null: there was none. */
  readonly onDeath: (name: string, failure: string | null) => void;
  /** A process died too often: `world_crash_loop`. It is not started again. */
  readonly onGiveUp: (error: WorldError) => void;
  /** Allowed deaths in a row. Default 10. */
  readonly maxDeaths?: number;
}

const RESTART_MS = 200;
const STOP_MS = 10_000;
const MAX_DEATHS = 10;
/** A process that served this long has recovered. Its earlier deaths no longer count. */
const RECOVERED_MS = 10_000;

/** A process from its start to its death. */
interface Life {
  readonly child: ChildProcess;
  /** Its first report; `exited` when it ends without one. */
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

  /** Process ids of living processes, by name. A dead one has none until it is started again. */
  pids(): Readonly<Record<string, number>> {
    const living = [...this.#running].filter(([, child]) => isAlive(child));
    return Object.fromEntries(living.map(([name, child]) => [name, child.pid ?? 0]));
  }

  /**
   * Starts a process and waits until it serves.
   * @returns its own report
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
        // The process gets no environment variable from the shell.
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

  /** Restarts a process when it has died, until restarts do not help. */
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

/** Resolves when the process has ended and all its reports were read. */
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
