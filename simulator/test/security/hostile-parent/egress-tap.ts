/** The egress endpoint: the parent's real proxy, looked at, or whoever takes its place. */
import net from 'node:net';
import { createEgressProxy, type EgressProxy } from '@perf-aggregator/parent/egress/proxy';
import { type Log, logEvents } from '@perf-aggregator/parent/log';
import { type HostPorts, simulatedResolver, WORLD_HOSTS } from '../../../src/world/hosts.ts';
import type { LeakSearch } from './leaks.ts';

/** Somebody who answers the enclave's connections. */
export type Answerer = (socket: net.Socket) => void;

/** What an {@link EgressTap} is made of. */
export interface EgressTapOptions {
  /** Of the unix socket. */
  readonly path: string;
  readonly ports: HostPorts;
  readonly log: Log;
  readonly leaks: LeakSearch;
}

const LIMITS = { headTimeoutMs: 5_000, connectTimeoutMs: 5_000, idleTimeoutMs: 60_000, maxConnections: 512 };

/** Where the proxy itself listens. */
const behind = (path: string): string => `${path}.proxy`;

/** Joins `socket` to whoever listens at `path`, each half by itself; what ends one abruptly ends the other. */
function handOn(socket: net.Socket, path: string): void {
  const further = net.connect({ path, allowHalfOpen: true });
  further.on('error', () => further.destroy());
  for (const [one, other] of [
    [socket, further],
    [further, socket],
  ] as const) {
    one.pipe(other);
    one.once('close', () => {
      if (!one.readableEnded) other.destroy();
    });
  }
}

/** Listens for the enclave. */
export class EgressTap {
  readonly #proxy: EgressProxy;
  readonly #server: net.Server;
  readonly #open = new Set<net.Socket>();
  #hostile: Answerer | null = null;

  private constructor({ path, ports, log, leaks }: EgressTapOptions) {
    const allow = WORLD_HOSTS.map((host) => ({ host, port: 443 }));
    const resolver = simulatedResolver(ports);
    this.#proxy = createEgressProxy({ allow, resolver, emit: logEvents(log), limits: LIMITS });
    this.#server = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy());
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
      socket.on('data', (bytes) => leaks.see('egress', bytes));
      if (this.#hostile) this.#hostile(socket);
      else handOn(socket, behind(path));
    });
  }

  static async start(options: EgressTapOptions): Promise<EgressTap> {
    const tap = new EgressTap(options);
    await new Promise<void>((resolve) => tap.#proxy.server.listen(behind(options.path), resolve));
    await new Promise<void>((resolve) => tap.#server.listen(options.path, resolve));
    return tap;
  }

  /** Runs `work` with somebody else in the proxy's place; connections from before and after are cut. */
  async during<T>(hostile: Answerer, work: () => Promise<T>): Promise<T> {
    await this.#cut();
    this.#hostile = hostile;
    try {
      return await work();
    } finally {
      this.#hostile = null;
      await this.#cut();
    }
  }

  async close(): Promise<void> {
    await this.#proxy.close();
    this.#server.close();
  }

  async #cut(): Promise<void> {
    const open = [...this.#open];
    const closed = open.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of open) socket.destroy();
    await Promise.all(closed);
    // The enclave's ends learn of it in the turns that follow.
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}
