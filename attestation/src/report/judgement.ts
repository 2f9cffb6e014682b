/** The inputs of a report's judgement, the order of its rules, and its result. */
import type { AnyReportClaims } from '@perf-aggregator/shared/messages/report/claims';
import { KMS_POLICY_STATES, type KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import type { Check } from '../checklist.ts';
import { PolicyError, type PolicyErrorCode, type VerificationErrorCode } from '../errors.ts';
import type { Explanation, VerifiedAttestation } from '../judgement.ts';
import { checkMembers, type Members } from '../members.ts';
import type { ExpectedPcrs } from '../policy.ts';
import type { ReportErrorCode } from './errors.ts';

/** The verifier's rules in the order of judgement. */
export const REPORT_RULES = [
  'bundle',
  'attestation',
  'user_data_type',
  'jwt_digest',
  'signer',
  'disclosures',
  'schema',
  'binding',
  'kms_policy',
  'audience',
  'nonce',
  'validity',
  'issue_time',
  'arithmetic',
] as const;
export type ReportRule = (typeof REPORT_RULES)[number];

/** The verifier's inputs. */
export interface ReportPolicy {
  /** DER of trusted roots. Default: only AWS's G1. With any other root the report is marked as a simulation. */
  readonly roots?: readonly Uint8Array[];
  /** Images from a source that the verifier trusts. `any-image` states explicitly that none is checked. */
  readonly pcrs: readonly ExpectedPcrs[] | 'any-image';
  readonly allowDebug?: boolean;
  /** Instant of verification, ms. It decides about expiry. The evidence is judged at its own time. */
  readonly instant: number;
  readonly audience?: string;
  readonly nonce?: string;
  /** Require a locked KMS key policy (docs/threat-model.md). */
  readonly kmsPolicy?: KmsPolicyState;
}

/** Every member of a report's policy. Any other is refused. */
export const REPORT_POLICY_MEMBERS = {
  roots: true,
  pcrs: true,
  allowDebug: true,
  instant: true,
  audience: true,
  nonce: true,
  kmsPolicy: true,
} as const satisfies Members<ReportPolicy>;

/**
 * Checks that the requirements of a policy are possible, before any bundle is read.
 * @throws PolicyError `policy_empty`, `policy_invalid`, `instant_invalid`
 */
export function checkReportPolicy(policy: ReportPolicy): void {
  // Callers in plain JavaScript may pass no policy, or one of other types.
  const given = policy as Readonly<Record<keyof ReportPolicy, unknown>> | null | undefined;
  if (!given) throw new PolicyError('policy_empty', 'no measurement is expected');
  checkMembers(given, REPORT_POLICY_MEMBERS, 'the policy');
  for (const name of ['audience', 'nonce'] as const) {
    if (given[name] === undefined || typeof given[name] === 'string') continue;
    throw new PolicyError('policy_invalid', `the expected ${name} is no text`);
  }
  if (given.kmsPolicy !== undefined && !(KMS_POLICY_STATES as readonly unknown[]).includes(given.kmsPolicy)) {
    throw new PolicyError('policy_invalid', `kmsPolicy is none of ${KMS_POLICY_STATES.join(', ')}`);
  }
  // At an instant that is not a number, no report would have expired.
  if (typeof given.instant === 'number' && Number.isFinite(given.instant)) return;
  throw new PolicyError('instant_invalid', 'say when to judge: `instant`, in milliseconds');
}

/** A valid report. */
export interface VerifiedReport {
  readonly claims: AnyReportClaims;
  readonly attestation: VerifiedAttestation;
  readonly simulated: boolean;
}

/** A judgement with its reasons. */
export interface ReportExplanation {
  readonly verified: boolean;
  /** Whether the evidence leads to a root other than AWS's. */
  readonly simulated: boolean;
  readonly code: ReportErrorCode | VerificationErrorCode | PolicyErrorCode | null;
  readonly checks: readonly Check<ReportRule>[];
  /** The judgement of the attestation document, rule by rule. */
  readonly attestation: Explanation | null;
  /** Trust them only if `verified`. */
  readonly claims: AnyReportClaims | null;
}
