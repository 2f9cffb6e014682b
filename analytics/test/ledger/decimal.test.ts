import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import {
  formatDecimal,
  formatMoney,
  fromNumber,
  parseDecimal,
  ratio,
  ZERO,
} from '../../src/ledger/decimal.ts';

const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const decimalText = fc
  .tuple(fc.constantFrom('', '-'), digits(1, 40), fc.option(digits(1, 40)))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`);

/** An exact rational over a power of ten, from text: the independent reading. */
function toRational(text: string): { units: bigint; scale: number } {
  const [whole, fraction = ''] = text.split('.') as [string, string?];
  return { units: BigInt(`${whole}${fraction}`), scale: fraction.length };
}

describe('when text is a decimal', () => {
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['007.50', '7.5'],
    ['0.00000000000000000000000001', '0.00000000000000000000000001'],
    [
      '123456789012345678901234567890.000000000000000000000000000001',
      '123456789012345678901234567890.000000000000000000000000000001',
    ],
  ])('reads %s as %s', (text, expected) => {
    expect(formatDecimal(parseDecimal(text, 'x'))).toBe(expected);
  });

  it('adds and multiplies three of them exactly', () => {
    fc.assert(
      fc.property(decimalText, decimalText, decimalText, (a, b, c) => {
        const [x, y, z] = [toRational(a), toRational(b), toRational(c)];
        const product = parseDecimal(a, 'a').times(parseDecimal(b, 'b')).times(parseDecimal(c, 'c'));
        const scaled = product.times(fromNumber(10).pow(x.scale + y.scale + z.scale));
        expect(BigInt(formatDecimal(scaled))).toBe(x.units * y.units * z.units);
        const sum = parseDecimal(a, 'a').plus(parseDecimal(b, 'b'));
        const expected = x.units * 10n ** BigInt(y.scale) + y.units * 10n ** BigInt(x.scale);
        expect(BigInt(formatDecimal(sum.times(fromNumber(10).pow(x.scale + y.scale))))).toBe(expected);
      }),
    );
  });
});

describe('when text is not a decimal', () => {
  it.each([
    '',
    '-',
    '.5',
    '5.',
    '1e5',
    '1E-7',
    'NaN',
    'Infinity',
    '+1',
    ' 1',
    '1,0',
    '0x10',
    '1_0',
    '1'.repeat(41),
    `0.${'1'.repeat(41)}`,
  ])('refuses %j', (text) => {
    const act = () => parseDecimal(text, 'x');
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'ledger_decimal_malformed' }));
  });
});

describe('when money is formatted', () => {
  it.each([
    ['1.0000000000005', '1'],
    ['1.0000000000015', '1.000000000002'],
    ['-1.0000000000025', '-1.000000000002'],
    ['-0.0000000000001', '0'],
    ['100', '100'],
  ])('rounds %s half to even at 12 decimals: %s', (text, expected) => {
    expect(formatMoney(parseDecimal(text, 'x'))).toBe(expected);
  });
});

describe('when a ratio has no positive whole', () => {
  it('is null', () => {
    expect(ratio(fromNumber(1), ZERO)).toBeNull();
    expect(ratio(fromNumber(1), fromNumber(4))).toBe(0.25);
  });
});
