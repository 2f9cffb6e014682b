import { concatBytes } from '@perf-aggregator/shared/bytes';
import { decodeCbor } from '@perf-aggregator/shared/codec/cbor-decode';
import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { skipCbor } from '@perf-aggregator/shared/codec/cbor-skip';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { CodecError } from '@perf-aggregator/shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    return (error as CodecError).code;
  }
  return 'skipped';
}

describe('when an item is skipped', () => {
  // RFC 8949 appendix A, mostly items that the strict decoder refuses.
  it.each([
    '00',
    '1bffffffffffffffff',
    'f97e00',
    'fb7ff0000000000000',
    'f7',
    'f0',
    'f8ff',
    'c074323031332d30332d32315432303a30343a30305a',
    'd818456449455446',
    'd9d9f700',
    '5f42010243030405ff',
    '7f657374726561646d696e67ff',
    '9f018202039f0405ffff',
    'bf61610161629f0203ffff',
    '83018202039f0405ff',
    // Long forms, duplicate keys, keys of any type, and text that is not UTF-8. All of them are well-formed.
    '1800',
    'a201000101',
    'a1410100',
    'a18000',
    '61ff',
  ])('%s ends at its last byte, for any bytes after it', (hex) => {
    const item = decodeHex(hex);
    const before = Uint8Array.of(1, 2, 3);
    for (const after of [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(0xff)]) {
      expect(skipCbor(concatBytes(before, item, after), 3)).toBe(3 + item.length);
    }
  });

  // RFC 8949 appendix F.
  it.each([
    '',
    '18',
    '19',
    '1a000000',
    'f8',
    'fb00000000000000',
    '41',
    '5affffffff00',
    '5bffffffffffffffff010203',
    '9affffffff00',
    '9bffffffffffffffff010203',
    'a1',
    'a20102',
    'bf',
    'bf01ff',
    '9f',
    '5f',
    '5f4100',
    '5f00ff',
    '5f6100ff',
    '5f5f4100ffff',
    '7f4100ff',
    'ff',
    '81ff',
    'a1ff',
    'a100ff',
    'bf00ff',
    'c0',
    '1c',
    '5d',
    '7e',
    '9c',
    'bd',
    'dc',
    'fc',
    'f800',
    'f81f',
    '1f',
    '3f',
    'df00',
  ])('%s is refused', (hex) => {
    const bytes = decodeHex(hex);
    expect(codeOf(() => skipCbor(bytes, 0))).toBe('cbor_malformed');
  });

  it('adjacent items are not nested', () => {
    for (const item of ['80', 'a0', '9fff', 'bfff', 'c000', '8181a100f6']) {
      const list = decodeHex(`98c8${item.repeat(200)}`);
      expect(skipCbor(list, 0)).toBe(list.length);
    }
  });

  it('nesting is limited to sixteen levels', () => {
    const nested = (depth: number) => decodeHex(`${'81'.repeat(depth)}00`);
    expect(skipCbor(nested(16), 0)).toBe(17);
    for (const head of ['81', '9f', 'a100', 'd818', 'bf00']) {
      const bytes = decodeHex(`${head.repeat(17)}00`);
      expect(codeOf(() => skipCbor(bytes, 0))).toBe('cbor_limit_exceeded');
    }
  });

  it('it accepts all encoded values, and everything that the strict decoder accepts', () => {
    const value = fc.letrec<{ value: never }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.oneof(
          fc.integer(),
          fc.double(),
          fc.boolean(),
          fc.constant(null),
          fc.uint8Array(),
          fc.string({ unit: 'grapheme' }),
        ),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
      ) as fc.Arbitrary<never>,
    })).value;
    fc.assert(
      fc.property(value, (one) => {
        const bytes = encodeCbor(one);
        expect(skipCbor(bytes, 0)).toBe(bytes.length);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let isStrict = true;
        try {
          decodeCbor(bytes, { allowIndefinite: true, allowTags: true });
        } catch {
          isStrict = false;
        }
        const told = codeOf(() => skipCbor(bytes, 0));
        if (isStrict) expect(told).toBe('skipped');
      }),
      { numRuns: 3000 },
    );
  });
});
