/** X.509 v3 certificates (RFC 5280) in the one profile that Nitro uses: ECDSA P-384 with SHA-384. */
import { equalBytes } from '@perf-aggregator/shared/bytes';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import {
  DerReader,
  type DerValue,
  derBoolean,
  derInteger,
  derOctets,
  derOid,
  derTime,
  derUnsigned,
  formatOid,
  TAG,
} from './der.ts';
import { VerificationError } from './errors.ts';
import { formatName } from './name.ts';

/** What the verifier reads from a certificate. Parsing verifies none of it. */
export interface Certificate {
  readonly raw: Uint8Array;
  /** The bytes that the issuer signed. */
  readonly tbs: Uint8Array;
  /** r ‖ s, 96 bytes. */
  readonly signature: Uint8Array;
  /** DER of the names, compared byte by byte. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** The subject as text for people. */
  readonly subjectText: string;
  /** First and last instant of validity, ms. The last second counts completely. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Uncompressed P-384 point, 97 bytes. */
  readonly publicKey: Uint8Array;
  readonly basicConstraints?: BasicConstraints;
  /** Bits of KeyUsage. The first named bit is 0x80. */
  readonly keyUsage?: number;
  /** Object identifiers of critical extensions that this profile does not know. */
  readonly unknownCritical: readonly string[];
}

/** RFC 5280 §4.2.1.9. */
export interface BasicConstraints {
  readonly critical: boolean;
  readonly isAuthority: boolean;
  /** Infinity: longer than any chain. */
  readonly pathLength?: number;
}

/** KeyUsage bits (RFC 5280 §4.2.1.3). */
export const KEY_USAGE = { digitalSignature: 0x80, certificateSign: 0x04 } as const;

/** Longest certificate. Those of documents have at most 1,024 bytes; pinned roots may have more. */
export const MAX_CERTIFICATE_BYTES = 4096;

// Whole AlgorithmIdentifiers, because no other parameters are allowed (RFC 5758 §3.2, RFC 5480 §2.1.1).
const ECDSA_WITH_SHA384 = '06082a8648ce3d040303';
const EC_PUBLIC_KEY_P384 = '06072a8648ce3d020106052b81040022';
// 2.5.29.19 and 2.5.29.15.
const BASIC_CONSTRAINTS = '551d13';
const KEY_USAGE_OID = '551d0f';

/**
 * The certificate in `der`.
 * @throws VerificationError `certificate_malformed`
 */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > MAX_CERTIFICATE_BYTES) throw malformed('longer than 4 KiB');
  const outer = new DerReader(der);
  const certificate = outer.enter(TAG.sequence);
  outer.end();
  const tbs = certificate.expect(TAG.sequence);
  const algorithm = certificate.expect(TAG.sequence).content;
  const signature = derOctets(certificate.expect(TAG.bitString).content);
  certificate.end();
  if (encodeHex(algorithm) !== ECDSA_WITH_SHA384) throw malformed('not signed by ECDSA with SHA-384');
  return {
    raw: der,
    tbs: tbs.raw,
    signature: fixedSignature(signature),
    ...parseTbs(tbs.content, algorithm),
  };
}

type TbsFields = Omit<Certificate, 'raw' | 'tbs' | 'signature'>;

/** TBSCertificate (RFC 5280 §4.1). */
function parseTbs(content: Uint8Array, algorithm: Uint8Array): TbsFields {
  const tbs = new DerReader(content);
  const version = tbs.optional(0xa0)?.content;
  if (version === undefined || encodeHex(version) !== '020102') throw malformed('not version 3');
  // Verifiers also meet zero and negative serial numbers (RFC 5280 §4.1.2.2).
  derInteger(tbs.expect(TAG.integer).content);
  if (!equalBytes(tbs.expect(TAG.sequence).content, algorithm)) throw malformed('two signature algorithms');
  const issuer = tbs.expect(TAG.sequence);
  const validity = tbs.enter(TAG.sequence);
  const notBefore = derTime(validity.next());
  const notAfter = derTime(validity.next()) + 999;
  validity.end();
  const subject = tbs.expect(TAG.sequence);
  const publicKey = parsePublicKey(tbs.enter(TAG.sequence));
  // issuerUniqueID and subjectUniqueID: authorities should not write them, and readers should ignore them (RFC 5280
  // §4.1.2.8).
  tbs.optional(0x81);
  tbs.optional(0x82);
  const extensions = parseExtensions(tbs.optional(0xa3));
  tbs.end();
  return {
    issuer: issuer.raw,
    subject: subject.raw,
    subjectText: formatName(subject.content),
    notBefore,
    notAfter,
    publicKey,
    ...extensions,
  };
}

