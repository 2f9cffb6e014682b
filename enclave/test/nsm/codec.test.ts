import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, orRefused } from '../../../shared/test/codes.ts';
import { NsmError } from '../../src/nsm/errors.ts';
import { decodeRequest, encodeRequest, type NsmRequest } from '../../src/nsm/request.ts';
import {
  decodeResponse,
  encodeResponse,
  NSM_DIGESTS,
  NSM_ERROR_WORDS,
  type NsmResponse,
} from '../../src/nsm/response.ts';
import { bytes, REQUESTS, RESPONSES } from './vectors.ts';

const u16 = fc.nat({ max: 0xffff });
const input = fc.option(fc.uint8Array({ maxLength: 1024 }), { nil: null });

const requests: fc.Arbitrary<NsmRequest> = fc.oneof(
  fc.constantFrom<NsmRequest>({ type: 'DescribeNSM' }, { type: 'GetRandom' }),
  fc.record({ type: fc.constantFrom('DescribePCR' as const, 'LockPCR' as const), index: u16 }),
  fc.record({ type: fc.constant('LockPCRs' as const), range: u16 }),
  fc.record({
    type: fc.constant('ExtendPCR' as const),
    index: u16,
    data: fc.uint8Array({ maxLength: 4000 }),
  }),
  fc.record({ type: fc.constant('Attestation' as const), userData: input, nonce: input, publicKey: input }),
);

const data = fc.uint8Array({ maxLength: 64 });
const responses: fc.Arbitrary<NsmResponse> = fc.oneof(
  fc.constantFrom<NsmResponse>({ type: 'LockPCR' }, { type: 'LockPCRs' }),
  fc.record({ type: fc.constant('DescribePCR' as const), lock: fc.boolean(), data }),
  fc.record({ type: fc.constant('ExtendPCR' as const), data }),
  fc.record({ type: fc.constant('Attestation' as const), document: fc.uint8Array({ maxLength: 12_000 }) }),
  fc.record({ type: fc.constant('GetRandom' as const), random: fc.uint8Array({ maxLength: 256 }) }),
  fc.record({ type: fc.constant('Error' as const), word: fc.constantFrom(...NSM_ERROR_WORDS) }),
  fc.record({
    type: fc.constant('DescribeNSM' as const),
    versionMajor: u16,
    versionMinor: u16,
    versionPatch: u16,
    moduleId: fc.string({ maxLength: 64 }),
    maxPcrs: u16,
    lockedPcrs: fc.uniqueArray(u16, { maxLength: 32 }),
    digest: fc.constantFrom(...NSM_DIGESTS),
  }),
);

describe('when a request is encoded', () => {
  it.each(REQUESTS.map((vector) => [vector.name, vector] as const))('%s has these bytes', (_, vector) => {
    expect(Buffer.from(encodeRequest(vector.value)).toString('hex')).toBe(
      Buffer.from(vector.cbor).toString('hex'),
    );
    expect(decodeRequest(vector.cbor)).toEqual(vector.value);
  });

  it('the module reads back the written request', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(decodeRequest(encodeRequest(request))).toEqual(request);
      }),
    );
  });

  it.each(['userData', 'nonce', 'publicKey'] as const)('%s of 1,025 bytes is refused', (field) => {
    const request = { type: 'Attestation', userData: null, nonce: null, publicKey: null } as const;
    const run = () => encodeRequest({ ...request, [field]: new Uint8Array(1025) });
    expect(codeOf(run, NsmError)).toBe('nsm_input_too_large');
  });

  it('more than 4 KiB in total are refused', () => {
    // Map of one, "ExtendPCR", map of two, "index", its number, "data" and a length in two bytes: 27 bytes.
    const extend = (length: number) =>
      encodeRequest({ type: 'ExtendPCR', index: 16, data: new Uint8Array(length) });
    expect(extend(4096 - 27)).toHaveLength(4096);
    expect(codeOf(() => extend(4096 - 26), NsmError)).toBe('nsm_input_too_large');
  });

  it.each([-1, 65_536, 0.5, Number.NaN])('the index %d is refused', (index) => {
    expect(codeOf(() => encodeRequest({ type: 'LockPCR', index }), NsmError)).toBe('nsm_request_invalid');
    expect(codeOf(() => encodeRequest({ type: 'LockPCRs', range: index }), NsmError)).toBe(
      'nsm_request_invalid',
    );
  });
});

