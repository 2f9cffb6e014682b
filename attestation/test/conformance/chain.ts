/** Rules 9 and 10: roots, links, and validity. */
import { generateKeyPairSync } from 'node:crypto';
import { AWS_NITRO_ROOT_G1 } from '@perf-aggregator/attestation';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { buildDocument, MADE_AT } from '../nitro-builder.ts';
import type { Case } from './case.ts';
import { printable } from './certificate-der.ts';
import { casesOfRule, certificates, type Row } from './made.ts';

const INDEXES = [0, 1, 2, 3, 4];
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const awsRoot = encodeHex(AWS_NITRO_ROOT_G1);
const ownRoot = encodeHex(buildDocument().root);
/** A root with the same name and another key. */
const impostor = encodeHex(buildDocument(certificates(0, { foreignKey: true, signer: stranger })).root);

const RULE_9: readonly Row[] = [
  ['the root that was pinned', 'verified', {}],
  ['the second of two pinned', 'verified', {}, { roots: [awsRoot, ownRoot] }],
  ['the first of two pinned', 'verified', {}, { roots: [ownRoot, awsRoot] }],
  ['after one of the same name', 'verified', {}, { roots: [impostor, ownRoot] }],
  ['no root pinned', 'root_untrusted', {}, { roots: [] }],
  ['another root pinned', 'root_untrusted', {}, { roots: [awsRoot] }],
  ['a root of the same name pinned', 'root_untrusted', {}, { roots: [impostor] }],
  // The verifier ignores the first entry of the bundle.
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

const VERIFICATION = 'VerificationError';
export const CHAIN: readonly Case[] = [
  ...casesOfRule(9, VERIFICATION, RULE_9),
  ...casesOfRule(9, 'PolicyError', [
    ['a pinned root that is no certificate', 'root_invalid', {}, { roots: [ownRoot, '3000'] }],
    ['a pinned root of 5,000 bytes', 'root_invalid', {}, { roots: ['30'.repeat(5000)] }],
  ]),
  ...casesOfRule(10, VERIFICATION, [...LINKS, ...VALIDITY, ...ARCHIVES]),
];
