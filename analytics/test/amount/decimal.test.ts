import { Decimal as Big } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, formatMoney, parseDecimal, ratio, toNumber, ZERO } from '../../src/amount/decimal.ts';
import { InputError } from '../../src/errors.ts';
import { amount } from '../entries/entries.ts';

const digits = (min: number, max: number) =>
  fc.string({
    unit: fc.constantFrom(...Array.from({ length: 10 }, (_, digit) => String(digit))),
    minLength: min,
    maxLength: max,
  });
const decimalText = fc
  .tuple(fc.constantFrom('', '-'), digits(1, 40), fc.option(digits(1, 40)))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`);

/** The same arithmetic in an independent library. Its precision is large enough to be exact. */
const Oracle = Big.clone({ precision: 300, rounding: Big.ROUND_HALF_EVEN });
const written = (value: Big) => (value.isZero() ? '0' : value.toFixed());

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

  it('agrees with an independent library', () => {
    fc.assert(
      fc.property(decimalText, decimalText, decimalText, (a, b, c) => {
        const [x, y, z] = [amount(a), amount(b), amount(c)];
        const [p, q, r] = [new Oracle(a), new Oracle(b), new Oracle(c)];
        expect(formatDecimal(x.times(y).times(z))).toBe(written(p.times(q).times(r)));
        expect(formatDecimal(x.plus(y).minus(z))).toBe(written(p.plus(q).minus(r)));
        expect(formatDecimal(x.neg().abs())).toBe(written(p.abs()));
        expect(formatMoney(x.times(y))).toBe(written(p.times(q).toDecimalPlaces(12)));
        expect([x.gt(y), x.eq(y), x.isZero(), x.isPositive(), x.isNegative()]).toEqual([
          p.gt(q),
          p.eq(q),
          p.isZero(),
          p.gt(0),
          p.lt(0),
        ]);
        expect(toNumber(x)).toBe(p.isZero() ? 0 : p.toNumber());
      }),
      { numRuns: 300 },
    );
  });

  it('compares and adds decimals of different scales', () => {
    expect(amount('1.50').eq(amount('1.5'))).toBe(true);
    expect(formatDecimal(amount('1.50').minus(amount('1.5')))).toBe('0');
    expect(amount('0.1').gt(amount('0.09'))).toBe(true);
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

describe('when the denominator of a ratio is not positive', () => {
  it('is null', () => {
    expect(ratio(amount(1), ZERO)).toBeNull();
    expect(ratio(amount(1), amount(4))).toBe(0.25);
  });
});
