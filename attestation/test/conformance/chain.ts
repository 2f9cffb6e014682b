/** Rules 9 to 11: roots, links, validity, and what certificates may do. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { AWS_NITRO_ROOT_G1 } from '@perf-aggregator/attestation';
import { concatBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import {
  buildDocument,
  type CertificateSpec,
  type DocumentSpec,
  defaultExtensions,
  EXTENSION,
  generalizedTime,
  MADE_AT,
  oid,
  sequence,
  value,
} from '../nitro-builder.ts';
import type { Case } from './case.ts';
import { casesOfRule, certificates, type Row } from './made.ts';

const INDEXES = [0, 1, 2, 3, 4];
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const awsRoot = encodeHex(AWS_NITRO_ROOT_G1);
const { root } = buildDocument();
const ownRoot = encodeHex(root);
/** A root of the same name, with another key. */
const impostor = encodeHex(buildDocument(certificates(0, { foreignKey: true, signer: stranger })).root);

const RULE_9: readonly Row[] = [
  ['the root that was pinned', 'verified', {}],
  ['the second of two pinned', 'verified', {}, { roots: [awsRoot, ownRoot] }],
  ['the first of two pinned', 'verified', {}, { roots: [ownRoot, awsRoot] }],
  ['after one of the same name', 'verified', {}, { roots: [impostor, ownRoot] }],
  ['no root pinned', 'root_untrusted', {}, { roots: [] }],
  ['another root pinned', 'root_untrusted', {}, { roots: [awsRoot] }],
  ['a root of the same name pinned', 'root_untrusted', {}, { roots: [impostor] }],
  // The bundle's first entry is not looked at.
  [
    'a bundle that begins with something else',
    'verified',
    { cabundle: ([, ...rest]) => [AWS_NITRO_ROOT_G1, ...rest] },
  ],
  [
    'a bundle that begins with a byte',
    'verified',
    { cabundle: ([, ...rest]) => [Uint8Array.of(0), ...rest] },
  ],
  [
    "a bundle that begins with AWS's root over a chain of its own",
    'chain_invalid',
    { cabundle: ([, ...rest]) => [AWS_NITRO_ROOT_G1, ...rest] },
    { roots: [awsRoot] },
  ],
  [
    'a chain under a root of the pinned name',
    'root_untrusted',
    { ...certificates(1, { signer: stranger }), cabundle: ([, ...rest]) => [AWS_NITRO_ROOT_G1, ...rest] },
  ],
];

const LINKS: readonly Row[] = [
  ...[2, 3, 4].flatMap((index): readonly Row[] => [
    [
      `certificate ${index} names another issuer`,
      'chain_invalid',
      certificates(index, { issuer: 'test nobody' }),
    ],
    [
      `certificate ${index} signed by another key`,
      'chain_invalid',
      certificates(index, { signer: stranger }),
    ],
    [
      `certificate ${index} changed after signing`,
      'chain_invalid',
      certificates(index, { der: (der) => decodeHex(encodeHex(der).replace('02020123', '02020124')) }),
    ],
  ]),
  ['the first link names another issuer', 'chain_invalid', certificates(1, { issuer: 'test nobody' })],
  ['the first link signed by another key', 'chain_invalid', certificates(1, { signer: stranger })],
  ['intermediates in another order', 'chain_invalid', { cabundle: ([top, a, b, c]) => [top!, b!, a!, c!] }],
  ['an intermediate missing', 'chain_invalid', { cabundle: ([top, a, , c]) => [top!, a!, c!] }],
  ['an intermediate twice', 'chain_invalid', { cabundle: ([top, a, b, c]) => [top!, a!, b!, b!, c!] }],
  ['the leaf in the bundle, too', 'chain_invalid', { cabundle: (bundle) => [...bundle, bundle[3]!] }],
  [
    'issuer in another type of string',
    'chain_invalid',
    certificates(3, { issuerDer: printable('test zonal') }),
  ],
  ...[2, 3, 4, 6, 7].map((length): Row => [`a chain of ${length}`, 'verified', { length }]),
];

