import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { CodecError } from '@perf-aggregator/shared/errors';
import { decodePlain } from '@perf-aggregator/shared/wire/envelope';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../../shared/test/codes.ts';
import { type CanonicalValue, encodeCanonical } from '../../../src/sessions/records/canonical-cbor.ts';

describe('when a value is encoded', () => {
  // RFC 8949 appendix A.
  it.each<[CanonicalValue, string]>([
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [100, '1864'],
    [1_000, '1903e8'],
    [1_000_000, '1a000f4240'],
    [1_000_000_000_000, '1b000000e8d4a51000'],
    [-1, '20'],
    [-100, '3863'],
    [-1_000, '3903e7'],
    [false, 'f4'],
    [true, 'f5'],
    [null, 'f6'],
    ['', '60'],
    ['IETF', '6449455446'],
    ['"\\', '62225c'],
    ['ü', '62c3bc'],
    ['水', '63e6b0b4'],
    ['𐅑', '64f0908591'],
    [[], '80'],
    [[1, [2, 3], [4, 5]], '8301820203820405'],
    [{}, 'a0'],
    [{ a: 1, b: [2, 3] }, 'a26161016162820203'],
    [{ e: 'E', a: 'A', c: 'C', b: 'B', d: 'D' }, 'a56161614161626142616361436164614461656145'],
    [Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'],
    [Number.MIN_SAFE_INTEGER, '3b001ffffffffffffe'],
    [-0, '00'],
  ])('%j is %s', (value, hex) => {
    expect(encodeHex(encodeCanonical(value))).toBe(hex);
  });

  it('keys come in the order of their bytes: the shorter first, then by UTF-8', () => {
    const keys = ['bb', 'z', 'aaa', '€', 'a', 'Z', 'ä', '💰', 'x'.repeat(24), 'y'.repeat(23), ''];
    const encoded = encodeCanonical(Object.fromEntries(keys.map((key) => [key, 0])));
    const back = Object.keys(decodePlain(encoded) as object);
    const byBytes = (a: string, b: string) => Buffer.compare(encodeCanonical(a), encodeCanonical(b));
    expect(back).toEqual(keys.toSorted(byBytes));
    expect(back).toEqual(['', 'Z', 'a', 'z', 'bb', 'ä', 'aaa', '€', '💰', 'y'.repeat(23), 'x'.repeat(24)]);
  });

  it('the order of members and members that are undefined change nothing', () => {
    const value = { time: 1, id: 'a', nested: { b: 1, a: null } };
    const other = { nested: { a: null, none: undefined, b: 1 }, none: undefined, id: 'a', time: 1 };
    expect(encodeCanonical(other)).toEqual(encodeCanonical(value));
  });

  it('the strict decoder reads it, and the encoder of the wire says the same where keys are in order', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
    );
    const { value: any } = fc.letrec<{ value: CanonicalValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', maxDepth: 3 },
        leaf,
        fc.array(tie('value'), { maxLength: 30 }),
        fc.dictionary(fc.string({ maxLength: 30 }), tie('value'), { maxKeys: 30, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(any, (value) => {
        const encoded = encodeCanonical(value);
        const plain = decodePlain(encoded);
        expect(plain).toEqual(value);
        // Keys of what was decoded are in the order of the bytes, but for those that look like array indices.
        if (!/"\d+":/.test(JSON.stringify(value)))
          expect(encodeCbor(plain as CanonicalValue)).toEqual(encoded);
      }),
      { numRuns: 300 },
    );
  });
});

describe('when a value has no deterministic form here', () => {
  it.each([
    ['a float', 1.5],
    ['an unsafe integer', 2 ** 53],
    ['not a number', Number.NaN],
    ['a bigint', 1n],
    ['bytes', Uint8Array.of(1)],
    ['undefined', undefined],
    ['undefined in a list', [undefined]],
    ['a lone surrogate', 'a\ud800b'],
    ['a key that is a lone surrogate', { '\udc00': 1 }],
  ])('%s is refused', (_, value) => {
    expect(codeOf(() => encodeCanonical(value as CanonicalValue), CodecError)).toBe('cbor_malformed');
  });

  it('what was written before stays as it was', () => {
    expect(encodeHex(decodeHex(encodeHex(encodeCanonical(['aé', 'b']))))).toBe('826361c3a96162');
  });
});
