/**
 * The report verifier (docs/protocol.md §6). Inputs: a bundle, a policy and an instant. Result: a judgement. It trusts
 * the verifier's own roots and measurements, and nothing in the bundle.
 *
 * It does not prove who controlled the accounts, nor that there are no others. The report states this itself.
 */
import { equalBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { ed25519Verify, p384Verify, sha256 } from '@perf-aggregator/shared/crypto';
import type { ReportCrypto } from '@perf-aggregator/shared/crypto/port';
import {
  type AnyReportClaims,
  REPORT_CLAIMS,
  type ReportBundle,
  type ReportVersion,
} from '@perf-aggregator/shared/messages/report/claims';
import { decodeUserData, type UserData } from '@perf-aggregator/shared/messages/user-data';
import { placesOfIssues } from '@perf-aggregator/shared/schema-issues';
import { ChainCache } from '../chain-cache.ts';
import { Checklist } from '../checklist.ts';
import { PolicyError, VerificationError } from '../errors.ts';
import type { Explanation, VerifiedAttestation } from '../judgement.ts';
import { explainAttestation, verifyAttestation } from '../verify.ts';
import { checkArithmetic } from './arithmetic.ts';
import { decodeAttestation, parseBundle } from './bundle.ts';
import { ReportError } from './errors.ts';
import {
  checkReportPolicy,
  REPORT_RULES,
  type ReportExplanation,
  type ReportPolicy,
  type VerifiedReport,
} from './judgement.ts';
import { discloseClaims, isSignedBy, parseSdJwt, type SdJwtParts } from './sd-jwt.ts';

/** The needed part of this platform's back end. A bundler leaves out what it sees unused. */
const PLATFORM: ReportCrypto = { ed25519Verify, p384Verify, sha256 };

/** How far the JWT's time of issue may be from its attestation document's, ms. */
const ISSUE_SKEW_MS = 60_000;
/** How far in the future a report may have been issued, ms. */
const CLOCK_SKEW_MS = 300_000;

/**
 * The report in `bundle` (JSON text or its value), verified by all rules.
 * @throws ReportError, VerificationError, PolicyError
 */
export function verifyReport(
  bundle: unknown,
  policy: ReportPolicy,
  crypto: ReportCrypto = PLATFORM,
): VerifiedReport {
  return new ReportJudgement(policy, crypto).run(bundle);
}

/** The same judgement as {@link verifyReport}, rule by rule. A bad bundle is an answer and not an error. */
export function explainReport(
  bundle: unknown,
  policy: ReportPolicy,
  crypto: ReportCrypto = PLATFORM,
): ReportExplanation {
  const judgement = new ReportJudgement(policy, crypto);
  let code: ReportExplanation['code'] = null;
  try {
    judgement.run(bundle);
  } catch (error) {
    if (!isVerdict(error)) throw error;
    code = error.code;
  }
  const { attestation, claims, checklist } = judgement;
  const simulated = attestation?.simulated ?? false;
  return { verified: code === null, simulated, code, checks: checklist.toChecks(), attestation, claims };
}

function isVerdict(error: unknown): error is ReportError | VerificationError | PolicyError {
  return error instanceof ReportError || error instanceof VerificationError || error instanceof PolicyError;
}

type ReportUserData = Extract<UserData, { t: 'report' }>;

class ReportJudgement {
  readonly checklist = new Checklist(REPORT_RULES, isVerdict);
  attestation: Explanation | null = null;
  claims: AnyReportClaims | null = null;
  readonly #policy: ReportPolicy;
  readonly #crypto: ReportCrypto;

  constructor(policy: ReportPolicy, crypto: ReportCrypto) {
    this.#policy = policy;
    this.#crypto = crypto;
  }

  run(input: unknown): VerifiedReport {
    checkReportPolicy(this.#policy);
    const bundle = this.checklist.judge('bundle', () => {
      const parsed = parseBundle(input);
      return [parsed, `version ${parsed.version}`];
    });
    const attestation = this.#attestation(bundle);
    const userData = this.checklist.judge('user_data_type', () => [reportUserData(attestation), 'report']);
    const parts = this.#signature(bundle, attestation, userData);
    const claims = this.#claims(parts, bundle.version);
    this.claims = claims;
    this.#binding(claims, attestation, userData);
    this.#asked(claims);
    this.#times(claims, attestation);
    this.checklist.judge('arithmetic', () => [undefined, checkArithmetic(claims)]);
    return { claims, attestation, simulated: attestation.simulated };
  }

  #attestation(bundle: ReportBundle): VerifiedAttestation {
    return this.checklist.judge('attestation', () => {
      const document = decodeAttestation(bundle.attestation);
      const { roots, pcrs, allowDebug = false } = this.#policy;
      const options = {
        ...(roots ? { roots } : {}),
        at: 'document' as const,
        policy: { pcrs, allowDebug },
        // The chain is explained and verified, but need not be judged twice.
        cache: new ChainCache(),
      };
      this.attestation = explainAttestation(document, options, this.#crypto);
      const verified = verifyAttestation(document, options, this.#crypto);
      const where = verified.simulated ? 'SIMULATED root' : 'AWS Nitro root';
      return [verified, `${where}, made ${new Date(verified.timestamp).toISOString()}`];
    });
  }

  #signature(bundle: ReportBundle, attestation: VerifiedAttestation, userData: ReportUserData): SdJwtParts {
    const parts = this.checklist.judge('jwt_digest', () => {
      const jwt = bundle.sdJwt.slice(0, bundle.sdJwt.indexOf('~'));
      const digest = this.#crypto.sha256(utf8(jwt));
      if (!equalBytes(digest, userData.jwt_sha256)) {
        throw new ReportError('report_digest_mismatch', 'the hardware vouched for another report');
      }
      return [parseSdJwt(bundle.sdJwt, bundle.version), `SHA-256 ${encodeHex(digest)}`];
    });
    this.checklist.judge('signer', () => {
      const key = attestation.publicKey;
      if (key?.length !== 32 || !isSignedBy(parts, key, this.#crypto)) {
        throw new ReportError('report_signature_invalid', 'the attested key did not sign this report');
      }
      return [undefined, `Ed25519 ${encodeHex(key)}`];
    });
    return parts;
  }

  #claims(parts: SdJwtParts, version: ReportVersion): AnyReportClaims {
    const disclosed = this.checklist.judge('disclosures', () => [
      discloseClaims(parts, this.#crypto),
      `${parts.disclosures.length} disclosed`,
    ]);
    return this.checklist.judge('schema', () => {
      const parsed = REPORT_CLAIMS[version].safeParse(disclosed);
      if (parsed.success) return [parsed.data, 'all claims that nobody may withhold are there'];
      const where = placesOfIssues(parsed.error, 'the whole').join(', ');
      throw new ReportError('schema_invalid', `missing or wrong: ${where}`);
    });
  }

  #binding(claims: AnyReportClaims, attestation: VerifiedAttestation, userData: ReportUserData): void {
    this.checklist.judge('binding', () => {
      if (claims.configSha256 !== encodeHex(userData.config_sha256)) throw contradiction('configSha256');
      if (claims.kmsPolicy !== userData.kms_policy) throw contradiction('kmsPolicy');
      // A simulated enclave cannot sign a report of production, whatever it claims.
      if (attestation.simulated !== (claims.environment === 'simulated')) throw contradiction('environment');
      return [
        undefined,
        `environment ${claims.environment}, configuration ${claims.configSha256.slice(0, 16)}…`,
      ];
    });
    this.checklist.judge('kms_policy', () => {
      const wanted = this.#policy.kmsPolicy;
      if (wanted !== undefined && claims.kmsPolicy !== wanted) {
        throw new ReportError(
          'kms_policy_mismatch',
          `the key policy is ${claims.kmsPolicy}, ${wanted} was demanded`,
        );
      }
      return [undefined, claims.kmsPolicy];
    });
  }

  #asked(claims: AnyReportClaims): void {
    const { audience, nonce } = this.#policy;
    this.checklist.judge('audience', () => {
      if (audience !== undefined && claims.aud !== audience) {
        throw new ReportError('audience_mismatch', 'the report was made for somebody else');
      }
      return [undefined, audience === undefined ? 'not compared' : 'as expected'];
    });
    this.checklist.judge('nonce', () => {
      if (nonce !== undefined && claims.nonce !== nonce) {
        throw new ReportError('report_nonce_mismatch', 'the report answers another challenge');
      }
      return [undefined, nonce === undefined ? 'not compared' : 'as expected'];
    });
  }

  #times(claims: AnyReportClaims, attestation: VerifiedAttestation): void {
    this.checklist.judge('validity', () => {
      const { instant } = this.#policy;
      if (instant >= claims.exp * 1_000) throw expired(`it expired ${isoOf(claims.exp)}`);
      if (instant + CLOCK_SKEW_MS < claims.iat * 1_000) throw expired(`it is dated ${isoOf(claims.iat)}`);
      return [undefined, `until ${isoOf(claims.exp)}`];
    });
    this.checklist.judge('issue_time', () => {
      const apart = Math.abs(claims.iat * 1_000 - attestation.timestamp);
      if (apart > ISSUE_SKEW_MS) {
        throw new ReportError('issue_time_mismatch', `${apart} ms between the report and its attestation`);
      }
      return [undefined, `issued ${isoOf(claims.iat)}`];
    });
  }
}

function reportUserData(attestation: VerifiedAttestation): ReportUserData {
  try {
    return decodeUserData(attestation.userData ?? new Uint8Array(), 'report');
  } catch (cause) {
    throw new ReportError('attestation_type_wrong', 'the attestation was not made for a report', cause);
  }
}

function contradiction(claim: string): ReportError {
  return new ReportError('claims_contradict_attestation', `${claim} is not what the hardware vouched for`);
}

function expired(message: string): ReportError {
  return new ReportError('report_expired', message);
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
