import {
  type CborItem,
  type CborLimits,
  CborTag,
  decodeCbor,
} from '@perf-aggregator/shared/codec/cbor-decode';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { CodecError } from '@perf-aggregator/shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const ALL: CborLimits = { allowIndefinite: true, allowTags: true, maxDepth: 16 };

function decode(hex: string, limits: CborLimits = {}): CborItem {
  return decodeCbor(decodeHex(hex), limits);
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    return (error as CodecError).code;
  }
  return 'accepted';
}

// RFC 8949 appendix A, without the items that this decoder refuses on purpose (below).
const VECTORS: readonly (readonly [string, CborItem])[] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
  ['3bffffffffffffffff', -18_446_744_073_709_551_616n],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1000],
  ['f90000', 0],
  ['f98000', -0],
  ['f93c00', 1],
  ['fb3ff199999999999a', 1.1],
  ['f93e00', 1.5],
  ['f97bff', 65_504],
  ['fa47c35000', 100_000],
  ['fa7f7fffff', 3.402_823_466_385_288_6e38],
  ['fb7e37e43c8800759c', 1e300],
  ['f90001', 2 ** -24],
  ['f90400', 0.000_061_035_156_25],
  ['f9c400', -4],
  ['fbc010666666666666', -4.1],
  ['f97c00', Number.POSITIVE_INFINITY],
  ['f97e00', Number.NaN],
  ['f9fc00', Number.NEGATIVE_INFINITY],
  ['fa7f800000', Number.POSITIVE_INFINITY],
  ['fa7fc00000', Number.NaN],
  ['faff800000', Number.NEGATIVE_INFINITY],
  ['fb7ff0000000000000', Number.POSITIVE_INFINITY],
  ['fb7ff8000000000000', Number.NaN],
  ['fbfff0000000000000', Number.NEGATIVE_INFINITY],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['c249010000000000000000', new CborTag(2, decodeHex('010000000000000000'))],
  ['c11a514b67b0', new CborTag(1, 1_363_896_240)],
  ['c1fb41d452d9ec200000', new CborTag(1, 1_363_896_240.5)],
  ['d818456449455446', new CborTag(24, decodeHex('6449455446'))],
  ['40', new Uint8Array()],
  ['4401020304', Uint8Array.of(1, 2, 3, 4)],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['63e6b0b4', '水'],
  ['64f0908591', '\ud800\udd51'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  [
    '98190102030405060708090a0b0c0d0e0f101112131415161718181819',
    Array.from({ length: 25 }, (_, index) => index + 1),
  ],
  ['a0', new Map()],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  [
    'a26161016162820203',
    new Map<string, CborItem>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
  ],
  ['826161a161626163', ['a', new Map([['b', 'c']])]],
  ['5f42010243030405ff', Uint8Array.of(1, 2, 3, 4, 5)],
  ['7f657374726561646d696e67ff', 'streaming'],
  ['9fff', []],
  ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
  ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
  ['83019f0203ff820405', [1, [2, 3], [4, 5]]],
  [
    'bf61610161629f0203ffff',
    new Map<string, CborItem>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
  ],
  ['826161bf61626163ff', ['a', new Map([['b', 'c']])]],
  [
    'bf6346756ef563416d7421ff',
    new Map<string, CborItem>([
      ['Fun', true],
      ['Amt', -2],
    ]),
  ],
];

describe('when the input is a vector of RFC 8949 appendix A', () => {
  it.each(VECTORS)('%s decodes', (hex, value) => {
    expect(decode(hex, ALL)).toEqual(value);
  });

  it.each(['f7', 'f0', 'f818', 'f8ff'])('%s, a simple value that is not supported, is refused', (hex) => {
    expect(codeOf(() => decode(hex, ALL))).toBe('cbor_malformed');
  });
});

