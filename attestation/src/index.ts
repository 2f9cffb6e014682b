/**
 * Attestation: judges evidence of AWS Nitro Enclaves. It trusts the roots and the policy that the caller
 * brings (by default AWS's root G1) and nothing else. Runs in browsers and Node; no I/O.
 */

export { ChainCache } from './chain-cache.ts';
export { type Check, RULES, type Rule } from './checklist.ts';
export { EIF_ERROR_CODES, EifError, type EifErrorCode } from './eif/errors.ts';
export { type EifMeasurement, EifMeter, type EifSection, measureEif } from './eif/measure.ts';
export type { EifSigner } from './eif/signature.ts';
export {
  POLICY_ERROR_CODES,
  PolicyError,
  type PolicyErrorCode,
  VERIFICATION_ERROR_CODES,
  VerificationError,
  type VerificationErrorCode,
} from './errors.ts';
export type { VerificationTime } from './instant.ts';
export type { ChainLink, Explanation, VerifiedAttestation, VerifyOptions } from './judgement.ts';
export { decodeAttestationUnverified, type UnverifiedAttestation } from './payload.ts';
export type { AttestationPolicy, ExpectedPcrs } from './policy.ts';
export { REPORT_ERROR_CODES, ReportError, type ReportErrorCode } from './report/errors.ts';
export {
  REPORT_RULES,
  type ReportExplanation,
  type ReportPolicy,
  type ReportRule,
  type VerifiedReport,
} from './report/judgement.ts';
export { explainReport, verifyReport } from './report/verify-report.ts';
export { AWS_NITRO_ROOT_G1, AWS_NITRO_ROOT_G1_SHA256 } from './roots.ts';
export { explainAttestation, verifyAttestation } from './verify.ts';
