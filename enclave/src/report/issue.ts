/** Issues a report as an SD-JWT (RFC 9901). Every metric is behind its own salted digest. */

import { utf8 } from '@perf-aggregator/shared/bytes';
import { encodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import {
  REPORT_HEADERS,
  REPORT_VERSION,
  type ReportClaims,
} from '@perf-aggregator/shared/messages/report/claims';
import { DISCLOSABLE_METRICS } from '@perf-aggregator/shared/messages/report/metrics';
import type { Random } from '@perf-aggregator/shared/random';
import { SDJwtInstance } from '@sd-jwt/core';

const HEADER = REPORT_HEADERS[REPORT_VERSION];
/** Bytes of a disclosure's salt (RFC 9901 §9.3 asks for at least 16). */
const SALT_BYTES = 16;

/**
 * Signs `claims` with the report key.
 * @returns compact SD-JWT with all disclosures; the holder removes those that it withholds
 */
export async function issueReport(
  claims: ReportClaims,
  reportSeed: Uint8Array,
  random: Random,
): Promise<string> {
  const issuer = new SDJwtInstance<ReportClaims & Record<string, unknown>>({
    signer: (input: string) => encodeBase64Url(crypto.ed25519Sign(reportSeed, utf8(input))),
    signAlg: HEADER.alg,
    hashAlg: 'sha-256',
    hasher: (data: string | ArrayBuffer) =>
      crypto.sha256(typeof data === 'string' ? utf8(data) : new Uint8Array(data)),
    saltGenerator: () => encodeBase64Url(random.bytes(SALT_BYTES)),
  });
  const frame = { metrics: { _sd: [...DISCLOSABLE_METRICS] } };
  return issuer.issue(claims, frame as never, { header: { typ: HEADER.typ } });
}
