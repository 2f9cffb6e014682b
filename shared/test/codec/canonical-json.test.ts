import { canonicalJson, canonicalJsonBytes } from '@perf-aggregator/shared/codec/canonical-json';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { CodecError } from '@perf-aggregator/shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../codes.ts';

// RFC 8785 appendix B: IEEE 754 bits and text.
const NUMBERS = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
] as const;

describe('when RFC 8785 contains the expected output', () => {
  it.each(NUMBERS)('writes the number %s as %s', (bits, text) => {
    expect(canonicalJson(new DataView(decodeHex(bits).buffer).getFloat64(0))).toBe(text);
  });

  it('writes the sample of RFC 8785 §3.2.2', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalJson(JSON.parse(input))).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts the members of RFC 8785 §3.2.3 by UTF-16 code units', () => {
    const input = String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
      "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`;
    const values = Object.values(JSON.parse(canonicalJson(JSON.parse(input))) as object);
    // JavaScript itself puts the integer key first, so the test reads the order from the text.
    const text = canonicalJson(JSON.parse(input));
    const order = (values as string[]).sort((a, b) => text.indexOf(a) - text.indexOf(b));
    expect(order).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });
});

describe('when a value is not JSON', () => {
  it.each([
    ['NaN', Number.NaN],
    ['an infinity', Number.NEGATIVE_INFINITY],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate as a name', { '\udead': 1 }],
    ['a bigint', 1n],
    ['undefined', undefined],
    ['undefined in a list', [undefined]],
    ['a hole in a list', new Array<number>(1)],
    ['a function', () => 1],
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['bytes', new Uint8Array(1)],
  ])('refuses %s', (_what, value) => {
    expect(codeOf(() => canonicalJson(value), CodecError)).toBe('json_not_canonicalizable');
    expect(codeOf(() => canonicalJsonBytes([{ value }, value]), CodecError)).toBe('json_not_canonicalizable');
  });
});

describe('when a value is JSON', () => {
  const json = fc.jsonValue({ depthSize: 'medium', stringUnit: 'binary' });

  it('reads back as the same value', () => {
    // JSON has no negative zero, so the result of JSON.stringify is the reference.
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('does not depend on the order of members, and leaves out undefined members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (value) => {
        const backwards = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson({ ...backwards, absent: undefined, ...backwards })).toBe(canonicalJson(value));
      }),
    );
  });
});
