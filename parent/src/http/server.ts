/**
 * The HTTP server below the application: limits of size, time and number, an answer with a code to what never becomes
 * a request, and a cheap refusal of what there is no room for.
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

/** How long a request may be and take, bytes and ms, and how many connections there may be. */
export interface HttpLimits extends ConnectionLimits {
  /** Request line and headers together. */
  readonly maxHeaderBytes: number;
  /** Until the headers are whole. */
  readonly headersTimeoutMs: number;
  /** Until the request is whole. */
  readonly requestTimeoutMs: number;
  /** How long a connection waits for the next request: longer than load balancers do (AWS: 60 s, ours 120 s). */
  readonly keepAliveTimeoutMs: number;
  /** How often the three are looked after. */
  readonly checkingIntervalMs: number;
  /** Connections at once. */
  readonly maxConnections: number;
  /** Of which so many of one source, if it is no proxy. */
  readonly maxConnectionsPerSource: number;
  /** What a source may do before it is not let in for a while, if it is no proxy. */
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

/** What the server asks before it hands a request on. */
export interface Gate {
  /** Why a request is refused unread; null: it is not. */
  shed(request: IncomingMessage): Shed | null;
  /** Whether the service is about to end: every answer closes its connection then. */
  isDraining(): boolean;
  /** Whether connections of this address are of many sources. */
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
    // Node would refuse a request without Host by itself, without a code; the application does it.
    requireHostHeader: false,
  });
  // A client that closed its half gets its answer (RFC 9112 §9.6); Node would close the other half.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('request', (request, response) => connections.take(request, response));
  // Whoever reads the body says that it may come: what is refused does not have to be sent (RFC 9110 §10.1.1).
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  // Node would answer 417 by itself; an expectation that is not 100-continue may be ignored.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket) => refuse(socket, 'method_not_allowed'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // In the middle of an answer a second one would be read as its rest.
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

/** The source of whoever connected, whatever its requests say. */
function sourceOfSocket({ remoteAddress = '' }: Socket): string {
  return sourceOf(remoteAddress) ?? remoteAddress;
}

/** Keeps to the numbers of connections. */
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
      // Those that ask nothing make room for those that do.
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
