/** The egress endpoint: the parent's real proxy behind a tap, or an attacker in its place. */
import net from 'node:net';
import { createEgressProxy, type EgressProxy } from '@perf-aggregator/parent/egress/proxy';
import { type Log, logEvents } from '@perf-aggregator/parent/log';
import { type HostPorts, simulatedResolver, WORLD_HOSTS } from '../../../src/world/hosts.ts';
import type { LeakSearch } from './leaks.ts';

/** An attacker that answers the enclave's connections. */
export type Answerer = (socket: net.Socket) => void;

/** The options of an {@link EgressTap}. */
export interface EgressTapOptions {
  /** Path of the unix socket. */
  readonly path: string;
  readonly ports: HostPorts;
  readonly log: Log;
  readonly leaks: LeakSearch;
}

const LIMITS = { headTimeoutMs: 5_000, connectTimeoutMs: 5_000, idleTimeoutMs: 60_000, maxConnections: 512 };

/** The path at which the real proxy listens. */
const behind = (path: string): string => `${path}.proxy`;

/** Connects `socket` to the listener at `path`, each direction separately. An abrupt end of one ends the other. */
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

/** Listens for connections of the enclave. */
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

  /** Runs `work` with an attacker in place of the proxy. Connections are cut before and after. */
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
    // The enclave's ends of the connections see the end in the following turns of the event loop.
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}
