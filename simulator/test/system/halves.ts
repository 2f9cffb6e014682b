/** Parent and enclave of a world as processes, over an internet that stays: for many short lives of both. */
import { mkdtempSync, rmSync } from 'node:fs';
import { enclaveOptions } from '@perf-aggregator/enclave/hardening';
import { systemClock } from '@perf-aggregator/shared/clock';
import { type ProcessSpec, Supervisor } from '../../dist/supervisor.js';
import type { WorldError, WorldFiles } from '../../dist/world/files.js';
import type { WorldState } from '../../dist/world/state.js';

/** Deaths in a row after which the supervisor gives up. */
const MAX_DEATHS = 3;

/** A supervisor, and what it told. */
export interface Watched {
  readonly supervisor: Supervisor;
  /** What processes said that died. */
  readonly deaths: (string | null)[];
  readonly givenUp: WorldError[];
}

/** One world's processes. */
export class Halves {
  readonly #files: WorldFiles;
  readonly #state: WorldState;
  readonly #port: number;
  // Short on purpose: a socket's path has room for about a hundred bytes.
  readonly #sockets = mkdtempSync('/tmp/pa-');
  readonly #internet = watched();
  #hosts: unknown = null;

  constructor(files: WorldFiles, state: WorldState, port: number) {
    this.#files = files;
    this.#state = state;
    this.#port = port;
  }

  /** Starts the internet. */
  async open(): Promise<void> {
    const argument = () => ({ home: this.#files.folder, ports: null });
    this.#hosts = (await this.#internet.supervisor.start(this.#spec('internet', argument)))['ports'];
  }

  async close(): Promise<void> {
    await this.#internet.supervisor.stop();
    rmSync(this.#sockets, { recursive: true, force: true });
  }

  /**
   * Does `work` while a new parent and a new enclave run.
   * @throws WorldError `world_start_failed`, before anything was done
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
      // The parent first: it may refuse its store.
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
