/** Refusal codes by the component that refuses. The attack classes are built from them. */
import { POLICY_ERROR_CODES, VERIFICATION_ERROR_CODES } from '@perf-aggregator/attestation/errors';

/** The attestation document was refused, or is not the one that the client expects. */
export const ATTESTATION = [...VERIFICATION_ERROR_CODES, ...POLICY_ERROR_CODES].filter(
  (code) => !code.startsWith('policy_'),
);
/** The relay and the enclave cannot parse each other's messages. */
export const WIRE = ['frame_malformed'];
/** The client refuses an answer with a sealed reply. */
export const CLIENT_REPLY = [
  'service_malformed',
  'response_unreadable',
  'response_mismatch',
  'rollback_detected',
];
/** The client refuses an answer with a quote. */
export const CLIENT_QUOTE = ['service_malformed', 'quote_malformed', ...ATTESTATION];
/** The enclave refuses the session state that it got. */
export const SESSION = ['session_unknown', 'session_lost', 'state_rejected', 'state_version_unsupported'];
