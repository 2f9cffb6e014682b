/** Problem documents (RFC 9457): how every failure looks to a client. */
import { parseJson } from '@perf-aggregator/shared/wire/envelope';
import { type Failure, PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import type { Response } from 'express';

/** Answers with a problem document; `sealed` goes through unread for the client to open. */
export function sendProblem(response: Response, failure: Failure, requestId: string): void {
  const [status, title] = PUBLIC_FAILURES[failure.code];
  if (failure.retryAfterMs !== null) {
    response.setHeader('Retry-After', String(Math.max(1, Math.ceil(failure.retryAfterMs / 1_000))));
  }
  response.status(status).type('application/problem+json');
  response.send(
    JSON.stringify({
      type: `urn:perf-aggregator:problem:${failure.code}`,
      title,
      status,
      code: failure.code,
      message: title,
      request_id: requestId,
      ...(failure.retryAfterMs === null ? {} : { retry_after_ms: failure.retryAfterMs }),
      ...(failure.sealed === null ? {} : { sealed: parseJson(failure.sealed) }),
    }),
  );
}
