/** Rules 1 to 8: the form of a document, what its payload says, and its signature. */
import { generateKeyPairSync } from 'node:crypto';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { buildDocument, type DocumentSpec, MADE_AT } from '../nitro-builder.ts';
import { ANY, type Case } from './case.ts';
import { casesOfRule, type Row } from './made.ts';

/** Order of the group of P-384. */
const ORDER = BigInt(`0x${'f'.repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`);

/** The genuine document, its bytes changed after signing. */
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

/** A field more, as CBOR of key and value. */
export function withField(entry: string): NonNullable<DocumentSpec['payloadBytes']> {
  return (payload) => concatBytes(Uint8Array.of(payload[0]! + 1), payload.subarray(1), decodeHex(entry));
}

/** The same map with an indefinite length. */
export function indefinite(payload: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(0xbf), payload.subarray(1), Uint8Array.of(0xff));
}

/** CBOR of the text `name`, hex. */
function text(name: string): string {
  return encodeHex(encodeCbor(name));
}

function replaceOnce(from: string, to: string): NonNullable<DocumentSpec['payloadBytes']> {
  return (payload) => {
    const before = encodeHex(payload);
    if (before.split(from).length !== 2) throw new Error(`${from} does not stand there once`);
    return decodeHex(before.replace(from, to));
  };
}

