/**
 * Attestation: judges evidence of AWS Nitro Enclaves. It trusts the caller's roots and policy (by default AWS's root
 * G1) and nothing else. Runs in browsers and Node. No I/O.
 *
 * These are the exports that a verifier needs. Everything else is imported by subpath,
 * `@perf-aggregator/attestation/eif/measure`.
 */

export { ChainCache } from './chain-cache.ts';
export { instanceIdOf, regionOf } from './enclave-id.ts';
export { PolicyError, VerificationError } from './errors.ts';
export type { VerificationTime } from './instant.ts';
export type { Explanation, VerifiedAttestation } from './judgement.ts';
export type { VerifyOptions } from './options.ts';
export type { AttestationPolicy, ExpectedPcrs } from './policy.ts';
export { pcr3OfRole, pcr4OfInstance, pcr8OfCertificate } from './registers.ts';
export { ReportError } from './report/errors.ts';
export type { ReportExplanation, ReportPolicy, VerifiedReport } from './report/judgement.ts';
export { explainReport, verifyReport } from './report/verify-report.ts';
export { AWS_NITRO_ROOT_G1, AWS_NITRO_ROOT_G1_SHA256 } from './roots.ts';
export { explainAttestation, verifyAttestation } from './verify.ts';