describe('when a response is decoded', () => {
  it.each(RESPONSES.map((vector) => [vector.name, vector] as const))('%s has this meaning', (_, vector) => {
    expect(decodeResponse(vector.cbor)).toEqual(vector.value);
    expect(Buffer.from(encodeResponse(vector.value)).toString('hex')).toBe(
      Buffer.from(vector.cbor).toString('hex'),
    );
  });

  it('responses that the module writes are read correctly', () => {
    fc.assert(
      fc.property(responses, (response) => {
        expect(decodeResponse(encodeResponse(response))).toEqual(response);
      }),
    );
  });

  it('lengths may be indefinite, as in the documents since September 2025', () => {
    const cbor = bytes('bf 69 "GetRandom" bf 66 "random" 5f 42 0102 41 03 ff ff ff');
    expect(decodeResponse(cbor)).toEqual({ type: 'GetRandom', random: Uint8Array.of(1, 2, 3) });
  });

  it('a field of a later minor version is ignored', () => {
    const cbor = bytes('a1 69 "GetRandom" a2 65 "later" 81 01 66 "random" 41 07');
    expect(decodeResponse(cbor)).toEqual({ type: 'GetRandom', random: Uint8Array.of(7) });
  });

  it('the decoded values stay valid after the buffer is reused', () => {
    const cbor = bytes('a1 69 "GetRandom" a1 66 "random" 41 07');
    const response = decodeResponse(cbor);
    cbor.fill(0);
    expect(response).toEqual({ type: 'GetRandom', random: Uint8Array.of(7) });
  });

  it.each([
    ['nothing', ''],
    ['a number', '01'],
    ['a list', '80'],
    ['an empty map', 'a0'],
    ['a map of two', 'a2 67 "LockPCR" f6 68 "LockPCRs" f6'],
    ['a map of two, of which one would do', 'a2 69 "GetRandom" a1 66 "random" 41 07 67 "LockPCR" f6'],
    ['a number for a name', 'a1 01 a0'],
    ['a name not known', '67 "Unknown"'],
    ['a name not known, with fields', 'a1 67 "Unknown" a0'],
    ['a variant with fields, without them', '69 "GetRandom"'],
    ['a variant without fields, with some', 'a1 67 "LockPCR" a0'],
    ['fields that are a list', 'a1 69 "GetRandom" 81 41 07'],
    ['a field that is missing', 'a1 69 "GetRandom" a0'],
    ['text for bytes', 'a1 69 "GetRandom" a1 66 "random" 61 "x"'],
    ['a list of numbers for bytes', 'a1 69 "GetRandom" a1 66 "random" 81 07'],
    ['a number for a boolean', 'a1 6b "DescribePCR" a2 64 "lock" 01 64 "data" 41 00'],
    ['an error of no word', 'a1 65 "Error" 65 "Other"'],
    ['an error of no text', 'a1 65 "Error" 01'],
    ['an error without a word', '65 "Error"'],
    ['a field twice', 'a1 69 "GetRandom" a2 66 "random" 41 07 66 "random" 41 08'],
    ['a length not in its shortest form', 'a1 69 "GetRandom" a1 66 "random" 58 01 07'],
    ['bytes left over', '67 "LockPCR" 00'],
    ['a tag', 'c0 67 "LockPCR"'],
    [
      'an index beyond 16 bits',
      `a1 6b "DescribeNSM" a7 6d "version_major" 01 6d "version_minor" 00 6d "version_patch" 00
       69 "module_id" 60 68 "max_pcrs" 18 20 6b "locked_pcrs" 81 1a 00010000 66 "digest" 66 "SHA384"`,
    ],
    [
      'a digest not known',
      `a1 6b "DescribeNSM" a7 6d "version_major" 01 6d "version_minor" 00 6d "version_patch" 00
       69 "module_id" 60 68 "max_pcrs" 18 20 6b "locked_pcrs" 80 66 "digest" 64 "SHA1"`,
    ],
  ])('%s is refused', (_, notation) => {
    expect(codeOf(() => decodeResponse(bytes(notation)), NsmError)).toBe('nsm_response_malformed');
  });

  it('more than 12 KiB are refused', () => {
    const response = (length: number) =>
      encodeResponse({ type: 'Attestation', document: new Uint8Array(length) });
    const overhead = response(12_000).length - 12_000;
    expect(decodeResponse(response(12_288 - overhead)).type).toBe('Attestation');
    expect(codeOf(() => decodeResponse(response(12_289 - overhead)), NsmError)).toBe(
      'nsm_response_malformed',
    );
  });

  it('garbage raises coded errors only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        orRefused(() => decodeResponse(garbage));
        orRefused(() => decodeRequest(garbage));
      }),
    );
  });

  it('so does one wrong byte in a valid response', () => {
    const valid = fc.constantFrom(...REQUESTS, ...RESPONSES).map(({ cbor }) => cbor);
    fc.assert(
      fc.property(valid, fc.nat(), fc.nat({ max: 255 }), (cbor, at, byte) => {
        const changed = cbor.slice();
        changed[at % changed.length] = byte;
        orRefused(() => decodeResponse(changed));
        orRefused(() => decodeRequest(changed));
      }),
      { numRuns: 1000 },
    );
  });
});
