/** Builds report bundles for tests: a genuine one, and bundles with one defect. */
import type { Nsm } from '@perf-aggregator/enclave/nsm/port';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import type { ReportBundle, ReportClaims } from '@perf-aggregator/shared/messages/report/claims';
import { encodeUserData, type UserData } from '@perf-aggregator/shared/messages/user-data';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { toClaims } from '../../../enclave/src/report/claims.ts';
import { issueReport } from '../../../enclave/src/report/issue.ts';
import { claimsInput } from '../../../enclave/test/report/metrics.ts';

export const REPORT_SEED = new Uint8Array(32).fill(3);
export const REPORT_CONFIG = new Uint8Array(32).fill(7);

export type ReportUserData = Extract<UserData, { t: 'report' }>;

export interface BundleChanges {
  /** Changes the claims before they are signed. */
  readonly claims?: (claims: ReportClaims) => object;
  /** Changes the compact SD-JWT before the module attests it. */
  readonly compact?: (compact: string) => string;
  readonly userData?: (data: ReportUserData) => UserData;
  readonly publicKey?: Uint8Array;
  readonly audience?: string;
  readonly nonce?: string;
}

/** A genuine bundle except for `changes`, attested by `nsm`. */
export async function makeBundle(nsm: Nsm, changes: BundleChanges = {}): Promise<ReportBundle> {
  const { audience = null, nonce = null } = changes;
  const claims = toClaims(claimsInput({ audience, nonce }));
  const issued = await issueReport(
    (changes.claims ?? ((same) => same))(claims) as ReportClaims,
    REPORT_SEED,
    random,
  );
  const sdJwt = (changes.compact ?? ((same) => same))(issued);
  const data: ReportUserData = {
    t: 'report',
    v: 1,
    config_sha256: REPORT_CONFIG,
    jwt_sha256: crypto.sha256(utf8(sdJwt.split('~')[0]!)),
    kms_policy: 'locked',
  };
  const document = await nsm.attest({
    publicKey: changes.publicKey ?? crypto.ed25519PublicKey(REPORT_SEED),
    userData: encodeUserData((changes.userData ?? ((same) => same))(data)),
  });
  return { version: 2, sdJwt, attestation: encodeBase64(document) };
}
