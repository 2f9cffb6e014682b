/** Codes by who refuses: what the classes of attacks are made from. */
import { POLICY_ERROR_CODES, VERIFICATION_ERROR_CODES } from '@perf-aggregator/attestation/errors';

/** The attestation document itself was refused, or is not what the client asked for. */
export const ATTESTATION = [...VERIFICATION_ERROR_CODES, ...POLICY_ERROR_CODES].filter(
  (code) => !code.startsWith('policy_'),
);
/** The relay and the enclave do not understand each other. */
export const WIRE = ['frame_malformed'];
/** A client refuses an answer that holds a sealed reply. */
export const CLIENT_REPLY = [
  'service_malformed',
  'response_unreadable',
  'response_mismatch',
  'rollback_detected',
];
/** A client refuses an answer that holds a quote. */
export const CLIENT_QUOTE = ['service_malformed', 'quote_malformed', ...ATTESTATION];
/** The enclave refuses what it was given as a session. */
export const SESSION = ['session_unknown', 'session_lost', 'state_rejected', 'state_version_unsupported'];
