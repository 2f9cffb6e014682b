/**
 * The HTTP server below the application. It limits sizes, times and numbers. Bytes that never become a request get an
 * answer with a code. Requests without room get a cheap refusal.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PublicCode } from '@perf-aggregator/shared/wire/failure';
import type { EventSink } from '../events.ts';
import type { Shed } from '../relay/relay.ts';
import { Conduct, CREDIT, type CreditLimits } from './conduct.ts';
import { type ConnectionLimits, Connections } from './connections.ts';
import { type Application, messagesOf } from './messages.ts';
import { refuseSocket } from './refusal.ts';
import { Shedding } from './shedding.ts';
import { sourceOf } from './sources.ts';

/** The limits of a request, in bytes and ms, and the number of connections. */
export interface HttpLimits extends ConnectionLimits {
  /** Request line and headers together. */
  readonly maxHeaderBytes: number;
  /** Time until the headers are complete. */
  readonly headersTimeoutMs: number;
  /** Time until the request is complete. */
  readonly requestTimeoutMs: number;
  /** How long a connection waits for the next request. Longer than load balancers do (AWS: 60 s, ours 120 s). */
  readonly keepAliveTimeoutMs: number;
  /** How often the three time limits are checked. */
  readonly checkingIntervalMs: number;
  /** Connections at once. */
  readonly maxConnections: number;
  /** Connections of one source at once, unless the source is a proxy. */
  readonly maxConnectionsPerSource: number;
  /** The credit of a source before it is shut out for a while, unless the source is a proxy. */
  readonly credit: CreditLimits;
}

/** Limits of the service. */
export const HTTP_LIMITS: HttpLimits = {
  maxHeaderBytes: 16_384,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 125_000,
  checkingIntervalMs: 1_000,
  maxConnections: 4_096,
  maxConnectionsPerSource: 1_024,
  credit: CREDIT,
  maxOutstanding: 8,
  writeStallMs: 10_000,
  probeMs: 500,
};

/** What the server checks before it passes a request on. */
export interface Gate {
  /** Why a request is refused unread. Null: it is not refused. */
  shed(request: IncomingMessage): Shed | null;
  /** Whether the service is about to end. Then every answer closes its connection. */
  isDraining(): boolean;
  /** Whether connections from this address belong to many sources. */
  isProxy(address: string): boolean;
}

/** A gate that is open. */
export const OPEN_GATE: Gate = { shed: () => null, isDraining: () => false, isProxy: () => false };

/** A server for `app` that does not listen yet. */
export function createHttpServer(
  app: Application,
  emit: EventSink,
  limits = HTTP_LIMITS,
  gate = OPEN_GATE,
): http.Server {
  const shedding = new Shedding(emit);
  const begin = (request: IncomingMessage, response: ServerResponse) => {
    if (gate.isDraining()) response.setHeader('Connection', 'close');
    const shed = gate.shed(request);
    if (shed) shedding.refuse(response, shed);
    else app(request, response);
  };
  const conduct = new Conduct(limits.credit, () => performance.now());
  const charge = (socket: Socket, what: Parameters<Conduct['charge']>[1]) =>
    gate.isProxy(socket.remoteAddress ?? '') || conduct.charge(sourceOfSocket(socket), what);
  const connections = new Connections(limits, begin, {
    onOverflow: (socket) => {
      charge(socket, 'overflow');
      shedding.count('overloaded');
    },
    onAbort: (socket) => charge(socket, 'abort'),
    isUnwelcome: (socket) =>
      !gate.isProxy(socket.remoteAddress ?? '') && conduct.isOut(sourceOfSocket(socket)),
  });
  const server = http.createServer({
    ...messagesOf(app),
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkingIntervalMs,
    // Node would refuse a request without Host by itself, without a code. The application refuses it instead.
    requireHostHeader: false,
  });
  // A client that closed its half gets its answer (RFC 9112 §9.6). Node would close the other half.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('request', (request, response) => connections.take(request, response));
  // The reader of the body asks the client to send it. A refused body need not be sent (RFC 9110 §10.1.1).
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  // Node would answer 417 by itself. An expectation other than 100-continue may be ignored.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket) => refuse(socket, 'method_not_allowed'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // In the middle of an answer, a client would read a second answer as the rest of the first.
    const answering = connections.currentOf(socket as Socket);
    const isAnswering = answering?.headersSent && !answering.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) socket.destroy();
    else refuse(socket, codeOf(error));
  });
  server.on('connection', (socket: Socket) => {
    if (charge(socket, 'connection')) return;
    shedding.count('rate_limited');
    socket.resetAndDestroy();
  });
  boundConnections(server, limits, gate, (socket) => shedding.refuseSocket(socket, 'overloaded'));
  return server;

  function refuse(socket: Duplex, code: PublicCode): void {
    charge(socket as Socket, 'malformed');
    const refused = refuseSocket(socket, code);
    if (shedding.isCalm()) emit({ event: 'request_refused', route: 'none', ...refused });
    else shedding.count(code);
  }
}

/** The source of a connection, whatever its requests claim. */
function sourceOfSocket({ remoteAddress = '' }: Socket): string {
  return sourceOf(remoteAddress) ?? remoteAddress;
}

/** Limits the number of connections. */
function boundConnections(
  server: http.Server,
  limits: HttpLimits,
  gate: Gate,
  refuse: (socket: Socket) => void,
): void {
  const bySource = new Map<string, number>();
  let all = 0;
  server.on('connection', (socket: Socket) => {
    if (socket.destroyed) return;
    const address = socket.remoteAddress ?? '';
    const source = sourceOfSocket(socket);
    const count = (bySource.get(source) ?? 0) + 1;
    all += 1;
    bySource.set(source, count);
    socket.once('close', () => {
      all -= 1;
      const left = (bySource.get(source) ?? 1) - 1;
      if (left > 0) bySource.set(source, left);
      else bySource.delete(source);
    });
    if (all > limits.maxConnections || (count > limits.maxConnectionsPerSource && !gate.isProxy(address))) {
      refuse(socket);
    } else if (all > 0.9 * limits.maxConnections) {
      // Idle connections are closed to make room for those with requests.
      server.closeIdleConnections();
    }
  });
}

function codeOf({ code }: NodeJS.ErrnoException): PublicCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 'request_too_large';
  return 'request_malformed';
}
