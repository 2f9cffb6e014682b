/** Rules 6 to 8: the contents of a payload. */
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { ANY, type Case } from './case.ts';
import { bytes, indefinite, payload, replaceOnce, text, withField } from './changes.ts';
import { casesOfRule, type Row } from './made.ts';

/** `pcrs` with an indefinite length: sixteen entries of index, head and 48 bytes. */
function pcrsIndefinite(payload: Uint8Array): Uint8Array {
  return decodeHex(encodeHex(payload).replace(/(6470637273)b0([0-9a-f]{1632})/, '$1bf$2ff'));
}

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

/** Well-formed values for unknown fields. */
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

const NO_ENCLAVE = 'not_an_enclave';
const RULE_8: readonly Row[] = [
  // EC2's attestation of an instance has the same root.
  ['registers of a NitroTPM', NO_ENCLAVE, payload({ nitrotpm_pcrs: new Map([[0, bytes(48)]]) })],
  [
    'registers of a NitroTPM and no others',
    NO_ENCLAVE,
    payload({ nitrotpm_pcrs: new Map(), pcrs: undefined }),
  ],
  ['registers of a NitroTPM that are null', NO_ENCLAVE, payload({ nitrotpm_pcrs: null })],
  [
    'registers of a NitroTPM in an indefinite map',
    NO_ENCLAVE,
    { ...payload({ nitrotpm_pcrs: 1 }), payloadBytes: indefinite },
  ],
  ...[
    'i-0123456789abcdef0',
    'i-0123456789abcdef0-tpm0123456789abcdef',
    'i-0123456789abcdef0-enc',
    'i--enc0123456789abcdef',
    'enc0123456789abcdef',
    'I-0123456789ABCDEF0-ENC0123456789ABCDEF',
    ' i-0123456789abcdef0-enc0123456789abcdef',
    'i-0123456789abcdef0-enc0123456789abcdef\n',
    'i-0123456789abcdef0-enc0123456789abcdef.us-east-1',
  ].map((id): Row => [`module_id ${JSON.stringify(id)}`, NO_ENCLAVE, payload({ module_id: id })]),
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

export const PAYLOAD: readonly Case[] = [
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
