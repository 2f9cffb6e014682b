/** Cheap refusals: an answer to an unread request, and an answer on a socket without a request. */
import { randomUUID } from 'node:crypto';
import http, { type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Failure, PUBLIC_FAILURES, type PublicCode } from '@perf-aggregator/shared/wire/failure';
import { PROBLEM_TYPE, problemJson, retryAfterSeconds } from './problem.ts';

/** The facts by which a refusal can be found later. */
export interface Refused {
  readonly request_id: string;
  readonly status: number;
  readonly code: PublicCode;
}

/** Answers a request with a problem document, without the application. */
export function answerRefusal(response: ServerResponse, failure: Failure): void {
  const id = randomUUID();
  const body = problemJson(failure, id);
  for (const [name, value] of headersOf(id)) response.setHeader(name, value);
  if (failure.retryAfterMs !== null)
    response.setHeader('Retry-After', retryAfterSeconds(failure.retryAfterMs));
  response.statusCode = PUBLIC_FAILURES[failure.code][0];
  response.end(body);
}

/** Answers on a bare socket and closes it. */
export function refuseSocket(socket: Duplex, code: PublicCode): Refused {
  const [status] = PUBLIC_FAILURES[code];
  const id = randomUUID();
  const body = problemJson({ code, retryAfterMs: null, sealed: null }, id);
  const headers = headersOf(id).map(([name, value]) => `${name}: ${value}`);
  socket.on('error', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}`,
      'Connection: close',
      ...headers,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
    // A client that does not read the answer does not keep the connection.
    () => socket.destroy(),
  );
  return { request_id: id, status, code };
}

function headersOf(id: string): readonly (readonly [name: string, value: string])[] {
  return [
    ['Cache-Control', 'no-store'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Request-Id', id],
    ['Content-Type', `${PROBLEM_TYPE}; charset=utf-8`],
  ];
}