describe('when the bytes could be encoded in another way', () => {
  it.each([
    ['0000', 'bytes left over'],
    ['', 'nothing'],
    ['1817', 'an integer in two bytes instead of one'],
    ['190018', 'an integer in three bytes instead of two'],
    ['1a0000ffff', 'an integer in five bytes instead of three'],
    ['1b00000000ffffffff', 'an integer in nine bytes instead of five'],
    ['3817', 'a negative integer in two bytes instead of one'],
    ['580141', 'a length in two bytes instead of one'],
    ['780161', 'a text length in two bytes instead of one'],
    ['980101', 'an array length in two bytes instead of one'],
    ['b8010101', 'a map length in two bytes instead of one'],
    ['a2616101616102', 'a text key twice'],
    ['a201010102', 'an integer key twice'],
    ['a1410101', 'a byte string as key'],
    ['a1f501', 'a boolean as key'],
    ['a1f93c0001', 'a float as key'],
    ['a18001', 'an array as key'],
    ['62c328', 'text that is not UTF-8'],
    ['63eda080', 'a surrogate in UTF-8'],
    ['1c', 'a reserved argument'],
    ['5c', 'a reserved length'],
    ['ff', 'a break outside'],
    ['1f', 'an unsigned integer without a value'],
    ['3f', 'a negative integer without a value'],
    ['df00', 'a tag without a number'],
    ['a16161', 'a key without a value'],
    ['bf6161ff', 'a key without a value before the break'],
    ['9f', 'an array that never ends'],
    ['5f6161ff', 'a text chunk in a byte string'],
    ['5f5f4101ffff', 'a chunk of indefinite length'],
    ['7f61c361bcff', 'a character cut across two chunks'],
    ['9bffffffffffffffff', 'an array longer than the input'],
    ['5bffffffffffffffff', 'a byte string longer than the input'],
    ['bb7fffffffffffffff', 'a map longer than the input'],
  ])('%s is refused: %s', (hex) => {
    expect(codeOf(() => decode(hex, ALL))).toBe('cbor_malformed');
  });

  it('indefinite lengths and tags are refused unless the caller allows them', () => {
    for (const hex of ['9fff', 'bfff', '5fff', '7fff', 'c100', 'd28440a04040']) {
      expect(codeOf(() => decode(hex))).toBe('cbor_malformed');
    }
  });

  it('a byte order mark is kept: two keys that differ only in it are different keys', () => {
    expect(decode('a26161016' + '4efbbbf6102')).toEqual(
      new Map([
        ['a', 1],
        ['\ufeffa', 2],
      ]),
    );
  });
});

describe('when the input is larger than the reader allows', () => {
  it('depth counts arrays, maps and tags', () => {
    expect(decode('818101', { maxDepth: 2 })).toEqual([[1]]);
    expect(codeOf(() => decode('818101', { maxDepth: 1 }))).toBe('cbor_limit_exceeded');
    expect(codeOf(() => decode('a101a0', { maxDepth: 1 }))).toBe('cbor_limit_exceeded');
    expect(codeOf(() => decode('c1c100', { maxDepth: 1, allowTags: true }))).toBe('cbor_limit_exceeded');
    expect(codeOf(() => decodeCbor(new Uint8Array(100_000).fill(0x81)))).toBe('cbor_limit_exceeded');
  });

  it('keys count as items', () => {
    expect(decode('83010203', { maxItems: 4 })).toEqual([1, 2, 3]);
    expect(codeOf(() => decode('83010203', { maxItems: 3 }))).toBe('cbor_limit_exceeded');
    expect(codeOf(() => decode('a10102', { maxItems: 2 }))).toBe('cbor_limit_exceeded');
    expect(codeOf(() => decode('9f0102ff', { maxItems: 2, allowIndefinite: true }))).toBe(
      'cbor_limit_exceeded',
    );
  });
});

describe('when a byte string is decoded', () => {
  it('it is a view of the input, so that a signature is checked over the bytes as received', () => {
    const bytes = decodeHex('8143010203');
    const [inner] = decodeCbor(bytes) as [Uint8Array];
    expect(inner.buffer).toBe(bytes.buffer);
    expect(inner.byteOffset).toBe(bytes.byteOffset + 2);
  });
});

describe('when any value is encoded and decoded', () => {
  const key = fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger());
  const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
      fc.double({ noNaN: true }),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 300 }),
      fc.array(tie('value'), { maxLength: 6 }),
      fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map((entries) => new Map(entries)),
    ),
  }));

  it('the value is the same', () => {
    fc.assert(
      fc.property(value, (before) => {
        expect(decodeCbor(encodeCbor(before), ALL)).toEqual(canonical(before));
      }),
    );
  });

  it('and it is encoded to the same bytes again', () => {
    fc.assert(
      fc.property(value, (before) => {
        const bytes = encodeCbor(before);
        expect(encodeCbor(decodeCbor(bytes, ALL) as CborValue)).toEqual(bytes);
      }),
    );
  });
});

describe('when the input is random', () => {
  it('only coded errors are thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, lax) => {
        try {
          decodeCbor(bytes, lax ? ALL : {});
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
          expect(['cbor_malformed', 'cbor_limit_exceeded']).toContain((error as CodecError).code);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** The value that decoding returns: safe integers become numbers. */
function canonical(value: CborValue): CborValue {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return (value as readonly CborValue[]).map(canonical);
  if (value instanceof Map) {
    return new Map([...(value as ReadonlyMap<CborValue, CborValue>)].map(([k, v]) => [k, canonical(v)]));
  }
  return value;
}
