/** Builds report bundles for tests with an issuer of its own. Every part can be made wrong. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import {
  REPORT_HEADERS,
  type ReportBundle,
  type ReportVersion,
} from '@perf-aggregator/shared/messages/report/claims';
import { encodeUserData, type UserData } from '@perf-aggregator/shared/messages/user-data';
import { buildDocument, type DocumentSpec } from '../../nitro-builder.ts';
import { CLAIMS, CONFIG, METRICS, METRICS_OF_VERSION_1 } from './genuine.ts';

type Members = Readonly<Record<string, unknown>>;
type ReportUserData = Extract<UserData, { t: 'report' }>;

/** Differences from a genuine report. */
export interface ReportSpec {
  /** Default: 2. */
  readonly version?: ReportVersion;
  /** Members that replace those of the genuine claims; undefined removes a member. */
  readonly claims?: Members;
  /** The disclosable metrics instead of {@link METRICS}. */
  readonly metrics?: Members;
  /** Changes the digests of `metrics` before the JWT is signed. */
  readonly digests?: (digests: readonly string[]) => unknown;
  /** Changes the disclosures of the finished bundle. */
  readonly disclosures?: (all: readonly string[]) => readonly string[];
  readonly header?: Members;
  /** Change the JSON text of header and payload before signing. */
  readonly headerText?: (json: string) => string;
  readonly payloadText?: (json: string) => string;
  readonly signer?: KeyObject;
  /** Changes the finished JWT before its hash is attested. */
  readonly jwt?: (jwt: string) => string;
  /** The text after the last `~`. */
  readonly end?: string;
  readonly userData?: (data: ReportUserData) => UserData | Uint8Array | null;
  readonly publicKey?: Uint8Array | null;
  readonly document?: DocumentSpec;
}

/** A bundle, and the root of its attestation document as hexadecimal text. */
export interface BuiltReport {
  readonly bundle: ReportBundle;
  readonly root: string;
}

const reportKey = generateKeyPairSync('ed25519');
/** A key that signs no attested report. */
export const STRANGER = generateKeyPairSync('ed25519');

/** The attested Ed25519 key. */
export const REPORT_KEY = rawOf(reportKey.publicKey);

/** A genuine report except for the changes in `spec`. */
export function buildReport(spec: ReportSpec = {}): BuiltReport {
  const { version = 2 } = spec;
  const disclosures = Object.entries(spec.metrics ?? (version === 1 ? METRICS_OF_VERSION_1 : METRICS)).map(
    ([name, value]) => disclosureOf(name, value),
  );
  const _sd = (spec.digests ?? ((same) => same))(disclosures.map(digestOf));
  const { scope, ...ofVersion1 } = CLAIMS;
  const open = version === 1 ? ofVersion1 : { ...ofVersion1, scope };
  const payload = { ...open, metrics: { _sd }, _sd_alg: 'sha-256', ...spec.claims };
  const headerJson = (spec.headerText ?? same)(JSON.stringify(spec.header ?? REPORT_HEADERS[version]));
  const payloadJson = (spec.payloadText ?? same)(padded(payload));
  const input = `${base64Url(headerJson)}.${base64Url(payloadJson)}`;
  const signature = sign(null, Buffer.from(input), spec.signer ?? reportKey.privateKey);
  const jwt = (spec.jwt ?? same)(`${input}.${signature.toString('base64url')}`);
  const shown = (spec.disclosures ?? ((all) => all))(disclosures);
  const { bytes, root } = buildDocument({
    ...spec.document,
    payload: {
      public_key: spec.publicKey === undefined ? REPORT_KEY : spec.publicKey,
      user_data: userDataOf(jwt, spec),
      ...spec.document?.payload,
    },
  });
  const sdJwt = [jwt, ...shown, spec.end ?? ''].join('~');
  return { bundle: { version, sdJwt, attestation: encodeBase64(bytes) }, root: encodeHex(root) };
}

function same(text: string): string {
  return text;
}

function userDataOf(jwt: string, spec: ReportSpec): Uint8Array | null {
  const data = (spec.userData ?? ((same) => same))({
    t: 'report',
    v: 1,
    config_sha256: CONFIG,
    jwt_sha256: new Uint8Array(createHash('sha256').update(jwt).digest()),
    kms_policy: 'locked',
  });
  return data === null || data instanceof Uint8Array ? data : encodeUserData(data);
}

/** Disclosures that were created earlier. The same number has the same salt, so that bundles differ in few bytes. */
const made = new Map<string, string>();

/** `[salt, name, value]` with a salt of 128 bits (RFC 9901 §4.2.1). */
export function disclosureOf(name: string, value: unknown): string {
  const key = JSON.stringify([name, value]);
  const known = made.get(key);
  if (known !== undefined) return known;
  const disclosure = base64Url(JSON.stringify([randomBytes(16).toString('base64url'), name, value]));
  made.set(key, disclosure);
  return disclosure;
}

/** SHA-256 of the text of a disclosure (RFC 9901 §4.2.3). */
export function digestOf(disclosure: string): string {
  return createHash('sha256').update(disclosure).digest('base64url');
}

/** Base64url of text. */
export function base64Url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** JSON whose members are padded to groups of three bytes, so that one changed member changes one place in base64. */
function padded(members: Members): string {
  const parts = Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const filled = parts.map((part, i) => filledUp(i < parts.length - 1 ? `${part},` : part));
  return `{  ${filled.join('')}}`;
}

function filledUp(text: string): string {
  return text.padEnd(Math.ceil(text.length / 3) * 3);
}

function rawOf(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(-32));
}
