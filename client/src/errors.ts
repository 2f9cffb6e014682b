/** How the SDK fails: the service refused, the service cannot be believed, or the service cannot be reached. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link SecurityError}. */
export const SECURITY_ERROR_CODES = [
  'expectations_missing',
  'config_mismatch',
  'quote_malformed',
  'kms_policy_unacceptable',
  'response_unreadable',
  'response_mismatch',
  'rollback_detected',
] as const;
export type SecurityErrorCode = (typeof SECURITY_ERROR_CODES)[number];

/** The other side is not, or is no longer, what it must be. Nothing was sent to it, and nothing should be. */
export class SecurityError extends CodedError<SecurityErrorCode> {}

/** Codes of {@link ClientError}. */
export const CLIENT_ERROR_CODES = [
  'not_registered',
  'already_registered',
  'session_malformed',
  'service_unreachable',
  'service_malformed',
  'sync_timeout',
  'disclosure_unknown',
] as const;
export type ClientErrorCode = (typeof CLIENT_ERROR_CODES)[number];

/** The SDK was used in the wrong order, or the service cannot be reached or understood. */
export class ClientError extends CodedError<ClientErrorCode> {}

/** The service refused. `code` is one of its public codes, or the sealed reason of a refusal. */
export class ServiceError extends CodedError {
  /** HTTP status. */
  readonly status: number;
  /** Identifies the request in the service's log. */
  readonly requestId: string | null;
  /** Time after which another try may help, ms. */
  readonly retryAfterMs: number | null;
  /** What a sealed refusal stated besides its reason. */
  readonly details: unknown;

  constructor(
    code: string,
    message: string,
    facts: {
      readonly status: number;
      readonly requestId: string | null;
      readonly retryAfterMs: number | null;
      readonly details?: unknown;
    },
  ) {
    super(code, message);
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
    this.details = facts.details ?? null;
  }
}
