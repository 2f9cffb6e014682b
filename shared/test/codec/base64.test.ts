import { utf8 } from '@perf-aggregator/shared/bytes';
import {
  decodeBase64,
  decodeBase64Url,
  encodeBase64,
  encodeBase64Url,
} from '@perf-aggregator/shared/codec/base64';
import { CodecError } from '@perf-aggregator/shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, orRefused } from '../codes.ts';

// RFC 4648 §10.
const VECTORS = [
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
] as const;

describe('when bytes are written in base64', () => {
  it.each(VECTORS)('agrees with RFC 4648 on %j', (text, base64) => {
    expect(encodeBase64(utf8(text))).toBe(base64);
    expect(decodeBase64(base64)).toEqual(utf8(text));
    expect(encodeBase64Url(utf8(text))).toBe(base64.replaceAll('=', ''));
    expect(decodeBase64Url(base64.replaceAll('=', ''))).toEqual(utf8(text));
  });

  it('uses the alphabets of RFC 4648 §4 and §5', () => {
    const bytes = Uint8Array.of(0xfb, 0xff, 0xfe);
    expect([encodeBase64(bytes), encodeBase64Url(bytes)]).toEqual(['+//+', '-__-']);
  });

  it('reads back what it wrote, for any length', () => {
    const long = fc.uint8Array({ minLength: 8_190, maxLength: 8_200 });
    fc.assert(
      fc.property(
        fc.oneof({ weight: 9, arbitrary: fc.uint8Array() }, { weight: 1, arbitrary: long }),
        (bytes) => {
          expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
          expect(decodeBase64Url(encodeBase64Url(bytes))).toEqual(bytes);
        },
      ),
    );
  });
});

describe('when a text has a second encoding', () => {
  it.each([
    'Zg',
    'Zg=',
    'Zh==',
    'Zm9=',
    'Zm9v\n',
    ' Zm9',
    'Zm9v====',
    '=',
    '====',
    'Zg==Zg==',
    'Z-9v',
    'Zm9é',
  ])('refuses the base64 %j', (text) =>
    expect(codeOf(() => decodeBase64(text), CodecError)).toBe('base64_malformed'),
  );

  it.each(['Zg==', 'Zh', 'Z', 'Zm9vY', 'Z+9v', 'Zm9v\n', 'Zm 9'])('refuses the base64url %j', (text) => {
    expect(codeOf(() => decodeBase64Url(text), CodecError)).toBe('base64_malformed');
  });

  it('accepts one encoding of each byte string and refuses all others with a code', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ABab01+/-_= '.split('')), maxLength: 9 });
    fc.assert(
      fc.property(text, (spelling) => {
        const standard = orRefused(() => decodeBase64(spelling));
        if (standard) expect(encodeBase64(standard)).toBe(spelling);
        const url = orRefused(() => decodeBase64Url(spelling));
        if (url) expect(encodeBase64Url(url)).toBe(spelling);
      }),
      { numRuns: 2_000 },
    );
  });
});
