/** Tests of the bundle, its attestation document, and the purpose of that document. */
import { AWS_NITRO_ROOT_G1 } from '@perf-aggregator/attestation';
import { decodeBase64, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { certificates } from '../../conformance/made.ts';
import { type DocumentSpec, MADE_AT } from '../../nitro-builder.ts';
import { casesOfRule, GENUINE, IMAGE, type ReportCase, type ReportRow } from './case.ts';
import { CONFIG } from './genuine.ts';

const DAY_MS = 86_400_000;

/** The genuine bundle without one member. */
const without =
  (missing: string): ReportRow[2] =>
  ({ bundle }) =>
    Object.fromEntries(Object.entries(bundle).filter(([name]) => name !== missing));

/** The genuine bundle with an additional first member. */
const twice =
  (member: string): ReportRow[2] =>
  ({ bundle }) =>
    JSON.stringify(bundle).replace('{', `{${member},`);

const BUNDLE: readonly ReportRow[] = [
  ['genuine', 'verified', {}],
  [
    'members in another order',
    'verified',
    ({ bundle: { version, sdJwt, attestation } }) => ({ attestation, sdJwt, version }),
  ],
  ['nothing', 'bundle_malformed', () => ''],
  ['no JSON', 'bundle_malformed', () => '{'],
  ['a list', 'bundle_malformed', () => '[]'],
  ['null', 'bundle_malformed', () => 'null'],
  ['another version', 'bundle_malformed', ({ bundle }) => ({ ...bundle, version: 3 })],
  ['a version that is text', 'bundle_malformed', ({ bundle }) => ({ ...bundle, version: '1' })],
  ['an unknown member', 'bundle_malformed', ({ bundle }) => ({ ...bundle, root: '' })],
  ['no version', 'bundle_malformed', without('version')],
  ['no report', 'bundle_malformed', without('sdJwt')],
  ['no attestation', 'bundle_malformed', without('attestation')],
  ['a report that is no text', 'bundle_malformed', ({ bundle }) => ({ ...bundle, sdJwt: null })],
  // Parsers differ in which of two equal members they use.
  ['a member twice', 'bundle_malformed', twice('"version":2')],
  ['a member twice, the last as good as the first', 'bundle_malformed', twice('"version": 2')],
  ['a member twice, once by its code points', 'bundle_malformed', twice('"\\u0076ersion":1')],
  ['another attestation before it', 'bundle_malformed', twice('"attestation":""')],
  ['something after the JSON', 'bundle_malformed', ({ bundle }) => `${JSON.stringify(bundle)}}`],
];

/** The genuine bundle with another `attestation`. */
const withText =
  (change: (attestation: string) => string): ReportRow[2] =>
  ({ bundle }) => ({
    ...bundle,
    attestation: change(bundle.attestation),
  });
const zeros: DocumentSpec = { payload: { pcrs: new Map([0, 1, 2].map((i) => [i, new Uint8Array(48)])) } };

const NOT_BASE64: readonly ReportRow[] = [
  ['not base64', 'bundle_malformed', withText((text) => `!${text.slice(1)}`)],
  ['base64 of the other alphabet', 'bundle_malformed', withText((text) => `-${text.slice(1)}`)],
  [
    'base64 with a line end',
    'bundle_malformed',
    withText((text) => `${text.slice(0, 76)}\n${text.slice(76)}`),
  ],
];
const ATTESTATION: readonly ReportRow[] = [
  // The document is verified at its own time.
  ['long after its certificates expired', 'verified', {}, { at: MADE_AT + 29 * DAY_MS }],
  ['empty', 'document_malformed', withText(() => '')],
  ['a byte less', 'document_malformed', withText((text) => encodeBase64(decodeBase64(text).subarray(0, -1)))],
  ['another root', 'root_untrusted', {}, { roots: [encodeHex(AWS_NITRO_ROOT_G1)] }],
  ['the root of AWS alone, as it is without a word', 'root_untrusted', {}, { roots: 'aws' }],
  [
    'changed after signing',
    'signature_invalid',
    withText((text) => encodeBase64(decodeBase64(text).map((byte, i) => (i === 40 ? byte ^ 1 : byte)))),
  ],
  [
    'made after its leaf',
    'certificate_expired',
    { document: certificates(4, { notAfter: MADE_AT - 1_000 }) },
  ],
  ['made by an instance', 'not_an_enclave', { document: { payload: { module_id: 'i-0123456789abcdef0' } } }],
  [
    'a leaf that may not sign',
    'certificate_constraint_violated',
    { document: certificates(4, { withoutExtensions: true }) },
  ],
];

const POLICY: readonly ReportRow[] = [
  ['another image', 'pcr_mismatch', {}, { policy: { pcrs: [{ ...IMAGE, 2: 'ab'.repeat(48) }] } }],
  ['no image named', 'policy_empty', {}, { policy: { pcrs: [] } }],
  ['an image that cannot be', 'policy_invalid', {}, { policy: { pcrs: [{ 0: 'ab' }] } }],
  ['debug mode', 'debug_mode', { document: zeros }, { policy: { pcrs: 'any-image' } }],
  [
    'debug mode, allowed',
    'verified',
    { document: zeros },
    { policy: { pcrs: 'any-image', allowDebug: true } },
  ],
  ['an image without PCR 0', 'policy_invalid', {}, { policy: { pcrs: [{ 1: IMAGE[1]!, 2: IMAGE[2]! }] } }],
  ['an image of zeros', 'policy_invalid', { document: zeros }, { policy: { pcrs: [{ 0: '0'.repeat(96) }] } }],
  ['the second of two images', 'verified', {}, { policy: { pcrs: [{ 0: 'ab'.repeat(48) }, IMAGE] } }],
  ['any image', 'verified', {}, { policy: { pcrs: 'any-image' } }],
  ['the second of two roots', 'verified', {}, { roots: [encodeHex(AWS_NITRO_ROOT_G1), GENUINE.root] }],
];

const config_sha256 = CONFIG;
const WRONG_TYPE = 'attestation_type_wrong';
const USER_DATA_TYPE: readonly ReportRow[] = [
  ['made for KMS', WRONG_TYPE, { userData: () => ({ t: 'kms', v: 1, config_sha256 }) }],
  [
    'made as a quote',
    WRONG_TYPE,
    { userData: ({ jwt_sha256: report_key, ...rest }) => ({ ...rest, t: 'quote', report_key }) },
  ],
  [
    'made at genesis',
    WRONG_TYPE,
    {
      userData: ({ jwt_sha256 }) => ({
        ...{ t: 'genesis', v: 1, config_sha256, report_key: jwt_sha256 },
        ...{ blob_sha256: jwt_sha256, key_arn: 'arn:aws:kms:eu-central-1:111122223333:key/1' },
      }),
    },
  ],
  ['made for nothing', WRONG_TYPE, { userData: () => null }],
  ['made for an empty text', WRONG_TYPE, { userData: () => new Uint8Array() }],
  ['the bare hash', WRONG_TYPE, { userData: ({ jwt_sha256 }) => jwt_sha256 }],
];

export const EVIDENCE: readonly ReportCase[] = [
  ...casesOfRule('bundle', BUNDLE),
  ...casesOfRule('attestation', NOT_BASE64),
  ...casesOfRule('attestation', ATTESTATION, 'VerificationError'),
  ...casesOfRule('attestation', POLICY, 'PolicyError'),
  ...casesOfRule('user_data_type', USER_DATA_TYPE),
];