const VALIDITY: readonly Row[] = INDEXES.flatMap((index): readonly Row[] => [
  [`certificate ${index} expired`, 'certificate_expired', certificates(index, { notAfter: MADE_AT - 1000 })],
  [
    `certificate ${index} in its last second`,
    'verified',
    certificates(index, { notAfter: MADE_AT }),
    { at: MADE_AT + 999 },
  ],
  [
    `certificate ${index} after its last second`,
    'certificate_expired',
    certificates(index, { notAfter: MADE_AT }),
    { at: MADE_AT + 1000 },
  ],
  [`certificate ${index} in its first second`, 'verified', certificates(index, { notBefore: MADE_AT })],
  [
    `certificate ${index} not valid yet`,
    'certificate_not_yet_valid',
    certificates(index, { notBefore: MADE_AT + 1000 }),
  ],
]);

const AT_DOCUMENT = { at: 'document' } as const;
const ARCHIVES: readonly Row[] = [
  ['archived, at its own time', 'verified', {}, AT_DOCUMENT],
  [
    'archived, made after its leaf',
    'certificate_expired',
    { payload: { timestamp: MADE_AT + 7_200_000 } },
    AT_DOCUMENT,
  ],
  [
    'archived, made before its leaf',
    'certificate_not_yet_valid',
    { payload: { timestamp: MADE_AT - 7_200_000 } },
    AT_DOCUMENT,
  ],
];

/** Hex of the DER of an extension. */
function extension(id: string, content: string, critical = false): string {
  const parts = [oid(id), ...(critical ? [decodeHex('0101ff')] : []), value(0x04, decodeHex(content))];
  return encodeHex(sequence(...parts));
}

function rdn(type: string, tag: number, content: Uint8Array): Uint8Array {
  return value(0x31, sequence(oid(type), value(tag, content)));
}

function printable(text: string): Uint8Array {
  return sequence(rdn('550403', 0x13, utf8(text)));
}

/** 2.25 and an arc of 128 bits. */
const UUID_OID = `6982${'ff'.repeat(17)}7f`;

/** What certificates may look like that this repository has never seen. */
const UNUSUAL: Readonly<Record<string, CertificateSpec>> = {
  'serial number 0': { serial: '020100' },
  'a negative serial number': { serial: '0201ff' },
  'a serial number of 20 bytes': { serial: `0214${'7f'.repeat(20)}` },
  'a serial number of 21 bytes, the first a zero': { serial: `021500${'ff'.repeat(20)}` },
  GeneralizedTime: { generalizedTime: true },
  'GeneralizedTime to 9999': { generalizedTime: true, notAfter: Date.UTC(9999, 11, 31, 23, 59, 59) },
  'unique identifiers': { uniqueIds: '8102000182020002' },
  'extensions that are not critical and unknown': {
    extensions: [
      ...defaultExtensions(4),
      extension('551d23', '301680140102030405060708090a0b0c0d0e0f1011121314'),
      extension('551d1f', '3000'),
      extension('551d25', '300a06082b06010505070302'),
      extension(UUID_OID, '0500'),
    ],
  },
  'basic constraints written FALSE': {
    extensions: ['300f0603551d130101ff04053003010100', EXTENSION.digitalSignature],
  },
  'no basic constraints': { extensions: [EXTENSION.digitalSignature] },
  'key usage that is critical': {
    extensions: [EXTENSION.notAuthority, extension('551d0f', '03020780', true)],
  },
  'key usage of nine bits': { extensions: [EXTENSION.notAuthority, extension('551d0f', '0303078080')] },
  'a subject without a name': { subjectDer: sequence() },
  'a subject in PrintableString': { subjectDer: printable('leaf') },
  'a subject in T61String': { subjectDer: sequence(rdn('550403', 0x14, Uint8Array.of(0xe4, 0xf6))) },
  'a subject in BMPString': { subjectDer: sequence(rdn('550403', 0x1e, Uint8Array.of(0, 0x61))) },
  'a subject in UniversalString': { subjectDer: sequence(rdn('550403', 0x1c, Uint8Array.of(0, 0, 0, 0x61))) },
  'a subject of two attributes in one set': {
    subjectDer: sequence(
      value(
        0x31,
        concatBytes(...['550403', '550405'].map((type) => sequence(oid(type), value(0x0c, utf8('x'))))),
      ),
    ),
  },
  'a subject of an attribute that nobody knows': { subjectDer: sequence(rdn(UUID_OID, 0x0c, utf8('x'))) },
};

