/** How a report fails. Each rule of the report verifier has one code. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link ReportError}. */
export const REPORT_ERROR_CODES = [
  // Not a bundle: JSON of exactly version, sdJwt and attestation.
  'bundle_malformed',
  // The attestation document was made for another purpose than a report.
  'attestation_type_wrong',
  // The attestation document commits to another JWT.
  'report_digest_mismatch',
  // The JWT is not signed by the attested report key, or its header differs from the pinned one.
  'report_signature_invalid',
  // A disclosure is malformed, repeated, or matches no digest of the report.
  'disclosure_invalid',
  // Claims that nobody may withhold are missing, or a claim has the wrong form.
  'schema_invalid',
  // The report is for another audience.
  'audience_mismatch',
  // The report answers another challenge.
  'report_nonce_mismatch',
  // The report has expired, or is not valid yet, at the instant of verification.
  'report_expired',
  // Claims and attestation document contradict each other (configuration, KMS policy, environment).
  'claims_contradict_attestation',
  // The KMS key's policy is not in the state that the verifier requires.
  'kms_policy_mismatch',
  // The JWT was issued at another time than its attestation document.
  'issue_time_mismatch',
  // The numbers contradict each other.
  'arithmetic_invalid',
] as const;
export type ReportErrorCode = (typeof REPORT_ERROR_CODES)[number];

/** The bundle is not a genuine report, or not the requested one. */
export class ReportError extends CodedError<ReportErrorCode> {}
