/**
 * The HTTP server below the application: limits of size and time, and an answer with a code to what never
 * becomes a request.
 */
import { randomUUID } from 'node:crypto';
import http, { type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PUBLIC_FAILURES, type PublicCode } from '@perf-aggregator/shared/wire/failure';
import type { EventSink } from '../events.ts';
import { type Application, messagesOf } from './messages.ts';
import { PROBLEM_TYPE, problemJson } from './problem.ts';

/** How long a request may be and take, bytes and ms. */
export interface HttpLimits {
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
}

/** Limits of the service. */
export const HTTP_LIMITS: HttpLimits = {
  maxHeaderBytes: 16_384,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 125_000,
  checkingIntervalMs: 1_000,
};

/** A server for `app` that does not listen yet. */
export function createHttpServer(app: Application, emit: EventSink, limits = HTTP_LIMITS): http.Server {
  const answers = new WeakMap<Duplex, ServerResponse>();
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
  server.on('request', (request, response) => {
    answers.set(request.socket, response);
    app(request, response);
  });
  // Node would answer 417 by itself; an expectation that is not 100-continue may be ignored (RFC 9110 §10.1.1).
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket) => refuse(socket, 'method_not_allowed', emit));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // In the middle of an answer a second one would be read as its rest.
    const isAnswering = answers.get(socket)?.headersSent && !answers.get(socket)?.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) socket.destroy();
    else refuse(socket, codeOf(error), emit);
  });
  return server;
}

function codeOf({ code }: NodeJS.ErrnoException): PublicCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 'request_too_large';
  return 'request_malformed';
}

/** Answers on a bare socket, and closes it. */
function refuse(socket: Duplex, code: PublicCode, emit: EventSink): void {
  const [status] = PUBLIC_FAILURES[code];
  const id = randomUUID();
  const body = problemJson({ code, retryAfterMs: null, sealed: null }, id);
  socket.on('error', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}`,
      'Connection: close',
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      `X-Request-Id: ${id}`,
      `Content-Type: ${PROBLEM_TYPE}; charset=utf-8`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
    // Whoever does not read it does not keep the connection either.
    () => socket.destroy(),
  );
  emit({ event: 'request_refused', request_id: id, route: 'none', status, code });
}