const FORMS: readonly Row[] = [
  ...Object.entries(UNUSUAL).map(([name, spec]): Row => [name, 'verified', certificates(4, spec)]),
  ...[1, 2, 3].flatMap((index): readonly Row[] => [
    [
      `authority ${index} with a negative serial number`,
      'verified',
      certificates(index, { serial: '0202ff01' }),
    ],
    [`authority ${index} with GeneralizedTime`, 'verified', certificates(index, { generalizedTime: true })],
  ]),
  [
    'an authority whose names are of an unusual type',
    'verified',
    {
      certificates: [{}, {}, { subjectDer: printable('zone') }, { issuerDer: printable('zone') }, {}],
    },
  ],
];

/** Certificates outside the profile. */
const MALFORMED: Readonly<Record<string, CertificateSpec>> = {
  'no version': { version: '' },
  'version 1': { version: 'a003020100' },
  'version 2': { version: 'a003020101' },
  'version 4': { version: 'a003020103' },
  'an empty serial number': { serial: '0200' },
  'a serial number written long': { serial: '02020001' },
  'a negative serial number written long': { serial: '0202ffff' },
  'a P-256 key': { curve: 'P-256' },
  'a P-521 key': { curve: 'P-521' },
  'a signature with SHA-256': { hash: 'sha256' },
  'an extension twice': { extensions: [...defaultExtensions(4), EXTENSION.digitalSignature] },
  'an unknown extension twice': {
    extensions: [...defaultExtensions(4), EXTENSION.unknown, EXTENSION.unknown],
  },
  'an object identifier with a zero digit first': {
    extensions: [...defaultExtensions(4), extension('55801d', '0500')],
  },
  'an object identifier that does not end': {
    extensions: [...defaultExtensions(4), extension('551d9d', '0500')],
  },
  'an empty object identifier': { extensions: [...defaultExtensions(4), extension('', '0500')] },
  'a boolean of 1': { extensions: [EXTENSION.digitalSignature, '300c0603551d1301010104023000'] },
  'key usage with padding that is set': {
    extensions: [EXTENSION.notAuthority, extension('551d0f', '030206c1')],
  },
  'key usage without bits': { extensions: [EXTENSION.notAuthority, extension('551d0f', '030100')] },
  'key usage with eight bits unused': {
    extensions: [EXTENSION.notAuthority, extension('551d0f', '03020880')],
  },
  'bytes after key usage': { extensions: [EXTENSION.notAuthority, extension('551d0f', '0302078000')] },
  'a negative path length': {
    extensions: [EXTENSION.digitalSignature, extension('551d13', '30060101ff0201ff', true)],
  },
  'a name with something else in it': { subjectDer: sequence(value(0x0c, utf8('x'))) },
  'a byte after it': { der: (der) => concatBytes(der, Uint8Array.of(0)) },
  'a byte less': { der: (der) => der.subarray(0, -1) },
  'a length written long': { der: (der) => concatBytes(Uint8Array.of(0x30, 0x83, 0), der.subarray(2)) },
  'an indefinite length': {
    der: (der) => concatBytes(Uint8Array.of(0x30, 0x80), der.subarray(4), new Uint8Array(2)),
  },
  'not DER': { der: () => Uint8Array.of(1, 2, 3) },
  'a time that does not exist': { der: retimed(MADE_AT + 3_600_000, '260230120000Z') },
  'a time with an hour of 24': { der: retimed(MADE_AT + 3_600_000, '260115240000Z') },
  'a time without Z': { der: retimed(MADE_AT + 3_600_000, '2601151300000') },
  'a time that is no number': { der: retimed(MADE_AT + 3_600_000, '2601151300 0Z') },
};

/** Writes another UTCTime in the place of one; the signature is lost, but form comes first. */
function retimed(instant: number, text: string): (der: Uint8Array) => Uint8Array {
  const old = encodeHex(generalizedTime(instant)).slice(8);
  return (der) => {
    const hex = encodeHex(der);
    if (!hex.includes(old)) throw new Error('no such time');
    return decodeHex(hex.replace(old, encodeHex(utf8(text))));
  };
}

