/** The signature of the JWT, and its disclosures. */
import { decodeBase64Url, encodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { REPORT_HEADERS, type ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { casesOfRule, type ReportCase, type ReportRow } from './case.ts';
import { METRICS } from './genuine.ts';
import {
  base64Url,
  buildReport,
  digestOf,
  disclosureOf,
  REPORT_KEY,
  type ReportSpec,
  STRANGER,
} from './report-builder.ts';

const HEADER = REPORT_HEADERS[2];
const INVALID = 'report_signature_invalid';

/** Replaces the part `at` of a JWT. */
const withPart = (at: 0 | 1 | 2, part: string): ReportSpec => ({
  jwt: (jwt) =>
    jwt
      .split('.')
      .map((old, i) => (i === at ? part : old))
      .join('.'),
});

/** Adds a first member to JSON text. */
const before = (member: string) => (json: string) => json.replace('{', `{${member},`);

const JWT_DIGEST: readonly ReportRow[] = [
  [
    'the attestation of another report',
    'report_digest_mismatch',
    ({ bundle }) => ({ ...bundle, attestation: buildReport({ claims: { asOf: 0 } }).bundle.attestation }),
  ],
  ['no report', 'report_digest_mismatch', ({ bundle }) => ({ ...bundle, sdJwt: '' })],
  [
    'a report without its end',
    'report_digest_mismatch',
    ({ bundle }) => ({ ...bundle, sdJwt: jwtOf(bundle) }),
  ],
  [
    'another hash vouched for',
    'report_digest_mismatch',
    { userData: ({ jwt_sha256, ...rest }) => ({ ...rest, jwt_sha256: jwt_sha256.map((byte) => byte ^ 1) }) },
  ],
  ['header members that nobody reads', 'verified', { header: { ...HEADER, kid: 'x', jwk: {}, x5c: [] } }],
  ...['none', 'ES256', 'HS256', 'eddsa', 'Ed25519'].map(
    (alg): ReportRow => [`algorithm ${alg}`, INVALID, { header: { ...HEADER, alg } }],
  ),
  ['no algorithm', INVALID, { header: { typ: HEADER.typ } }],
  ['another type', INVALID, { header: { ...HEADER, typ: 'dc+sd-jwt' } }],
  ['the type of version 1', INVALID, { header: REPORT_HEADERS[1] }],
  ['the type of version 2 in a bundle of version 1', INVALID, { version: 1, header: HEADER }],
  ['a report of version 2 in a bundle of version 1', INVALID, ({ bundle }) => ({ ...bundle, version: 1 })],
  ['no type', INVALID, { header: { alg: HEADER.alg } }],
  ['a header that is a list', INVALID, withPart(0, base64Url('[]'))],
  ['a header that is no JSON', INVALID, withPart(0, base64Url('{'))],
  ['a payload that is text', INVALID, withPart(1, base64Url('"text"'))],
  ['a payload that is no base64url', INVALID, withPart(1, '=')],
  ['a signature that is no base64url', INVALID, withPart(2, 'A')],
  ['a header with a member twice', INVALID, { headerText: before('"alg":"none"') }],
  ['a payload with a member twice', INVALID, { payloadText: before('"statement":"another"') }],
  ['a payload with a member of a member twice', INVALID, { payloadText: before('"x":{"y":1,"y":1}') }],
  ['a part too few', INVALID, { jwt: (jwt) => jwt.slice(0, jwt.lastIndexOf('.')) }],
  ['a part too many', INVALID, { jwt: (jwt) => `${jwt}.x` }],
  ['padding', INVALID, { jwt: (jwt) => `${jwt}=` }],
  ['a key-binding JWT at its end', INVALID, { end: 'e30.e30.e30' }],
  ['no hash of disclosures named', INVALID, { claims: { _sd_alg: undefined } }],
  ['disclosures hashed by SHA-512', INVALID, { claims: { _sd_alg: 'sha-512' } }],
];

function jwtOf({ sdJwt }: ReportBundle): string {
  return sdJwt.slice(0, sdJwt.indexOf('~'));
}

/** Order of the group of Ed25519 (RFC 8032 §5.1). */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Changes the bytes of the signature of the JWT. */
const signature = (change: (bytes: Uint8Array) => Uint8Array): ReportSpec => ({
  jwt: (jwt) => {
    const at = jwt.lastIndexOf('.') + 1;
    return jwt.slice(0, at) + encodeBase64Url(change(decodeBase64Url(jwt.slice(at))));
  },
});

/** The same signature with S + L instead of S, which every verifier must refuse (RFC 8032 §5.1.7). */
function unreduced(bytes: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(bytes.slice(32).reverse()).toString('hex')}`) + ORDER;
  const hex = s.toString(16).padStart(64, '0');
  return new Uint8Array([...bytes.slice(0, 32), ...Buffer.from(hex, 'hex').reverse()]);
}

const SIGNER: readonly ReportRow[] = [
  ['signed by another key', INVALID, { signer: STRANGER.privateKey }],
  ['another key attested', INVALID, { publicKey: REPORT_KEY.map((byte) => byte ^ 1) }],
  ['no key attested', INVALID, { publicKey: null }],
  ['an empty key attested', INVALID, { publicKey: new Uint8Array() }],
  ['a key of 31 bytes attested', INVALID, { publicKey: REPORT_KEY.slice(0, 31) }],
  ['a key of 33 bytes attested', INVALID, { publicKey: new Uint8Array([...REPORT_KEY, 0]) }],
  ['R changed', INVALID, signature((bytes) => bytes.map((byte, i) => (i === 5 ? byte ^ 1 : byte)))],
  ['S changed', INVALID, signature((bytes) => bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)))],
  ['S that is not reduced', INVALID, signature(unreduced)],
  ['a signature of zeros', INVALID, signature((bytes) => bytes.map(() => 0))],
  ['a signature of 63 bytes', INVALID, signature((bytes) => bytes.slice(0, 63))],
  ['no signature', INVALID, signature(() => new Uint8Array())],
  ['a payload changed after signing', INVALID, withPart(1, base64Url('{"_sd_alg":"sha-256"}'))],
];

const total = disclosureOf('totalReturn', METRICS.totalReturn);
const foreign = disclosureOf('totalReturn', 0.5);

/** A report whose `metrics` refer to exactly `disclosures`, all of which are disclosed. */
const referring = (...disclosures: readonly string[]): ReportSpec => ({
  digests: () => disclosures.map(digestOf),
  disclosures: () => disclosures,
});
const shown = (disclosures: NonNullable<ReportSpec['disclosures']>): ReportSpec => ({ disclosures });

const UNFIT = 'disclosure_invalid';
const DISCLOSURES: readonly ReportRow[] = [
  ['none', 'verified', shown(() => [])],
  ['one', 'verified', shown((all) => all.slice(3, 4))],
  ['some', 'verified', shown((all) => all.filter((_, i) => i % 2 === 0))],
  ['all, in another order', 'verified', shown((all) => all.toReversed())],
  ['a digest of nothing', 'verified', { digests: (all) => [...all, digestOf('nothing')] }],
  ['one twice', UNFIT, shown((all) => [...all, all[0]!])],
  ['one of another report', UNFIT, shown((all) => [...all, foreign])],
  ['an empty one', UNFIT, shown((all) => [...all, ''])],
  ['a digest twice', UNFIT, referring(total, total)],
  ['a digest twice, its claim withheld', UNFIT, { ...referring(total, total), disclosures: () => [] }],
  ['two of the same name', UNFIT, referring(total, foreign)],
  [
    'one over a claim that is open',
    UNFIT,
    { claims: { metrics: { totalReturn: 0.254, _sd: [digestOf(total)] } }, ...shown(() => [total]) },
  ],
  ['digests that are no list', UNFIT, { digests: (all) => all[0] }],
  ['digests that are no text', UNFIT, { digests: () => [1], ...shown(() => []) }],
  ['an array element to disclose', UNFIT, { claims: { '...': digestOf(total) } }],
  ...(
    [
      ['one that is an object', { salt: 's', name: 'totalReturn', value: 0.254 }],
      ['one for an array element', ['salt', 0.254]],
      ['one of four members', ['salt', 'totalReturn', 0.254, 0]],
      ['one whose salt is no text', [1, 'totalReturn', 0.254]],
      ['one whose name is no text', ['salt', 1, 0.254]],
      ['one of the name _sd', ['salt', '_sd', []]],
      ['one of the name ...', ['salt', '...', 'x']],
    ] as const
  ).map(([name, value]): ReportRow => [name, UNFIT, referring(base64Url(JSON.stringify(value)))]),
  ['one with a member twice', UNFIT, referring(base64Url('["salt","symbols",{"a":1,"a":2}]'))],
  ['one that is no JSON', UNFIT, referring(base64Url('['))],
  ['one that is not UTF-8', UNFIT, referring(encodeBase64Url(Uint8Array.of(0xff)))],
  ['one with padding', UNFIT, referring(`${base64Url('["salt","a",1]')}==`)],
];

export const SIGNATURE: readonly ReportCase[] = [
  ...casesOfRule('jwt_digest', JWT_DIGEST),
  ...casesOfRule('signer', SIGNER),
  ...casesOfRule('disclosures', DISCLOSURES),
];
