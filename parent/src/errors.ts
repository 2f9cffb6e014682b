/** How the relay fails: with a public code. The edge turns it into a problem document. */
import { CodedError } from '@perf-aggregator/shared/errors';
import type { Failure, PublicCode } from '@perf-aggregator/shared/wire/failure';

/** A request that the enclave refused, or that never reached it. */
export class RelayError extends CodedError<PublicCode> {
  readonly failure: Failure;

  constructor(failure: Failure, message: string, cause?: unknown) {
    super(failure.code, message, cause);
    this.failure = failure;
  }
}

/** A {@link RelayError} that the parent itself decides on. */
export function relayError(code: PublicCode, message: string, retryAfterMs: number | null, cause?: unknown) {
  return new RelayError({ code, retryAfterMs, sealed: null }, message, cause);
}
