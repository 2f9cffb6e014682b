/**
 * A whole world in one process, for tests: the same `serve` functions over unix sockets and real TLS, with a clock that
 * its owner moves. Each part can be stopped and started again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Expectations, SecureClient, type SecureClientOptions } from '@perf-aggregator/client';
import type { RunningEnclave } from '@perf-aggregator/enclave/serve';
import type { Log } from '@perf-aggregator/parent/log';
import type { RunningParent } from '@perf-aggregator/parent/serve';
import type { Clock } from '@perf-aggregator/shared/clock';
import type { Random } from '@perf-aggregator/shared/random';
import { SIMULATED_PCRS_HEX } from '../nsm/measurements.ts';
import { type EnclavePart, startEnclave } from './enclave-part.ts';
import { type Internet, type InternetOptions, startInternet } from './internet.ts';
import { startParent } from './parent-part.ts';
import type { WorldState } from './state.ts';

/** The options of a world. */
export interface WorldOptions {
  readonly state: WorldState;
  readonly clock: Clock;
  readonly random: Random;
  /** How the enclave waits for limits and retries. */
  readonly sleep: (ms: number) => Promise<void>;
  /** How clients wait between requests. */
  readonly clientSleep: (ms: number) => Promise<void>;
  readonly log: Log;
  readonly enclaveLog?: EnclavePart['log'];
  readonly internet?: Pick<InternetOptions, 'accounts' | 'fault' | 'observe'>;
  readonly syncIntervalMs?: number;
  /** Enclaves of the one parent; default 1. */
  readonly enclaves?: number;
  /** Prepares the store's folder before the parent opens it for the first time. */
  readonly prepareStore?: (path: string) => void;
  /** Settings of the parent in addition to those of {@link startParent}. */
  readonly parentEnvironment?: Readonly<Record<string, string>>;
}

/** A running world. */
export class World {
  readonly state: WorldState;
  readonly #options: WorldOptions;
  readonly #folder = mkdtempSync('/tmp/pa-');
  #internet: Internet | null = null;
  readonly #enclaves: (RunningEnclave | null)[] = [];
  #parent: RunningParent | null = null;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.state = options.state;
  }

  /** Starts all parts. */
  static async start(options: WorldOptions): Promise<World> {
    const world = new World(options);
    options.prepareStore?.(world.storePath);
    await world.startInternet();
    for (let index = 0; index < world.#count; index++) await world.startEnclave({}, index);
    await world.startParent();
    return world;
  }

  get #count(): number {
    return this.#options.enclaves ?? 1;
  }

  #endpoint(index: number): string {
    return `unix:${this.#folder}/enclave${index}`;
  }

  /** Address of the service. */
  get url(): string {
    return `http://127.0.0.1:${this.#parent?.port ?? 0}`;
  }

  /** Folder of the parent's store. */
  get storePath(): string {
    return join(this.#folder, 'store');
  }

  /** The expectations of a client of this world. */
  get expectations(): Expectations {
    return { roots: [this.state.nsm.rootCertDer], measurements: [SIMULATED_PCRS_HEX] };
  }

  /** A client with the state's own account. `overrides` replace its options. */
  client(overrides: Record<string, unknown> = {}): SecureClient {
    const { apiKey, apiSecret } = this.state.venue;
    const account = 'accounts' in overrides ? {} : { exchange: 'binance', apiKey, apiSecret };
    return new SecureClient({
      enclaveUrl: this.url,
      expect: this.expectations,
      userId: 'trader-1',
      ...account,
      ...this.ports,
      ...overrides,
    } as SecureClientOptions);
  }

  /** The ports of this world's clients. */
  get ports() {
    const { clock, random, clientSleep } = this.#options;
    return { clock, random, sleep: clientSleep };
  }

  async startInternet(changes: Partial<InternetOptions> = {}): Promise<void> {
    const { state, clock, random, internet } = this.#options;
    const { venue, kms, role, pki, nsm } = state;
    const previous = this.#internet?.ports;
    await this.#internet?.close();
    this.#internet = await startInternet({
      venue,
      kms,
      role,
      pki,
      nsmRoot: nsm.rootCertDer,
      clock,
      random,
      ...(previous ? { ports: previous } : {}),
      ...internet,
      ...changes,
    });
  }

  async startEnclave(changes: Partial<EnclavePart> = {}, index = 0): Promise<void> {
    const { state, clock, random, sleep, enclaveLog, syncIntervalMs } = this.#options;
    await this.stopEnclave(index);
    this.#enclaves[index] = await startEnclave({
      listen: this.#endpoint(index),
      egress: `unix:${this.#folder}/egress`,
      nsm: state.nsm,
      caBundle: state.pki.authority.certPem,
      clock,
      random,
      sleep,
      log: enclaveLog ?? (() => undefined),
      ...(syncIntervalMs === undefined ? {} : { syncIntervalMs }),
      ...changes,
    });
  }

  async startParent(): Promise<void> {
    const { state, clock, log, parentEnvironment } = this.#options;
    const port = this.#parent?.port ?? 0;
    await this.stopParent();
    this.#parent = await startParent({
      host: '127.0.0.1',
      port,
      enclave: Array.from({ length: this.#count }, (_, index) => this.#endpoint(index)).join(),
      egress: `unix:${this.#folder}/egress`,
      storePath: this.storePath,
      hosts: this.#internet?.ports ?? {},
      role: state.role,
      keyArn: state.kms.arn,
      clock,
      log,
      ...(parentEnvironment ? { environment: parentEnvironment } : {}),
    });
  }

  async stopParent(): Promise<void> {
    await this.#parent?.close();
  }

  async stopEnclave(index = 0): Promise<void> {
    await this.#enclaves[index]?.close();
    this.#enclaves[index] = null;
  }

  /** Stops all parts and deletes the folder. */
  async stop(): Promise<void> {
    await this.stopParent();
    for (let index = 0; index < this.#count; index++) await this.stopEnclave(index);
    await this.#internet?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
