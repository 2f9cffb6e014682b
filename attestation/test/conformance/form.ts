/** Rules 1 to 5: the form of a document, and its signature. */
import { generateKeyPairSync } from 'node:crypto';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { buildDocument, type DocumentSpec, MADE_AT } from '../nitro-builder.ts';
import { ANY, type Case } from './case.ts';
import { bytes, indefinite, payload } from './changes.ts';
import { casesOfRule, type Row } from './made.ts';

/** Order of the group of P-384. */
const ORDER = BigInt(`0x${'f'.repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`);

/** The genuine document with bytes that are changed after signing. */
function changed(
  rule: number,
  rows: readonly (readonly [name: string, expect: string, change: (document: string) => string])[],
): readonly Case[] {
  const { bytes, root } = buildDocument();
  const document = encodeHex(bytes);
  return rows.map(([name, expect, change]) => ({
    rule,
    name: `rule ${rule}: ${name}`,
    document: change(document),
    roots: [encodeHex(root)],
    at: MADE_AT,
    policy: ANY,
    expect: expect === 'verified' ? expect : `VerificationError ${expect}`,
  }));
}

/** Signature bytes from r and s. */
function scalars(
  change: (r: bigint, s: bigint) => readonly [bigint, bigint],
): NonNullable<DocumentSpec['signature']> {
  return (signature) => {
    const read = (half: Uint8Array) => BigInt(`0x${encodeHex(half)}`);
    const [r, s] = change(read(signature.subarray(0, 48)), read(signature.subarray(48)));
    return decodeHex([r, s].map((n) => n.toString(16).padStart(96, '0')).join(''));
  };
}

const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;

