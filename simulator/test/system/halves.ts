/** Parent and enclave of a world as processes. Both are restarted often, while the internet of the world stays up. */
import { mkdtempSync, rmSync } from 'node:fs';
import { enclaveOptions } from '@perf-aggregator/enclave/hardening';
import { systemClock } from '@perf-aggregator/shared/clock';
import { type ProcessSpec, Supervisor } from '../../dist/supervisor.js';
import type { WorldError, WorldFiles } from '../../dist/world/files.js';
import type { WorldState } from '../../dist/world/state.js';

/** The supervisor gives up after this many deaths in a row. */
const MAX_DEATHS = 3;

/** A supervisor, and its reports. */
export interface Watched {
  readonly supervisor: Supervisor;
  /** Last messages of processes that died. */
  readonly deaths: (string | null)[];
  readonly givenUp: WorldError[];
}

/** The processes of one world. */
export class Halves {
  readonly #files: WorldFiles;
  readonly #state: WorldState;
  readonly #port: number;
  // The path is short: a socket path has room for about a hundred bytes.
  readonly #sockets = mkdtempSync('/tmp/pa-');
  readonly #internet = watched();
  #hosts: unknown = null;

  constructor(files: WorldFiles, state: WorldState, port: number) {
    this.#files = files;
    this.#state = state;
    this.#port = port;
  }

  /** Starts the internet of the world. */
  async open(): Promise<void> {
    const argument = () => ({ home: this.#files.folder, ports: null });
    this.#hosts = (await this.#internet.supervisor.start(this.#spec('internet', argument)))['ports'];
  }

  async close(): Promise<void> {
    await this.#internet.supervisor.stop();
    rmSync(this.#sockets, { recursive: true, force: true });
  }

  /**
   * Runs `work` with a new parent and a new enclave.
   * @throws WorldError `world_start_failed`, before `work` begins
   */
  async during<T>(work: (halves: Watched) => Promise<T>): Promise<T> {
    const halves = watched();
    const { folder: home } = this.#files;
    const [enclave, egress] = [`unix:${this.#sockets}/enclave`, `unix:${this.#sockets}/egress`];
    const { arn: keyArn } = this.#state.kms;
    const argumentOfParent = () => ({
      home,
      host: '127.0.0.1',
      port: this.#port,
      enclave,
      egress,
      hosts: this.#hosts,
      keyArn,
    });
    const argumentOfEnclave = () => ({ home, listen: enclave, egress });
    try {
      // The parent starts first, because it may refuse its store.
      await halves.supervisor.start(this.#spec('parent', argumentOfParent, ['--conditions=untrusted']));
      const options = enclaveOptions(process.allowedNodeEnvironmentFlags);
      await halves.supervisor.start(this.#spec('enclave', argumentOfEnclave, options));
      return await work(halves);
    } finally {
      await halves.supervisor.stop();
    }
  }

  #spec(name: string, argument: () => unknown, execArgv: readonly string[] = []): ProcessSpec {
    const logPath = this.#files.path(`${name}.log`);
    return { name, module: `./processes/${name}.js`, argument, execArgv, logPath };
  }
}

function watched(): Watched {
  const deaths: (string | null)[] = [];
  const givenUp: WorldError[] = [];
  const supervisor = new Supervisor({
    now: () => systemClock.now(),
    onDeath: (_name, failure) => deaths.push(failure),
    onGiveUp: (error) => givenUp.push(error),
    maxDeaths: MAX_DEATHS,
  });
  return { supervisor, deaths, givenUp };
}