function parsePublicKey(spki: DerReader): Uint8Array {
  const algorithm = spki.expect(TAG.sequence).content;
  const point = derOctets(spki.expect(TAG.bitString).content);
  spki.end();
  if (encodeHex(algorithm) !== EC_PUBLIC_KEY_P384) throw malformed('not a P-384 key');
  if (point.length !== 97 || point[0] !== 4) throw malformed('not an uncompressed P-384 point');
  return point;
}

type Extensions = Pick<Certificate, 'basicConstraints' | 'keyUsage' | 'unknownCritical'>;

function parseExtensions(tagged: DerValue | undefined): Extensions {
  if (tagged === undefined) return { unknownCritical: [] };
  const wrapper = tagged.reader();
  const list = wrapper.enter(TAG.sequence);
  wrapper.end();
  const seen = new Set<string>();
  const found: { basicConstraints?: BasicConstraints; keyUsage?: number } = {};
  const unknownCritical: string[] = [];
  while (!list.done) {
    const extension = list.enter(TAG.sequence);
    const oid = derOid(extension.expect(TAG.oid).content);
    const flag = extension.optional(TAG.boolean);
    const critical = flag !== undefined && derBoolean(flag.content);
    const value = extension.expect(TAG.octetString).content;
    extension.end();
    if (seen.has(oid)) throw malformed(`extension ${formatOid(oid)} twice`);
    seen.add(oid);
    if (oid === BASIC_CONSTRAINTS) found.basicConstraints = parseBasicConstraints(value, critical);
    else if (oid === KEY_USAGE_OID) found.keyUsage = parseKeyUsage(value);
    else if (critical) unknownCritical.push(formatOid(oid));
  }
  return { ...found, unknownCritical };
}

function parseBasicConstraints(value: Uint8Array, critical: boolean): BasicConstraints {
  const outer = new DerReader(value);
  const fields = outer.enter(TAG.sequence);
  outer.end();
  const flag = fields.optional(TAG.boolean);
  const isAuthority = flag !== undefined && derBoolean(flag.content);
  const pathLength = fields.optional(TAG.integer);
  fields.end();
  if (pathLength === undefined) return { critical, isAuthority };
  const [length = 0, more] = derUnsigned(pathLength.content);
  return { critical, isAuthority, pathLength: more === undefined ? length : Number.POSITIVE_INFINITY };
}

function parseKeyUsage(value: Uint8Array): number {
  const outer = new DerReader(value);
  const bits = outer.expect(TAG.bitString).content;
  outer.end();
  const [unused = 8, first = 0] = bits;
  const isPadded = unused <= 7 && bits.length > 1 && (bits[bits.length - 1]! & ((1 << unused) - 1)) === 0;
  if (!isPadded) throw malformed('key usage');
  return first;
}

/**
 * Ecdsa-Sig-Value (RFC 3279 §2.2.3) as r ‖ s of 48 bytes each. Not checked: that both are below the order.
 * @throws VerificationError `certificate_malformed`
 */
export function fixedSignature(der: Uint8Array): Uint8Array {
  const outer = new DerReader(der);
  const pair = outer.enter(TAG.sequence);
  outer.end();
  const fixed = new Uint8Array(96);
  for (const end of [48, 96]) {
    const number = derUnsigned(pair.expect(TAG.integer).content);
    if (number.length > 48) throw malformed('a signature longer than P-384 has');
    fixed.set(number, end - number.length);
  }
  pair.end();
  return fixed;
}

function malformed(what: string): VerificationError {
  return new VerificationError(
    'certificate_malformed',
    `a certificate is outside the Nitro profile: ${what}`,
  );
}
