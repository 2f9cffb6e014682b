import { utf8 } from '@perf-aggregator/shared/bytes';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import {
  type BootReply,
  type BootRequest,
  decodeBootReply,
  decodeBootRequest,
  encodeBootReply,
  encodeBootRequest,
  PHASES,
} from '@perf-aggregator/shared/wire/boot';
import {
  decodeReply,
  decodeRequest,
  type EnclaveReply,
  type EnclaveRequest,
  encodeReply,
  encodeRequest,
  parseJson,
} from '@perf-aggregator/shared/wire/envelope';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import { isPublicCode, PUBLIC_CODES, PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import { OPERATION_NAMES } from '@perf-aggregator/shared/wire/operations';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, orRefused } from '../codes.ts';

const bytes = fc.uint8Array({ maxLength: 64 });
const count = fc.maxSafeNat();
const text = fc.string({ unit: 'grapheme' });
const session = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((id) => Buffer.from(id).toString('base64url'));
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const request: fc.Arbitrary<EnclaveRequest> = fc.record({
  operation: fc.constantFrom(...OPERATION_NAMES),
  session: nullable(session),
  version: nullable(count),
  body: bytes,
  state: nullable(fc.record({ version: count, blob: bytes, chunks: fc.array(bytes) })),
});
const write = fc.record({
  session,
  baseVersion: count,
  version: count,
  expiresAt: count,
  syncAt: nullable(count),
  blob: bytes,
  chunksKept: count,
  chunks: fc.array(bytes),
});
const failure = fc.record({
  code: fc.constantFrom(...PUBLIC_CODES),
  retryAfterMs: nullable(count),
  sealed: nullable(bytes),
});
const reply: fc.Arbitrary<EnclaveReply> = fc.oneof(
  fc.record({
    outcome: fc.constant('ok' as const),
    body: bytes,
    write: nullable(write),
    erase: fc.boolean(),
  }),
  fc.record({ outcome: fc.constant('state_required' as const) }),
  fc.record({ outcome: fc.constant('failure' as const), failure }),
);
const genesis = nullable(fc.record({ blob: bytes, evidence: bytes }));
const credentials = fc.record({
  accessKeyId: text,
  secretAccessKey: text,
  sessionToken: text,
  expiration: fc.maxSafeInteger(),
});
const deployment = fc.record({ keyArn: text, roleArn: text });
const bootRequest: fc.Arbitrary<BootRequest> = fc.record({
  credentials,
  deployment,
  sharers: fc.integer({ min: 1, max: 64 }),
  genesis,
});
const bootReply: fc.Arbitrary<BootReply> = fc.record({ phase: fc.constantFrom(...PHASES), genesis });

interface Codec {
  readonly name: string;
  readonly arbitrary: fc.Arbitrary<object>;
  readonly encode: (value: never) => Uint8Array;
  readonly decode: (message: Uint8Array) => object;
}
const CODECS: readonly Codec[] = [
  { name: 'request', arbitrary: request, encode: encodeRequest, decode: decodeRequest },
  { name: 'reply', arbitrary: reply, encode: encodeReply, decode: decodeReply },
  { name: 'boot request', arbitrary: bootRequest, encode: encodeBootRequest, decode: decodeBootRequest },
  { name: 'boot reply', arbitrary: bootReply, encode: encodeBootReply, decode: decodeBootReply },
];

function concat(...parts: (Uint8Array | number)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));
}

describe.each(CODECS)('when a $name crosses the wire', ({ arbitrary, encode, decode }) => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(decode(encode(value as never))).toEqual(value);
      }),
    );
  });

  it('is refused when any part of it is not strict', () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        const strict = encode(value as never);
        const entries = strict.subarray(1);
        const size = strict[0]! & 0x1f;
        const [[name, member]] = Object.entries(value) as [[string, CborValue]];
        const { [name]: _gone, ...rest } = value as Record<string, CborValue>;
        const loose = [
          concat(strict, 0),
          strict.subarray(0, -1),
          concat(0xbf, entries, 0xff),
          concat(0xb8, size, entries),
          concat(0xa0 | (size + 1), entries, encodeCbor(name), encodeCbor(member)),
          concat(0xc0, strict),
          encodeCbor({ ...value, more: null } as unknown as CborValue),
          encodeCbor(new Map<CborValue, CborValue>([...Object.entries(value), [1, 2]])),
          encodeCbor({ ...rest }),
          encodeCbor({ ...rest, [name]: 1.5 }),
          encodeCbor([value as CborValue]),
        ];
        for (const message of loose) {
          expect(codeOf(() => decode(message), TransportError)).toBe('frame_malformed');
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is refused with a code when it is random, or one byte was changed', () => {
    fc.assert(
      fc.property(arbitrary, fc.uint8Array(), fc.nat(), fc.nat(255), (value, garbage, at, byte) => {
        expect(orRefused(() => decode(garbage))).toBeNull();
        const altered = encode(value as never);
        altered[at % altered.length] = byte;
        orRefused(() => decode(altered));
      }),
    );
  });
});

describe('when a reply is written', () => {
  it('equals the map that the encoder writes, although its body is written separately', () => {
    fc.assert(
      fc.property(reply, (value) => {
        expect(encodeReply(value)).toEqual(encodeCbor(value as unknown as CborValue));
      }),
    );
  });
});

describe('when a request is wrong', () => {
  const valid = { operation: 'quote', session: null, version: null, body: utf8(''), state: null };
  it.each([
    ['an unknown operation', { operation: 'decrypt' }],
    ['a session id of 42 characters', { session: 'a'.repeat(42) }],
    ['a session id that is a path', { session: `../${'a'.repeat(40)}` }],
    ['a negative version', { version: -1 }],
    ['a version beyond exact numbers', { version: 2n ** 53n }],
    ['text for bytes', { body: 'text' }],
    ['state with a field more', { state: { version: 1, blob: utf8(''), chunks: [], more: 1 } }],
  ])('is refused: %s', (_what, change) => {
    expect(decodeRequest(encodeCbor(valid))).toEqual(valid);
    const message = encodeCbor({ ...valid, ...change });
    expect(codeOf(() => decodeRequest(message), TransportError)).toBe('frame_malformed');
  });

  it('is refused when it names a prototype member', () => {
    const entries: [CborValue, CborValue][] = [...Object.entries(valid), ['__proto__', null]];
    const message = encodeCbor(new Map(entries));
    expect(codeOf(() => decodeRequest(message), TransportError)).toBe('frame_malformed');
  });

  it('is refused when it is nested too deeply', () => {
    const deep = decodeHex(`${'81'.repeat(9)}00`);
    expect(codeOf(() => decodeRequest(deep), TransportError)).toBe('frame_malformed');
  });
});

describe('when a failure is public', () => {
  it('has its own status, title and code', () => {
    expect(PUBLIC_CODES.length).toBeGreaterThan(20);
    for (const code of PUBLIC_CODES) {
      const [status, title] = PUBLIC_FAILURES[code];
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      expect(title.length).toBeGreaterThan(10);
      expect(isPublicCode(code)).toBe(true);
    }
    expect(['excessive_permissions', 'toString', '__proto__', ''].some(isPublicCode)).toBe(false);
  });
});

describe('when client bytes are read as JSON', () => {
  it('refuses bytes that are not UTF-8, and text that is not JSON', () => {
    expect(parseJson(utf8('{"a":1}'))).toEqual({ a: 1 });
    expect(() => parseJson(Uint8Array.of(0xff))).toThrow(TypeError);
    expect(() => parseJson(utf8('{a:1}'))).toThrow(SyntaxError);
  });
});