export const FORM: readonly Case[] = [
  ...changed(1, [
    ['as it is', 'verified', (same) => same],
    ['a byte after it', 'document_malformed', (same) => `${same}00`],
    ['twice', 'document_malformed', (same) => same + same],
    ['its last byte missing', 'document_malformed', (same) => same.slice(0, -2)],
    ['nothing', 'document_malformed', () => ''],
    ['not CBOR', 'document_malformed', () => 'ff'],
    ['an indefinite list', 'document_malformed', (same) => `9f${same.slice(2)}ff`],
    ['the length of the list written long', 'document_malformed', (same) => `9804${same.slice(2)}`],
    ['16 KiB and a byte', 'document_malformed', () => '00'.repeat(16_385)],
    [
      'text that is not UTF-8',
      'document_malformed',
      (same) => same.replace('a1013822a0', 'a1013822a161ff00'),
    ],
  ]),
  ...casesOfRule(1, 'VerificationError', [
    ['genuine and over 16 KiB', 'document_malformed', payload({ future: bytes(14_000) })],
    ['genuine and large', 'verified', payload({ future: bytes(12_000) })],
  ]),
  ...changed(2, [
    ['with tag 18', 'verified', (same) => `d2${same}`],
    ['with tag 17', 'cose_malformed', (same) => `d1${same}`],
    ['with tag 98', 'cose_malformed', (same) => `d862${same}`],
    ['with tag 18 twice', 'cose_malformed', (same) => `d2d2${same}`],
    ['with the tag of self-described CBOR', 'cose_malformed', (same) => `d9d9f7${same}`],
    ['in a list', 'cose_malformed', (same) => `81${same}`],
    ['a list of five', 'cose_malformed', (same) => `85${same.slice(2)}f6`],
    ['a list of three', 'cose_malformed', () => '8340a040'],
    ['a map', 'cose_malformed', () => 'a0'],
    [
      'a protected header that is no byte string',
      'cose_malformed',
      (same) => same.replace('8444a1013822', '84a1013822'),
    ],
    [
      'a payload that is null',
      'cose_malformed',
      (same) => same.replace(/(8444a1013822a0)59.*/, '$1f6').concat(`5860${'01'.repeat(96)}`),
    ],
    ['a signature that is text', 'cose_malformed', (same) => `${same.slice(0, -196)}6161`],
  ]),
  ...casesOfRule(3, 'VerificationError', [
    ['ES384 and nothing else', 'verified', {}],
    ...(
      [
        ['no header', ''],
        ['an empty one', 'a0'],
        ['ES256', 'a10126'],
        ['ES512', 'a1013823'],
        ['ES384 as text', 'a101654553333834'],
        ['a second member', 'a2013822044131'],
        ['ES384 twice', 'a2013822013822'],
        ['a critical header', 'a2013822028101'],
        ['-35 written long', 'a101390022'],
        ['an indefinite map', 'bf013822ff'],
        ['bytes after the map', 'a1013822a0'],
      ] as const
    ).map(([name, header]): Row => [name, 'cose_header_invalid', { protectedHeader: decodeHex(header) }]),
    [
      'a key id in the unprotected header',
      'cose_header_invalid',
      { unprotectedHeader: new Map([[4, bytes(2)]]) },
    ],
    [
      'ES384 in the unprotected header, too',
      'cose_header_invalid',
      { unprotectedHeader: new Map([[1, -35]]) },
    ],
    [
      'ES384 in the unprotected header only',
      'cose_header_invalid',
      { protectedHeader: new Uint8Array(), unprotectedHeader: new Map([[1, -35]]) },
    ],
    ['an unprotected header that is a list', 'cose_header_invalid', { unprotectedHeader: [] }],
    ['an unprotected header that is null', 'cose_header_invalid', { unprotectedHeader: null }],
  ]),
  ...casesOfRule(4, 'VerificationError', [
    ['low s', 'verified', { signature: scalars((r, s) => [r, s > ORDER / 2n ? ORDER - s : s]) }],
    ['high s', 'verified', { signature: scalars((r, s) => [r, s > ORDER / 2n ? s : ORDER - s]) }],
    ['r zero', 'signature_malformed', { signature: scalars((_, s) => [0n, s]) }],
    ['s zero', 'signature_malformed', { signature: scalars((r) => [r, 0n]) }],
    ['both zero', 'signature_malformed', { signature: () => new Uint8Array(96) }],
    ['r the order', 'signature_malformed', { signature: scalars((_, s) => [ORDER, s]) }],
    ['s the order', 'signature_malformed', { signature: scalars((r) => [r, ORDER]) }],
    ['s beyond the order', 'signature_malformed', { signature: scalars((r) => [r, ORDER + 1n]) }],
    ['a byte more', 'signature_malformed', { signature: (same) => concatBytes(same, Uint8Array.of(0)) }],
    ['a byte fewer', 'signature_malformed', { signature: (same) => same.subarray(1) }],
    ['64 bytes', 'signature_malformed', { signature: (same) => same.subarray(0, 64) }],
    ['empty', 'signature_malformed', { signature: () => new Uint8Array() }],
    [
      'as DER',
      'signature_malformed',
      {
        signature: (same) =>
          concatBytes(decodeHex('30640230'), same.subarray(0, 48), decodeHex('0230'), same.subarray(48)),
      },
    ],
  ]),
  ...casesOfRule(5, 'VerificationError', [
    ['the leaf', 'verified', {}],
    ['another key', 'signature_invalid', { signer: other }],
    ['r changed', 'signature_invalid', { signature: (same) => same.map((b, i) => (i === 20 ? b ^ 1 : b)) }],
    ['r and s exchanged', 'signature_invalid', { signature: scalars((r, s) => [s, r]) }],
    ['s of 1, r of 1', 'signature_invalid', { signature: scalars(() => [1n, 1n]) }],
    ['over another context', 'signature_invalid', { context: 'Signature' }],
    ['over external data', 'signature_invalid', { externalData: Uint8Array.of(1) }],
    [
      'over a re-encoded payload',
      'signature_invalid',
      { payloadBytes: indefinite, signedPayload: 'definite' },
    ],
  ]),
  ...changed(5, [
    [
      'a payload changed after signing',
      'signature_invalid',
      (same) => same.replace('02'.repeat(48), `${'02'.repeat(47)}03`),
    ],
  ]),
];
