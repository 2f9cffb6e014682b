/** Builds report bundles for tests with an issuer of its own: every part of one can be made wrong. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { REPORT_HEADER, type ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { encodeUserData, type UserData } from '@perf-aggregator/shared/messages/user-data';
import { buildDocument, type DocumentSpec } from '../../nitro-builder.ts';
import { CLAIMS, CONFIG, METRICS } from './genuine.ts';

type Members = Readonly<Record<string, unknown>>;
type ReportUserData = Extract<UserData, { t: 'report' }>;

/** What of a genuine report is different. */
export interface ReportSpec {
  /** Members that take the place of the genuine claims'; undefined: it is not there. */
  readonly claims?: Members;
  /** What `metrics` may disclose, instead of {@link METRICS}. */
  readonly metrics?: Members;
  /** Digests of `metrics`, changed before the JWT is signed. */
  readonly digests?: (digests: readonly string[]) => unknown;
  /** What is disclosed in the end. */
  readonly disclosures?: (all: readonly string[]) => readonly string[];
  readonly header?: Members;
  /** Change the JSON text of header and payload before it is signed. */
  readonly headerText?: (json: string) => string;
  readonly payloadText?: (json: string) => string;
  readonly signer?: KeyObject;
  /** Changes the finished JWT before the hardware vouches for it. */
  readonly jwt?: (jwt: string) => string;
  /** What follows the last `~`. */
  readonly end?: string;
  readonly userData?: (data: ReportUserData) => UserData | Uint8Array | null;
  readonly publicKey?: Uint8Array | null;
  readonly document?: DocumentSpec;
}

/** A bundle, and the root under which its attestation document verifies, hex. */
export interface BuiltReport {
  readonly bundle: ReportBundle;
  readonly root: string;
}

const reportKey = generateKeyPairSync('ed25519');
/** Key that signs nothing that was attested. */
export const STRANGER = generateKeyPairSync('ed25519');

/** Ed25519 key that is attested. */
export const REPORT_KEY = rawOf(reportKey.publicKey);

/** A genuine report, but for what `spec` changes. */
export function buildReport(spec: ReportSpec = {}): BuiltReport {
  const disclosures = Object.entries(spec.metrics ?? METRICS).map(([name, value]) =>
    disclosureOf(name, value),
  );
  const _sd = (spec.digests ?? ((same) => same))(disclosures.map(digestOf));
  const payload = { ...CLAIMS, metrics: { _sd }, _sd_alg: 'sha-256', ...spec.claims };
  const headerJson = (spec.headerText ?? same)(JSON.stringify(spec.header ?? REPORT_HEADER));
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
  return { bundle: { version: 1, sdJwt, attestation: encodeBase64(bytes) }, root: encodeHex(root) };
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

/** Disclosures that were made before: the same number has the same salt, so that bundles differ in little. */
const made = new Map<string, string>();

/** `[salt, name, value]`, salted with 128 bits (RFC 9901 §4.2.1). */
export function disclosureOf(name: string, value: unknown): string {
  const key = JSON.stringify([name, value]);
  const known = made.get(key);
  if (known !== undefined) return known;
  const disclosure = base64Url(JSON.stringify([randomBytes(16).toString('base64url'), name, value]));
  made.set(key, disclosure);
  return disclosure;
}

/** SHA-256 of a disclosure's text (RFC 9901 §4.2.3). */
export function digestOf(disclosure: string): string {
  return createHash('sha256').update(disclosure).digest('base64url');
}

/** Base64url of text. */
export function base64Url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** JSON whose members are filled up to groups of three bytes: a change of one stays one in base64. */
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