/** `pcrs` as sixteen entries of index, head and 48 bytes. */
function pcrsIndefinite(payload: Uint8Array): Uint8Array {
  return decodeHex(encodeHex(payload).replace(/(6470637273)b0([0-9a-f]{1632})/, '$1bf$2ff'));
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

const payload = (fields: Record<string, CborValue | undefined>): DocumentSpec => ({ payload: fields });
const bytes = (length: number, fill = 1) => new Uint8Array(length).fill(fill);

const RULE_6: readonly Row[] = [
  ['a definite map', 'verified', {}],
  ['an indefinite map', 'verified', { payloadBytes: indefinite }],
  ['indefinite pcrs', 'verified', { payloadBytes: pcrsIndefinite }],
  ['indefinite text', 'verified', { payloadBytes: replaceOnce(text('SHA384'), '7f6353484163333834ff') }],
  ...['module_id', 'digest', 'timestamp', 'pcrs', 'certificate', 'cabundle'].map(
    (name): Row => [`no ${name}`, 'payload_malformed', payload({ [name]: undefined })],
  ),
  ...['module_id', 'digest', 'timestamp', 'pcrs', 'certificate', 'cabundle'].map(
    (name): Row => [`${name} null`, 'payload_malformed', payload({ [name]: null })],
  ),
  ['an empty module_id', 'payload_malformed', payload({ module_id: '' })],
  ['module_id as bytes', 'payload_malformed', payload({ module_id: bytes(4) })],
  ['digest SHA512', 'payload_malformed', payload({ digest: 'SHA512' })],
  ['digest sha384', 'payload_malformed', payload({ digest: 'sha384' })],
  ['timestamp 0', 'payload_malformed', payload({ timestamp: 0 })],
  ['a negative timestamp', 'payload_malformed', payload({ timestamp: -1 })],
  ['timestamp beyond any date', 'payload_malformed', payload({ timestamp: 2n ** 63n })],
  ['timestamp as a float', 'payload_malformed', payload({ timestamp: 1.5 })],
  [
    'timestamp as a float that is whole',
    'payload_malformed',
    { payload: { timestamp: undefined }, payloadBytes: withField(`${text('timestamp')}fb4278bcfe568bc000`) },
  ],
  ['timestamp as text', 'payload_malformed', payload({ timestamp: '1768478400000' })],
  ['no PCR', 'payload_malformed', payload({ pcrs: new Map() })],
  ['one PCR', 'verified', payload({ pcrs: new Map([[0, bytes(48)]]) })],
  ['PCR 31', 'verified', payload({ pcrs: new Map([[31, bytes(48)]]) })],
  [
    '32 PCRs',
    'verified',
    payload({ pcrs: new Map(Array.from({ length: 32 }, (_, i) => [i, bytes(48)] as const)) }),
  ],
  [
    'PCR 32',
    'payload_malformed',
    payload({
      pcrs: new Map([
        [0, bytes(48)],
        [32, bytes(48)],
      ]),
    }),
  ],
  [
    'PCR -1',
    'payload_malformed',
    payload({
      pcrs: new Map([
        [0, bytes(48)],
        [-1, bytes(48)],
      ]),
    }),
  ],
  ...[32, 48, 64].map(
    (length): Row => [
      `a PCR of ${length} bytes`,
      'verified',
      payload({ pcrs: new Map([[0, bytes(length)]]) }),
    ],
  ),
  ...[0, 31, 47, 49, 65].map(
    (length): Row => [
      `a PCR of ${length} bytes`,
      'payload_malformed',
      payload({
        pcrs: new Map([
          [0, bytes(48)],
          [1, bytes(length)],
        ]),
      }),
    ],
  ),
  ['PCRs under text', 'payload_malformed', payload({ pcrs: { 0: bytes(48) } })],
  ['pcrs as a list', 'payload_malformed', payload({ pcrs: [bytes(48)] })],
  [
    'PCR 0 twice',
    'payload_malformed',
    {
      payload: { pcrs: undefined },
      payloadBytes: withField(`${text('pcrs')}a2005830${'01'.repeat(48)}005830${'02'.repeat(48)}`),
    },
  ],
  ['an empty certificate', 'payload_malformed', payload({ certificate: new Uint8Array() })],
  ['a certificate of 1,025 bytes', 'payload_malformed', payload({ certificate: bytes(1025) })],
  ['a certificate in a list', 'payload_malformed', payload({ certificate: [bytes(5)] })],
  ['an empty cabundle', 'payload_malformed', payload({ cabundle: [] })],
  ['cabundle as bytes', 'payload_malformed', payload({ cabundle: bytes(5) })],
  [
    'an empty entry of cabundle',
    'payload_malformed',
    { cabundle: (bundle) => [...bundle, new Uint8Array()] },
  ],
  [
    'an entry of 1,025 bytes in cabundle',
    'payload_malformed',
    { cabundle: ([, ...rest]) => [bytes(1025), ...rest] },
  ],
  ['a key twice', 'payload_malformed', { payloadBytes: withField(`${text('nonce')}f6`) }],
  [
    'a key twice, the second as good as the first',
    'payload_malformed',
    { payloadBytes: withField(`${text('digest')}${text('SHA384')}`) },
  ],
  [
    'an unknown key twice',
    'payload_malformed',
    {
      payloadBytes: (same) => withField(`${text('new')}01`)(withField(`${text('new')}01`)(same)),
    },
  ],
  ['a key that is no text', 'payload_malformed', { payloadBytes: withField('0102') }],
  ['a key that is bytes', 'payload_malformed', { payloadBytes: withField('410102') }],
  ['a key that is not UTF-8', 'payload_malformed', { payloadBytes: withField('61ff02') }],
  [
    'a field fewer than said',
    'payload_malformed',
    { payloadBytes: (p) => Uint8Array.of(p[0]! + 1, ...p.subarray(1)) },
  ],
  [
    'a field more than said',
    'payload_malformed',
    { payloadBytes: (p) => Uint8Array.of(p[0]! - 1, ...p.subarray(1)) },
  ],
  [
    'an indefinite map without an end',
    'payload_malformed',
    { payloadBytes: (p) => indefinite(p).subarray(0, -1) },
  ],
  ['bytes after the map', 'payload_malformed', { payloadBytes: (p) => concatBytes(p, Uint8Array.of(0)) }],
  [
    'the number of fields written long',
    'payload_malformed',
    { payloadBytes: (p) => Uint8Array.of(0xb8, p[0]! & 31, ...p.subarray(1)) },
  ],
  [
    'a length written long',
    'payload_malformed',
    { payloadBytes: replaceOnce(text('SHA384'), '7806534841333834') },
  ],
  ['a list', 'payload_malformed', { payloadBytes: () => encodeCbor(['module_id']) }],
  ['nothing', 'payload_malformed', { payloadBytes: () => new Uint8Array() }],
  ['a tagged map', 'payload_malformed', { payloadBytes: (p) => concatBytes(Uint8Array.of(0xc6), p) }],
];

const RULE_7: readonly Row[] = ['public_key', 'user_data', 'nonce'].flatMap((name): readonly Row[] => [
  ...(
    [
      ['absent', undefined],
      ['null', null],
      ['empty', new Uint8Array()],
      ['of 513 bytes', bytes(513)],
      ['of 1,024 bytes', bytes(1024)],
    ] as const
  ).map(([how, value]): Row => [`${name} ${how}`, 'verified', payload({ [name]: value })]),
  [
    `${name} in chunks`,
    'verified',
    { payload: { [name]: undefined }, payloadBytes: withField(`${text(name)}5f4201024103ff`) },
  ],
  ...(
    [
      ['of 1,025 bytes', bytes(1025)],
      ['as text', 'text'],
      ['as a number', 0],
      ['false', false],
      ['as a list', []],
    ] as const
  ).map(([how, value]): Row => [`${name} ${how}`, 'payload_optional_invalid', payload({ [name]: value })]),
  [
    `${name} undefined`,
    'payload_optional_invalid',
    { payload: { [name]: undefined }, payloadBytes: withField(`${text(name)}f7`) },
  ],
  [
    `${name} tagged`,
    'payload_optional_invalid',
    { payload: { [name]: undefined }, payloadBytes: withField(`${text(name)}d84041ff`) },
  ],
]);

/** Values of fields that nobody has thought of yet, all well-formed. */
const FUTURE: Readonly<Record<string, string>> = {
  'a list of maps': '81a1666e6573746564f93e00',
  'a tagged instant': 'c11a514b67b0',
  'tags in tags': 'd81ed9010082f6c24101',
  undefined: 'f7',
  'a simple value': 'f8ff',
  'a map with keys of bytes': 'a1410102',
  'chunks of text': '7f61616162ff',
  'an indefinite list': '9f010203ff',
  'a number written long': '1b0000000000000001',
  'sixteen lists in each other': `${'81'.repeat(16)}00`,
  'two thousand numbers': `9907d0${'01'.repeat(2000)}`,
};

const RULE_8: readonly Row[] = [
  ...Object.entries(FUTURE).map(
    ([name, value]): Row => [name, 'verified', { payloadBytes: withField(text('future') + value) }],
  ),
  ['a value that ends early', 'payload_malformed', { payloadBytes: withField(`${text('future')}8201`) }],
  ['a stray break', 'payload_malformed', { payloadBytes: withField(`${text('future')}ff`) }],
  ['a reserved head', 'payload_malformed', { payloadBytes: withField(`${text('future')}1c`) }],
  ['a tag without a number', 'payload_malformed', { payloadBytes: withField(`${text('future')}df01`) }],
  [
    'a simple value below 32 in two bytes',
    'payload_malformed',
    { payloadBytes: withField(`${text('future')}f801`) },
  ],
  ['a chunk of another type', 'payload_malformed', { payloadBytes: withField(`${text('future')}7f4101ff`) }],
  [
    'nested without an end',
    'payload_malformed',
    { payloadBytes: withField(`${text('future')}${'81'.repeat(3000)}00`) },
  ],
];

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
  ...casesOfRule(6, 'VerificationError', RULE_6),
  ...casesOfRule(7, 'VerificationError', RULE_7),
  ...casesOfRule(8, 'VerificationError', RULE_8),
  ...casesOfRule(8, 'PolicyError', [
    [
      'refused by the policy',
      'unknown_field',
      payload({ future: 1 }),
      { policy: { ...ANY, unknownFields: 'refuse' } },
    ],
    ['refused by the policy, none there', 'verified', {}, { policy: { ...ANY, unknownFields: 'refuse' } }],
  ]),
];
