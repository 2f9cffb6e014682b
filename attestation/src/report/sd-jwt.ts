/**
 * Reads an SD-JWT (RFC 9901) strictly, in the one profile of our reports. It allows only object members, SHA-256 and no
 * key binding. A digest without a disclosure counts as one that the holder withholds. Every disclosure must be
 * referenced exactly once.
 */
import { fromUtf8, utf8 } from '@perf-aggregator/shared/bytes';
import { decodeBase64Url, encodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { parseStrictJson } from '@perf-aggregator/shared/codec/strict-json';
import type { ReportCrypto } from '@perf-aggregator/shared/crypto/port';
import { REPORT_HEADERS, type ReportVersion } from '@perf-aggregator/shared/messages/report/claims';
import { ReportError } from './errors.ts';

/** The parts of an SD-JWT. Nothing is verified. */
export interface SdJwtParts {
  /** The issuer-signed JWT, ASCII. The attestation document commits to it. */
  readonly jwt: string;
  readonly signingInput: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly signature: Uint8Array;
  /** The disclosures in base64url, unchanged. */
  readonly disclosures: readonly string[];
}

interface Disclosure {
  readonly name: string;
  readonly value: unknown;
}

/**
 * Cuts a compact SD-JWT into its parts and compares its header with the pinned one of the bundle's version.
 * @throws ReportError `report_signature_invalid` for a form or header that we never sign
 */
export function parseSdJwt(compact: string, version: ReportVersion): SdJwtParts {
  const pinned = REPORT_HEADERS[version];
  const [jwt = '', ...rest] = compact.split('~');
  const parts = jwt.split('.');
  // A compact SD-JWT without key binding ends with `~`.
  if (parts.length !== 3 || rest.pop() !== '') throw invalid('not a compact SD-JWT');
  try {
    const header = readJson(parts[0]!);
    if (header['alg'] !== pinned.alg || header['typ'] !== pinned.typ) {
      throw invalid(`the header is not that of a report of version ${version}`);
    }
    const payload = readJson(parts[1]!);
    if (payload['_sd_alg'] !== 'sha-256') throw invalid('the hash of the disclosures is not SHA-256');
    const signature = decodeBase64Url(parts[2]!);
    return { jwt, signingInput: `${parts[0]}.${parts[1]}`, payload, signature, disclosures: rest };
  } catch (cause) {
    throw cause instanceof ReportError ? cause : invalid('the JWT cannot be read', cause);
  }
}

/** Whether `publicKey` (Ed25519, 32 bytes) signed the JWT. */
export function isSignedBy(parts: SdJwtParts, publicKey: Uint8Array, crypto: ReportCrypto): boolean {
  return crypto.ed25519Verify(publicKey, utf8(parts.signingInput), parts.signature);
}

/**
 * The claims with everything that is disclosed (RFC 9901 §7.1), without `_sd` and `_sd_alg`.
 * @throws ReportError `disclosure_invalid`
 */
export function discloseClaims(parts: SdJwtParts, crypto: ReportCrypto): Record<string, unknown> {
  const byDigest = new Map<string, Disclosure>();
  for (const text of parts.disclosures) {
    const digest = encodeBase64Url(crypto.sha256(utf8(text)));
    if (byDigest.has(digest)) throw unfit('a disclosure is given twice');
    byDigest.set(digest, parseDisclosure(text));
  }
  const seen = new Set<string>();
  const claims = disclose(parts.payload, byDigest, seen);
  for (const digest of byDigest.keys()) {
    if (!seen.has(digest)) throw unfit('a disclosure belongs to no digest of the report');
  }
  delete claims['_sd_alg'];
  return claims;
}

function disclose(
  value: Readonly<Record<string, unknown>>,
  byDigest: ReadonlyMap<string, Disclosure>,
  seen: Set<string>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (name === '...') throw unfit('array elements are never selectively disclosable here');
    if (name !== '_sd') define(out, name, isObject(member) ? disclose(member, byDigest, seen) : member);
  }
  for (const digest of digestsOf(value)) {
    if (seen.has(digest)) throw unfit('a digest stands twice in the report');
    seen.add(digest);
    const disclosure = byDigest.get(digest);
    if (!disclosure) continue;
    if (Object.hasOwn(out, disclosure.name))
      throw unfit(`"${disclosure.name}" is disclosed over another claim`);
    define(out, disclosure.name, disclosure.value);
  }
  return out;
}

function digestsOf(value: Readonly<Record<string, unknown>>): readonly string[] {
  const digests = value['_sd'] ?? [];
  if (Array.isArray(digests) && digests.every((digest) => typeof digest === 'string')) return digests;
  throw unfit('the digests are not a list of texts');
}

function parseDisclosure(text: string): Disclosure {
  let value: unknown;
  try {
    value = parseStrictJson(fromUtf8(decodeBase64Url(text)));
  } catch (cause) {
    throw unfit('a disclosure cannot be read', cause);
  }
  if (!Array.isArray(value) || value.length !== 3) throw unfit('a disclosure is not [salt, name, value]');
  const [salt, name, claim] = value as unknown[];
  if (typeof salt !== 'string' || typeof name !== 'string' || name === '_sd' || name === '...') {
    throw unfit('a disclosure is not [salt, name, value]');
  }
  return { name, value: claim };
}

function readJson(part: string): Record<string, unknown> {
  const value: unknown = parseStrictJson(fromUtf8(decodeBase64Url(part)));
  if (isObject(value)) return value;
  throw new TypeError('not a JSON object');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets a member under any name, including `__proto__`. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function invalid(message: string, cause?: unknown): ReportError {
  return new ReportError('report_signature_invalid', message, cause);
}

function unfit(message: string, cause?: unknown): ReportError {
  return new ReportError('disclosure_invalid', message, cause);
}
