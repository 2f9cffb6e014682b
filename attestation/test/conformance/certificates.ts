/** Rule 10: unusual and malformed certificates. */
import { concatBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import {
  type CertificateSpec,
  defaultExtensions,
  EXTENSION,
  generalizedTime,
  MADE_AT,
  oid,
  sequence,
  value,
} from '../nitro-builder.ts';
import type { Case } from './case.ts';
import { extension, printable, rdn } from './certificate-der.ts';
import { casesOfRule, certificates, type Row } from './made.ts';

/** The object identifier 2.25 with an arc of 128 bits. */
const UUID_OID = `6982${'ff'.repeat(17)}7f`;

/** Valid forms of certificates that no real document of this repository uses. */
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

/** Replaces one UTCTime. The signature becomes invalid, but the verifier checks the form first. */
function retimed(instant: number, text: string): (der: Uint8Array) => Uint8Array {
  const old = encodeHex(generalizedTime(instant)).slice(8);
  return (der) => {
    const hex = encodeHex(der);
    if (!hex.includes(old)) throw new Error('no such time');
    return decodeHex(hex.replace(old, encodeHex(utf8(text))));
  };
}

const MALFORMED_ROWS: readonly Row[] = [4, 2].flatMap((index) =>
  Object.entries(MALFORMED)
    // These extensions are valid only in a leaf.
    .filter(([, spec]) => index === 4 || spec.extensions === undefined)
    .map(
      ([name, spec]): Row => [
        `certificate ${index}: ${name}`,
        'certificate_malformed',
        certificates(index, spec),
      ],
    ),
);

export const CERTIFICATES: readonly Case[] = casesOfRule(10, 'VerificationError', [
  ...FORMS,
  ...MALFORMED_ROWS,
]);
