/**
 * Failures that may cross the wire: the closed list of public codes, and nothing else. A public code states what the
 * caller can do about it. It never depends on account data. Reasons that do are sealed to the client in
 * {@link Failure.sealed}.
 */

/** Every public code with its HTTP status and its title (RFC 9457). `docs/errors.md` explains each. */
export const PUBLIC_FAILURES = {
  request_malformed: [400, 'The request cannot be read'],
  request_too_large: [413, 'The request is too large'],
  request_timeout: [408, 'The request did not come whole in time'],
  headers_too_large: [431, 'The request line and headers are too large'],
  method_not_allowed: [405, 'This route has no such method'],
  submission_unreadable: [400, 'The submission does not open under this handshake key'],
  submission_refused: [422, 'The submission was refused; the reason is sealed'],
  unknown_handshake_key: [409, 'This handshake key is not in use; ask for a new quote'],
  replayed_submission: [409, 'This submission was seen before'],
  ttl_out_of_range: [400, 'The session time to live is out of range'],
  nonce_out_of_range: [400, 'The nonce must have 16 to 64 bytes'],
  session_unknown: [404, 'There is no such session'],
  session_expired: [410, 'The session has expired'],
  session_lost: [410, 'The session lived in memory only and ended with a restart'],
  query_unreadable: [400, 'The sealed query does not open under this session'],
  query_refused: [422, 'The query was refused; the reason is sealed'],
  renewal_replayed: [409, 'This renewal was seen before'],
  sync_pending: [409, 'The account is still being read; try again shortly'],
  state_rejected: [500, 'The stored state of this session does not verify'],
  state_version_unsupported: [500, 'The stored state of this session has an unknown format'],
  sessions_full: [503, 'No room for another session that lives in memory'],
  genesis_mismatch: [500, 'The stored root key is not one that this service drew'],
  deployment_refused: [503, 'The enclave refused the key or the role that its parent named'],
  kms_unavailable: [503, 'The key service cannot be reached or refused'],
  enclave_not_ready: [503, 'The enclave has no keys yet'],
  enclave_unavailable: [503, 'The enclave cannot be reached'],
  overloaded: [503, 'Too many requests are under way'],
  deadline_exceeded: [504, 'The enclave did not answer in time'],
  frame_malformed: [502, 'The enclave and its parent do not understand each other'],
  store_unavailable: [503, 'The store cannot be written'],
  state_conflict: [409, 'The session changed at the same time; try again'],
  rate_limited: [429, 'Too many requests'],
  route_unknown: [404, 'There is no such route'],
  internal: [500, 'Something failed; the request id finds it in the log'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type PublicCode = keyof typeof PUBLIC_FAILURES;

/** Every public code. */
export const PUBLIC_CODES = Object.keys(PUBLIC_FAILURES) as readonly PublicCode[];

/** Whether `code` is a public code. */
export function isPublicCode(code: string): code is PublicCode {
  return Object.hasOwn(PUBLIC_FAILURES, code);
}

/** A failure in the form in which it crosses the wire. */
export interface Failure {
  readonly code: PublicCode;
  /** When a retry may help, ms. Null: a retry alone does not help. */
  readonly retryAfterMs: number | null;
  /** JSON of a sealed reply that only the client can open. Null: the code is the whole answer. */
  readonly sealed: Uint8Array | null;
}