const RULE_10_FORM: readonly Row[] = [4, 2].flatMap((index) =>
  Object.entries(MALFORMED)
    // Extensions are those of a leaf.
    .filter(([, spec]) => index === 4 || spec.extensions === undefined)
    .map(
      ([name, spec]): Row => [
        `certificate ${index}: ${name}`,
        'certificate_malformed',
        certificates(index, spec),
      ],
    ),
);

const { authority, certificateSign, digitalSignature, notAuthority, unknown, unknownCritical } = EXTENSION;
const CONSTRAINTS: readonly (readonly [
  name: string,
  expect: string,
  index: number,
  extensions: readonly string[],
])[] = [
  ['an intermediate that is no authority', 'refused', 2, [notAuthority, certificateSign]],
  ['an intermediate without basic constraints', 'refused', 2, [certificateSign]],
  [
    'basic constraints that are not critical',
    'refused',
    2,
    [EXTENSION.authorityNotCritical, certificateSign],
  ],
  ['a path longer than an intermediate allows', 'refused', 1, [authority(1), certificateSign]],
  ['a path longer than the root allows', 'refused', 0, [authority(2), certificateSign]],
  ['a path as long as the root allows', 'verified', 0, [authority(3), certificateSign]],
  [
    'a path length beyond any chain',
    'verified',
    1,
    ['30130603551d130101ff040930070101ff02020100', certificateSign],
  ],
  ['no path length', 'verified', 1, [authority(), certificateSign]],
  ['an intermediate that may not sign certificates', 'refused', 3, [authority(0), digitalSignature]],
  ['an intermediate without key usage', 'refused', 3, [authority(0)]],
  ['a root that may not sign certificates', 'refused', 0, [authority(), digitalSignature]],
  [
    'key usage of an authority that is not critical',
    'verified',
    2,
    [authority(1), EXTENSION.certificateSignNotCritical, unknown],
  ],
  ['an unknown critical extension of an authority', 'refused', 2, [...defaultExtensions(2), unknownCritical]],
  ['an unknown critical extension of the root', 'refused', 0, [...defaultExtensions(0), unknownCritical]],
  ['an unknown critical extension of the leaf', 'refused', 4, [...defaultExtensions(4), unknownCritical]],
  [
    'an extended key usage that is critical',
    'refused',
    4,
    [...defaultExtensions(4), extension('551d25', '300a06082b06010505070302', true)],
  ],
  ['a leaf that is an authority', 'refused', 4, [authority(0), digitalSignature]],
  ['a leaf that is an authority and may sign', 'refused', 4, [authority(0), extension('551d0f', '03020284')]],
  ['a leaf that may not sign', 'refused', 4, [notAuthority, certificateSign]],
  ['a leaf without key usage', 'refused', 4, [notAuthority]],
];

const VIOLATED = 'certificate_constraint_violated';
const RULE_11: readonly Row[] = [
  ...CONSTRAINTS.map(
    ([name, expect, index, extensions]): Row => [
      name,
      expect === 'verified' ? expect : VIOLATED,
      certificates(index, { extensions: [...extensions] }),
    ],
  ),
  ['a leaf without extensions', VIOLATED, certificates(4, { withoutExtensions: true })],
  ['an authority without extensions', VIOLATED, certificates(2, { withoutExtensions: true })],
  // A leaf of somebody else's enclave, used as an authority.
  ['a leaf that issued another', VIOLATED, leafAsAuthority()],
];

function leafAsAuthority(): DocumentSpec {
  const extensions = defaultExtensions(4);
  return { length: 6, certificates: [{}, {}, {}, {}, { extensions }, { extensions }] };
}

const VERIFICATION = 'VerificationError';
export const CHAIN: readonly Case[] = [
  ...casesOfRule(9, VERIFICATION, RULE_9),
  ...casesOfRule(9, 'PolicyError', [
    ['a pinned root that is no certificate', 'root_invalid', {}, { roots: [ownRoot, '3000'] }],
    ['a pinned root of 5,000 bytes', 'root_invalid', {}, { roots: ['30'.repeat(5000)] }],
  ]),
  ...casesOfRule(10, VERIFICATION, [...LINKS, ...VALIDITY, ...ARCHIVES, ...FORMS, ...RULE_10_FORM]),
  ...casesOfRule(11, VERIFICATION, RULE_11),
];

/** SHA-256 of the built chains' root, hex. */
export const OWN_ROOT_SHA256 = createHash('sha256').update(root).digest('hex');
