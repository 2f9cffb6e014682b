/** The two ways in which attestation evidence fails. Each code names a rule of the verifier. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link VerificationError}: the evidence itself is bad. */
export const VERIFICATION_ERROR_CODES = [
  // Not one strict CBOR item of at most 16 KiB.
  'document_malformed',
  // Not a COSE_Sign1 array of four, untagged or tag 18.
  'cose_malformed',
  // The protected header is not exactly ES384, or the unprotected one is not empty.
  'cose_header_invalid',
  // The signature is not 96 bytes r ‖ s with 1 ≤ r, s < n.
  'signature_malformed',
  // A mandatory field of the payload is missing or wrong.
  'payload_malformed',
  // It has registers of a NitroTPM, or a module id that is not one of an enclave: it is about an instance.
  'not_an_enclave',
  // `public_key`, `user_data` or `nonce` is neither null nor at most 1,024 bytes.
  'payload_optional_invalid',
  // The signature does not hold under the key of the leaf certificate.
  'signature_invalid',
  // No pinned root issued the chain.
  'root_untrusted',
  // A certificate is not strict DER, X.509 v3, ECDSA P-384 with SHA-384.
  'certificate_malformed',
  // A certificate is not issued by the one above it.
  'chain_invalid',
  // The instant of verification is before a certificate's validity.
  'certificate_not_yet_valid',
  // The instant of verification is after a certificate's validity.
  'certificate_expired',
  // Basic constraints, path length, key usage or an unknown critical extension.
  'certificate_constraint_violated',
] as const;
export type VerificationErrorCode = (typeof VERIFICATION_ERROR_CODES)[number];

/** The evidence is bad. It proves nothing to anybody. */
export class VerificationError extends CodedError<VerificationErrorCode> {}

/** Codes of {@link PolicyError}: the evidence is genuine, but does not meet the policy. */
export const POLICY_ERROR_CODES = [
  // Neither measurements nor an explicit `any-image`.
  'policy_empty',
  // An expected measurement is zero, or is not hex of 32, 48 or 64 bytes under an index 0..31; an image has no PCR0; or
  // a member of policy or options is unknown or has the wrong type.
  'policy_invalid',
  // The caller did not name the instant of verification.
  'instant_invalid',
  // A root from the caller is not a certificate of the Nitro profile.
  'root_invalid',
  // This version does not know a field, and the policy refuses unknown fields.
  'unknown_field',
  // PCR0 is all zero (or missing): the enclave's memory was readable from outside.
  'debug_mode',
  // The measurements are not among the expected ones.
  'pcr_mismatch',
  // The nonce differs from the one that was sent.
  'nonce_mismatch',
  // The document was made too long before, or too far after, the instant of verification.
  'document_not_fresh',
  // The attested public key differs from the expected one.
  'public_key_mismatch',
  // The attested user data differ from the expected ones.
  'user_data_mismatch',
] as const;
export type PolicyErrorCode = (typeof POLICY_ERROR_CODES)[number];

/** The evidence is genuine, but does not meet the caller's policy. */
export class PolicyError extends CodedError<PolicyErrorCode> {}
