/**
 * The parent's egress proxy: HTTP CONNECT from the enclave to the hosts that it needs, and to nothing else. It resolves
 * names for each connection, refuses addresses that are not public, copies bytes both ways, and keeps half-closed
 * connections half open. It sees host names, sizes and times. TLS ends inside the enclave.
 */
import net from 'node:net';
import type { EgressRefusal, EventSink } from '../events.ts';
import { isPublicAddress } from './address.ts';
import { type ConnectRequest, readConnect } from './head.ts';
import type { ResolvedAddress, Resolver, TrustedAddress } from './port.ts';
import { adopt, Reader } from './reader.ts';

/** Why the proxy made no tunnel: the `X-Egress-Reason` of the answer, and a label of the counts. */
export const EGRESS_REFUSALS = {
  head_malformed: '400 Bad Request',
  head_timeout: '408 Request Timeout',
  host_denied: '403 Forbidden',
  address_refused: '403 Forbidden',
  name_not_found: '502 Bad Gateway',
  connect_failed: '502 Bad Gateway',
  connect_timeout: '504 Gateway Timeout',
  overloaded: '503 Service Unavailable',
  draining: '503 Service Unavailable',
} as const satisfies Record<EgressRefusal, string>;

/** Bounds of the proxy, in ms and counts. */
export interface EgressLimits {
  /** Limit for the client's head. */
  readonly headTimeoutMs: number;
  /** Limit for each address of the target. */
  readonly connectTimeoutMs: number;
  /** Limit without a byte in either direction. */
  readonly idleTimeoutMs: number;
  readonly maxConnections: number;
}

export interface EgressProxyOptions {
  /** Hosts and ports that may be dialled. This is the parent's own list, checked in addition to the enclave's. */
  readonly allow: readonly { readonly host: string; readonly port: number }[];
  readonly resolver: Resolver;
  readonly limits: EgressLimits;
  readonly emit: EventSink;
}

/** Counts of the proxy since its start. */
export interface EgressCounts {
  readonly open: number;
  readonly established: number;
  readonly refused: Readonly<Record<EgressRefusal, number>>;
  /** Bytes from the enclave, and to it. */
  readonly bytesOut: number;
  readonly bytesIn: number;
}

export interface EgressProxy {
  /** Does not listen yet. The caller starts it (`shared/transport/socket` `listen`). */
  readonly server: net.Server;
  counts(): EgressCounts;
  /** Accepts nothing more. Resolves when the open tunnels have ended, or after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  /** Ends every tunnel now. */
  close(): Promise<void>;
}

/** Makes the proxy that this module describes. */
export function createEgressProxy(options: EgressProxyOptions): EgressProxy {
  return new ProxyServer(options);
}

class ProxyServer implements EgressProxy {
  readonly server: net.Server;
  readonly #options: EgressProxyOptions;
  readonly #sockets = new Set<net.Socket>();
  readonly #refused = Object.fromEntries(Object.keys(EGRESS_REFUSALS).map((reason) => [reason, 0])) as Record<
    EgressRefusal,
    number
  >;
  #established = 0;
  #bytesOut = 0;
  #bytesIn = 0;
  #draining = false;

