/** What may go wrong on the enclave's way out, as closed codes. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link EgressError}. */
export const EGRESS_ERROR_CODES = [
  /** The measured allowlist does not name the host and port: nothing was dialled. */
  'egress_host_denied',
  /** The parent's proxy refused the target. */
  'egress_refused',
  /** The proxy, or the target behind it, could not be reached, or hung up. */
  'egress_unreachable',
  /** No answer in time. */
  'egress_timeout',
  /** The proxy's answer is not a bounded HTTP/1.x head. */
  'egress_protocol',
  /** The target's certificate or the handshake was refused. */
  'egress_tls',
  /** The certificate verifies, but its key is not among those pinned for the host. */
  'egress_pin_mismatch',
  /** More connections at once than allowed. */
  'egress_overloaded',
  /** Not an https URL. */
  'egress_url_refused',
  /** The target answered with a redirect; none is followed. */
  'egress_redirect_refused',
  /** The answer is longer than allowed, compressed or not. */
  'egress_response_too_large',
  /** The answer's body does not decode. */
  'egress_response_malformed',
] as const;
export type EgressErrorCode = (typeof EGRESS_ERROR_CODES)[number];

/** The enclave's way out failed or was refused. Messages name the host, never a path, a query or a header. */
export class EgressError extends CodedError<EgressErrorCode> {}
