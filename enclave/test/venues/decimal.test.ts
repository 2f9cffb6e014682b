import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDecimal } from '../../src/exchanges/decimal.ts';

describe('when a decimal is read', () => {
  it.each([
    ['0.00100000', '0.001'],
    ['100.00', '100'],
    ['100', '100'],
    ['0', '0'],
    ['-0.000', '0'],
    ['-1.50', '-1.5'],
    ['007.1', '7.1'],
    ['0.10', '0.1'],
    ['1000', '1000'],
    [0.1, '0.1'],
    [42, '42'],
  ])('gives %j as %s', (raw, expected) => {
    expect(toDecimal(raw, 'field')).toBe(expected);
  });

  it.each([
    '',
    '.',
    '1.',
    '.5',
    '1e5',
    '+1',
    ' 1',
    '1 ',
    '0x1',
    'NaN',
    'Infinity',
    '1,000',
    null,
    undefined,
    {},
    true,
    1e21,
    1e-7,
    Number.NaN,
  ])('refuses %j', (raw) => {
    expect(() => toDecimal(raw, 'field')).toThrow(expect.objectContaining({ code: 'exchange_bad_response' }));
  });

  it('keeps the value of any decimal text, and reading twice gives the same text', () => {
    const digits = fc.stringMatching(/^-?\d{1,20}(\.\d{1,20})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        const canonical = toDecimal(text, 'field');
        expect(new Decimal(canonical).equals(new Decimal(text))).toBe(true);
        expect(toDecimal(canonical, 'field')).toBe(canonical);
      }),
    );
  });
});
