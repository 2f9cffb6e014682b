/**
 * Requests and responses of the module, byte by byte. They are composed by hand from AWS's `Request` and `Response`
 * (aws-nitro-enclaves-nsm-api 8785071, `src/api/mod.rs`: names, fields and their order) by the rules of serde_cbor 0.11
 * (a variant without fields is text, others a map of one; `u16` in its shortest form; `Option` is null or the value;
 * `serde_bytes` a byte string). `from` names another source with the same bytes, where there is one.
 */
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import type { NsmRequest } from '../../src/nsm/request.ts';
import type { NsmResponse } from '../../src/nsm/response.ts';

/** Hexadecimal digits, and ASCII text in quotation marks: `a1 65 "index" 00`. */
export function bytes(notation: string): Uint8Array {
  const hex = notation.replaceAll(/"([^"]*)"/g, (_, text: string) =>
    Buffer.from(text, 'ascii').toString('hex'),
  );
  return decodeHex(hex.replaceAll(/\s/g, ''));
}

interface Vector<T> {
  readonly name: string;
  readonly value: T;
  readonly cbor: Uint8Array;
  readonly from?: string;
}

const register = Uint8Array.from({ length: 48 }, (_, index) => index);
const REGISTER = Buffer.from(register).toString('hex');
const long = new Uint8Array(1024).fill(0xab);

export const REQUESTS: readonly Vector<NsmRequest>[] = [
  {
    name: 'DescribeNSM',
    value: { type: 'DescribeNSM' },
    cbor: bytes('6b "DescribeNSM"'),
  },
  {
    name: 'GetRandom',
    value: { type: 'GetRandom' },
    cbor: bytes('69 47657452616e646f6d'),
    from: 'Linux, drivers/misc/nsm.c, fill_req_get_random',
  },
  {
    name: 'DescribePCR',
    value: { type: 'DescribePCR', index: 0 },
    cbor: bytes('a1 6b "DescribePCR" a1 65 "index" 00'),
  },
  {
    name: 'DescribePCR, the last',
    value: { type: 'DescribePCR', index: 31 },
    cbor: bytes('a1 6b "DescribePCR" a1 65 "index" 18 1f'),
  },
  {
    name: 'DescribePCR, the largest u16',
    value: { type: 'DescribePCR', index: 65_535 },
    cbor: bytes('a1 6b "DescribePCR" a1 65 "index" 19 ffff'),
  },
  {
    name: 'ExtendPCR',
    value: { type: 'ExtendPCR', index: 16, data: Uint8Array.of(1, 2, 3) },
    cbor: bytes('a1 69 "ExtendPCR" a2 65 "index" 10 64 "data" 43 010203'),
  },
  {
    name: 'LockPCR',
    value: { type: 'LockPCR', index: 23 },
    cbor: bytes('a1 67 "LockPCR" a1 65 "index" 17'),
  },
  {
    name: 'LockPCRs',
    value: { type: 'LockPCRs', range: 32 },
    cbor: bytes('a1 68 "LockPCRs" a1 65 "range" 18 20'),
  },
  {
    name: 'Attestation, empty',
    value: { type: 'Attestation', userData: null, nonce: null, publicKey: null },
    cbor: bytes('a1 6b "Attestation" a3 69 "user_data" f6 65 "nonce" f6 6a "public_key" f6'),
  },
  {
    name: 'Attestation, with user data and nonce',
    value: {
      type: 'Attestation',
      userData: bytes('"user"'),
      nonce: bytes('"nonce"'),
      publicKey: null,
    },
    cbor: bytes('a1 6b "Attestation" a3 69 "user_data" 44 "user" 65 "nonce" 45 "nonce" 6a "public_key" f6'),
  },
  {
    name: 'Attestation, everything as long as it may be',
    value: { type: 'Attestation', userData: long, nonce: long, publicKey: long },
    cbor: bytes(
      `a1 6b "Attestation" a3 69 "user_data" 59 0400 ${'ab'.repeat(1024)}
       65 "nonce" 59 0400 ${'ab'.repeat(1024)} 6a "public_key" 59 0400 ${'ab'.repeat(1024)}`,
    ),
  },
];

export const RESPONSES: readonly Vector<NsmResponse>[] = [
  {
    name: 'DescribeNSM',
    value: {
      type: 'DescribeNSM',
      versionMajor: 1,
      versionMinor: 0,
      versionPatch: 0,
      moduleId: 'i-0-enc0',
      maxPcrs: 32,
      lockedPcrs: [0, 1, 24],
      digest: 'SHA384',
    },
    cbor: bytes(
      `a1 6b "DescribeNSM" a7 6d "version_major" 01 6d "version_minor" 00 6d "version_patch" 00
       69 "module_id" 68 "i-0-enc0" 68 "max_pcrs" 18 20 6b "locked_pcrs" 83 00 01 18 18
       66 "digest" 66 "SHA384"`,
    ),
  },
  {
    name: 'DescribePCR',
    value: { type: 'DescribePCR', lock: true, data: register },
    cbor: bytes(`a1 6b "DescribePCR" a2 64 "lock" f5 64 "data" 58 30 ${REGISTER}`),
  },
  {
    name: 'ExtendPCR',
    value: { type: 'ExtendPCR', data: register },
    cbor: bytes(`a1 69 "ExtendPCR" a1 64 "data" 58 30 ${REGISTER}`),
  },
  { name: 'LockPCR', value: { type: 'LockPCR' }, cbor: bytes('67 "LockPCR"') },
  { name: 'LockPCRs', value: { type: 'LockPCRs' }, cbor: bytes('68 "LockPCRs"') },
  {
    name: 'Attestation',
    value: { type: 'Attestation', document: Uint8Array.of(0x84, 0x43) },
    cbor: bytes('a1 6b "Attestation" a1 68 "document" 42 8443'),
  },
  {
    name: 'GetRandom',
    value: { type: 'GetRandom', random: new Uint8Array(256).fill(7) },
    cbor: bytes(`a1 69 47657452616e646f6d a1 66 72616e646f6d 59 0100 ${'07'.repeat(256)}`),
    from: 'Linux, drivers/misc/nsm.c, parse_resp_get_random',
  },
  ...(
    [
      ['Success', '67 "Success"'],
      ['InvalidArgument', '6f "InvalidArgument"'],
      ['InvalidIndex', '6c "InvalidIndex"'],
      ['InvalidResponse', '6f "InvalidResponse"'],
      ['ReadOnlyIndex', '6d "ReadOnlyIndex"'],
      ['InvalidOperation', '70 "InvalidOperation"'],
      ['BufferTooSmall', '6e "BufferTooSmall"'],
      ['InputTooLarge', '6d "InputTooLarge"'],
      ['InternalError', '6d "InternalError"'],
    ] as const
  ).map(([word, text]) => ({
    name: `Error, ${word}`,
    value: { type: 'Error' as const, word },
    cbor: bytes(`a1 65 "Error" ${text}`),
    from: 'QEMU, hw/virtio/virtio-nsm.c, error_response',
  })),
];
