/** Problem documents (RFC 9457): the form of every failure for a client. */
import { parseJson } from '@perf-aggregator/shared/wire/envelope';
import { type Failure, PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import type { Response } from 'express';

/** Media type of a problem document. */
export const PROBLEM_TYPE = 'application/problem+json';

/** Answers with a problem document. `sealed` passes through unread, for the client to open. */
export function sendProblem(response: Response, failure: Failure, requestId: string): void {
  if (failure.retryAfterMs !== null) {
    response.setHeader('Retry-After', retryAfterSeconds(failure.retryAfterMs));
  }
  response.status(PUBLIC_FAILURES[failure.code][0]).type(PROBLEM_TYPE);
  response.send(problemJson(failure, requestId));
}

/** Value of `Retry-After`: whole seconds, at least one. */
export function retryAfterSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1_000)));
}

/** The document itself. It repeats nothing of the request. */
export function problemJson(failure: Failure, requestId: string): string {
  const [status, title] = PUBLIC_FAILURES[failure.code];
  return JSON.stringify({
    type: `urn:perf-aggregator:problem:${failure.code}`,
    title,
    status,
    code: failure.code,
    message: title,
    request_id: requestId,
    ...(failure.retryAfterMs === null ? {} : { retry_after_ms: failure.retryAfterMs }),
    ...(failure.sealed === null ? {} : { sealed: parseJson(failure.sealed) }),
  });
}
