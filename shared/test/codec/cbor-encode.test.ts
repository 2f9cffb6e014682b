import { decodeCbor } from '@perf-aggregator/shared/codec/cbor-decode';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { CodecError } from '@perf-aggregator/shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../codes.ts';

describe('when text has no UTF-8 encoding', () => {
  it.each(['\ud800', `${'long '.repeat(20)}\udc00`])('refuses %j at any place', (text) => {
    for (const value of [text, [text], { [text]: 1 }, { name: text }, new Map([[text, 1]])]) {
      expect(codeOf(() => encodeCbor(value), CodecError)).toBe('cbor_malformed');
    }
  });
});

describe('when an integer has more than 64 bits', () => {
  it.each([2n ** 64n, -(2n ** 63n) - 1n])('refuses %s', (value) => {
    expect(codeOf(() => encodeCbor(value), CodecError)).toBe('cbor_malformed');
  });

  it.each([
    [2n ** 64n - 1n, '1bffffffffffffffff'],
    [-(2n ** 63n), '3b7fffffffffffffff'],
    [1n, '01'],
    [1_700_000_000_000, '1b0000018bcfe56800'],
    [0xffff_ffff, '1affffffff'],
    [0x1_0000_0000, '1b0000000100000000'],
  ] as const)('writes %s in its shortest form', (value, hex) => {
    expect(encodeHex(encodeCbor(value))).toBe(hex);
  });
});

describe('when a value has a supported type', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 80 });
  const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
      fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
      text,
      fc.uint8Array(),
      fc.array(tie('value')),
      fc.array(fc.tuple(text, tie('value'))).map((entries) => new Map(entries)),
    ),
  }));

  it('reads back as it was written', () => {
    fc.assert(
      fc.property(value, (item) => {
        expect(decodeCbor(encodeCbor(item))).toEqual(item);
      }),
    );
  });

  it('leaves out undefined members, and writes no tag for bytes', () => {
    expect(encodeHex(encodeCbor({ a: undefined, b: Uint8Array.of(1) }))).toBe('a161624101');
  });
});