  constructor(options: EgressProxyOptions) {
    this.#options = options;
    const served = { allowHalfOpen: true, pauseOnConnect: true };
    this.server = net.createServer(served, (accepted) => void this.#serve(adopt(accepted)));
  }

  counts(): EgressCounts {
    return {
      open: this.#sockets.size,
      established: this.#established,
      refused: { ...this.#refused },
      bytesOut: this.#bytesOut,
      bytesIn: this.#bytesIn,
    };
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const timer = setTimeout(() => this.#destroyAll(), timeoutMs);
    await closed;
    clearTimeout(timer);
  }

  async close(): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.#destroyAll();
    await closed;
  }

  #destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(reader: Reader): Promise<void> {
    const { limits, emit } = this.#options;
    const client = reader.socket;
    client.on('error', () => client.destroy());
    this.#sockets.add(client);
    client.once('close', () => this.#sockets.delete(client));
    if (this.#draining) return this.#refuse(client, 'draining');
    if (this.#sockets.size > limits.maxConnections) return this.#refuse(client, 'overloaded');

    const request = await readConnect(client, limits.headTimeoutMs);
    if (request === 'hung_up') {
      client.destroy();
      return;
    }
    if (typeof request === 'string') return this.#refuse(client, request);
    const upstream = await this.#reach(request, client);
    if (typeof upstream === 'string') return this.#refuse(client, upstream, request);
    if (client.destroyed) {
      upstream.socket.destroy();
      return;
    }
    this.#established += 1;
    emit({ event: 'egress_opened', host: request.host, port: request.port });
    this.#splice(reader, upstream);
  }

  #refuse(client: net.Socket, reason: EgressRefusal, request?: ConnectRequest): void {
    this.#refused[reason] += 1;
    this.#options.emit({ event: 'egress_refused', reason, host: request?.host, port: request?.port });
    client.end(
      `HTTP/1.1 ${EGRESS_REFUSALS[reason]}\r\nX-Egress-Reason: ${reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    // The proxy does not wait for a client that never closes its half.
    client.setTimeout(this.#options.limits.headTimeoutMs, () => client.destroy());
    client.resume();
  }

  /** A connection to the first address of the target that answers, or the reason why there is none. */
  async #reach(request: ConnectRequest, client: net.Socket): Promise<Reader | EgressRefusal> {
    const { allow, resolver, limits } = this.#options;
    if (!allow.some(({ host, port }) => host === request.host && port === request.port)) return 'host_denied';
    const answers = await resolver(request.host).catch(() => []);
    if (answers.length === 0) return 'name_not_found';
    let refusal: EgressRefusal = 'address_refused';
    for (const answer of answers) {
      if (client.destroyed) return 'connect_failed';
      const target = permitted(answer, request.port);
      if (!target) continue;
      const outcome = await connect(target, limits.connectTimeoutMs);
      if (typeof outcome !== 'string') return outcome;
      refusal = outcome;
    }
    return refusal;
  }

  #splice(enclaveSide: Reader, targetSide: Reader): void {
    const { idleTimeoutMs } = this.#options.limits;
    const [client, upstream] = [enclaveSide.socket, targetSide.socket];
    this.#sockets.add(upstream);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    // A tunnel is idle only when neither direction moves. Bytes on one socket count as activity of the other.
    for (const socket of [client, upstream]) socket.setTimeout(idleTimeoutMs, end);
    upstream.on('error', end);
    upstream.once('close', () => {
      this.#sockets.delete(upstream);
      // The connection closed before its end was read, so it broke and did not finish.
      if (!upstream.readableEnded) client.destroy();
    });
    client.once('close', () => {
      if (!client.readableEnded) upstream.destroy();
    });
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    enclaveSide.pourInto(upstream, (bytes) => {
      this.#bytesOut += bytes;
    });
    targetSide.pourInto(client, (bytes) => {
      this.#bytesIn += bytes;
    });
  }
}

/** The address to connect to for one answer of the resolver. Null if that address must not be dialled. */
function permitted(
  answer: ResolvedAddress | TrustedAddress,
  port: number,
): { host: string; port: number } | null {
  if ('trusted' in answer) return { host: answer.address, port: answer.port };
  return isPublicAddress(answer.address) ? { host: answer.address, port } : null;
}

function connect(
  target: { host: string; port: number },
  timeoutMs: number,
): Promise<Reader | 'connect_failed' | 'connect_timeout'> {
  return new Promise((resolve) => {
    const options = { ...target, allowHalfOpen: true, noDelay: true };
    const reader = new Reader((onread) => net.connect({ ...options, onread }));
    const { socket } = reader;
    const fail = (reason: 'connect_failed' | 'connect_timeout'): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reason);
    };
    const timer = setTimeout(() => fail('connect_timeout'), timeoutMs);
    const onError = (): void => fail('connect_failed');
    socket.once('error', onError);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', onError);
      resolve(reader);
    });
  });
}
