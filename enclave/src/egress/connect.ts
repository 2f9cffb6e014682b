/**
 * The first half of the way out: a byte stream to an allowed host through the parent's proxy, by HTTP CONNECT (RFC 9110
 * §9.3.6). The proxy is hostile. Its answer is either a bounded `200` head or a failure. The bytes after the head are
 * trusted only once TLS has verified them (`tunnel-agent.ts`).
 */
import type net from 'node:net';
import type { Endpoint } from '@perf-aggregator/shared/transport/endpoint';
import { dial } from '@perf-aggregator/shared/transport/socket';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import { EgressError, type EgressErrorCode } from './errors.ts';

/** A host name and port that may be dialled; names match exactly, in lower case. */
export interface AllowedHost {
  readonly host: string;
  readonly port: number;
}

/** The route and time limits of {@link openTunnel}. */
export interface TunnelRoute {
  /** The parent's proxy. */
  readonly endpoint: Endpoint;
  /** The measured allowlist, checked before anything is dialled. */
  readonly allow: readonly AllowedHost[];
  /** Time limit to dial the proxy, and again for its answer; ms. */
  readonly connectTimeoutMs: number;
}

/** Longest answer head that the proxy may send, bytes. */
const MAX_HEAD_BYTES = 4096;

/**
 * A paused stream to `host:port` that holds only the target's bytes. It is not authenticated.
 * @throws EgressError `egress_host_denied`, `egress_refused`, `egress_unreachable`, `egress_timeout`, `egress_protocol`
 */
export async function openTunnel(route: TunnelRoute, host: string, port: number): Promise<net.Socket> {
  if (!route.allow.some((allowed) => allowed.host === host && allowed.port === port)) {
    throw new EgressError('egress_host_denied', `${host}:${port} is not on the measured allowlist`);
  }
  const socket = await dial(route.endpoint, { timeoutMs: route.connectTimeoutMs }).catch((cause: unknown) => {
    const timedOut = cause instanceof TransportError && cause.code === 'dial_timeout';
    throw new EgressError(
      timedOut ? 'egress_timeout' : 'egress_unreachable',
      'the egress proxy does not answer',
      cause,
    );
  });
  const target = `${host}:${port}`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  try {
    checkStatus(await readHead(socket, route.connectTimeoutMs, target), target);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Reads up to the empty line. Leaves `socket` paused and without listeners. The bytes after the line stay in it. */
function readHead(socket: net.Socket, timeoutMs: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const settle = (action: () => void): void => {
      clearTimeout(timer);
      socket.off('data', onData).off('error', onEnd).off('end', onEnd);
      socket.pause();
      action();
    };
    const fail = (code: EgressErrorCode, message: string, cause?: unknown): void =>
      settle(() => reject(new EgressError(code, message, cause)));
    const timer = setTimeout(() => fail('egress_timeout', `no tunnel to ${target} in time`), timeoutMs);
    const onEnd = (cause?: unknown): void =>
      fail('egress_unreachable', `the egress proxy hung up before ${target} was reached`, cause);
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if ((end < 0 ? received.length : end) > MAX_HEAD_BYTES) {
        fail('egress_protocol', `the egress proxy's head has more than ${MAX_HEAD_BYTES} bytes`);
      } else if (end >= 0) {
        settle(() => resolve(received.toString('latin1', 0, end)));
        if (received.length > end + 4) socket.unshift(received.subarray(end + 4));
      }
    };
    socket.on('data', onData).on('error', onEnd).on('end', onEnd);
  });
}

function checkStatus(head: string, target: string): void {
  const status = /^HTTP\/1\.[01] (\d{3})(?: |\r\n|$)/.exec(head)?.[1];
  if (status === '200') return;
  if (status === undefined) throw new EgressError('egress_protocol', 'the egress proxy does not speak HTTP');
  const code: EgressErrorCode =
    status === '403' ? 'egress_refused' : status === '504' ? 'egress_timeout' : 'egress_unreachable';
  throw new EgressError(code, `the egress proxy answered ${status} for ${target}`);
}
