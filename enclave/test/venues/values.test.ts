import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../src/venues/errors.ts';
import {
  fieldsOf,
  listOf,
  malformed,
  toBoolean,
  toDecimal,
  toInstant,
  toText,
  toUtc,
} from '../../src/venues/values.ts';

const refused = (action: () => unknown) => {
  expect(action).toThrow(ExchangeError);
  expect(action).toThrow(expect.objectContaining({ code: 'exchange_bad_response' }));
};

describe('when a decimal is read', () => {
  it.each([
    ['0.00100000', '0.001'],
    ['100.00', '100'],
    ['100', '100'],
    ['0', '0'],
    ['-0', '0'],
    ['-0.000', '0'],
    ['-0e5', '0'],
    ['-1.50', '-1.5'],
    ['007.1', '7.1'],
    ['0.10', '0.1'],
    ['1000', '1000'],
    [0.1, '0.1'],
    [42, '42'],
    ['5.482e-6', '0.000005482'],
    ['1E+2', '100'],
    ['1e2', '100'],
    ['-12.5e1', '-125'],
    ['12.5E-3', '0.0125'],
    ['100e-2', '1'],
    ['0.0010e3', '1'],
    ['1.10e0', '1.1'],
    [1e-7, '0.0000001'],
    [1e21, '1000000000000000000000'],
    ['1e40', `1${'0'.repeat(40)}`],
    ['1e-40', `0.${'0'.repeat(39)}1`],
    ['9'.repeat(100), '9'.repeat(100)],
  ])('gives %j as %s', (raw, expected) => {
    expect(toDecimal(raw, 'field')).toBe(expected);
  });

  it.each([
    ...['', '.', '1.', '.5', '+1', ' 1', '1 ', '0x1', 'NaN', 'Infinity', '1,000', '1\n'],
    ...['e5', '1e', '1e+', '1e5.0', '1e41', '1e-41', '1e999', '1e1000', '1.e5', '--1'],
    ...['9'.repeat(101), '9'.repeat(200), `0.${'0'.repeat(199)}1`],
    ...[null, undefined, {}, [], true, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 5e-324, 10n],
  ])('refuses %s', (raw) => {
    refused(() => toDecimal(raw, 'field'));
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

  it('moves the point by any exponent and loses no digit', () => {
    const Wide = Decimal.clone({ precision: 200, toExpNeg: -200, toExpPos: 200 });
    const digits = fc.stringMatching(/^-?\d{1,25}(\.\d{1,25})?$/);
    fc.assert(
      fc.property(digits, fc.integer({ min: -40, max: 40 }), (text, exponent) => {
        const canonical = toDecimal(`${text}e${exponent}`, 'field');
        expect(canonical).toBe(new Wide(`${text}e${exponent}`).plus(0).toFixed().replace(/^-0$/, '0'));
        expect(canonical).toMatch(/^(-?(0|[1-9]\d*)(\.\d*[1-9])?)$/);
      }),
    );
  });
});

describe('when an instant is read', () => {
  const at = Date.UTC(2024, 0, 31, 10, 4, 27, 729);

  it.each([
    ['1706695467729', 'ms'],
    [1706695467729, 'ms'],
    ['1706695467729.9', 'ms'],
    ['1706695467729999', 'us'],
    ['1706695467729999999', 'ns'],
    ['1706695467.7299', 's'],
    [1706695467.729, 's'],
  ] as const)('%j in %s', (raw, unit) => {
    expect(toInstant(raw, 'field', unit)).toBe(at);
  });

  it('whole seconds have no milliseconds', () => {
    expect(toInstant('1706695467', 'field', 's')).toBe(at - 729);
    expect(toInstant('1706695467.5', 'field', 's')).toBe(at - 229);
  });

  it.each([
    ['seconds as ms', '1706695467', 'ms'],
    ['a number of seconds as ms', 1706695467, 'ms'],
    ['µs as ms', '1706695467729999', 'ms'],
    ['a number of µs as ms', 1706695467729999, 'ms'],
    ['ns as µs', '1706695467729999999', 'us'],
    ['ms as s', '1706695467729', 's'],
    ['ms as ns', '1706695467729', 'ns'],
    ['before there was any coin', String(Date.UTC(2009, 0, 3) - 1), 'ms'],
    ['the year 2100', String(Date.UTC(2100, 0, 1)), 'ms'],
    ['a negative', -1, 'ms'],
    ['a negative text', '-1706695467729', 'ms'],
    ['an exponent', '1.706695467729e12', 'ms'],
    ['a text', 'yesterday', 'ms'],
    ['too many digits', '1'.repeat(20), 'ns'],
    ['nothing', '', 'ms'],
    ['null', null, 'ms'],
    ['undefined', undefined, 'ms'],
    ['an object', {}, 'ms'],
    ['a date', '2024-01-31 10:04:27', 'ms'],
  ] as const)('refuses %s', (_, raw, unit) => {
    refused(() => toInstant(raw, 'field', unit));
  });

  it('takes the first and the last instant of the range', () => {
    for (const edge of [Date.UTC(2009, 0, 3), Date.UTC(2100, 0, 1) - 1])
      expect(toInstant(String(edge), 'field')).toBe(edge);
  });

  it('reads UTC text, whatever the zone of this machine', () => {
    expect(toUtc('2024-01-31 10:04:27', 'field')).toBe(at - 729);
  });

  it.each(['2024-01-31T10:04:27Z', '2024-13-05 15:38:56', '2024-01-31', '', 0, null, '1969-12-31 23:59:59'])(
    'refuses %j as UTC text',
    (raw) => refused(() => toUtc(raw, 'field')),
  );
});

describe('when texts, booleans, objects and lists are read', () => {
  it('takes short text and whole numbers as text', () => {
    expect(toText('x', 'field')).toBe('x');
    expect(toText(42, 'field')).toBe('42');
    expect(toText('x'.repeat(256), 'field')).toHaveLength(256);
    for (const raw of ['', 'x'.repeat(257), 1.5, 2 ** 53, null, undefined, {}, true])
      refused(() => toText(raw, 'field'));
  });

  it('takes booleans and their names', () => {
    expect([true, 'true', false, 'false'].map((raw) => toBoolean(raw, 'field'))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    for (const raw of ['TRUE', 1, 0, '', null, undefined]) refused(() => toBoolean(raw, 'field'));
  });

  it('an object is no list, and a list no object', () => {
    expect(listOf([1], 'list')).toEqual([1]);
    expect(fieldsOf({ a: 1 }, 'object')).toEqual({ a: 1 });
    for (const raw of [{}, null, 'text', undefined]) refused(() => listOf(raw, 'list'));
    for (const raw of [[], null, 'text', undefined]) refused(() => fieldsOf(raw, 'object'));
  });

  it('the message names the field and not its value', () => {
    expect(malformed('a field').message).toBe('a field is missing or malformed');
    expect(() => toDecimal('s3cret', 'a field')).toThrow(expect.not.objectContaining({ message: /s3cret/ }));
  });
});
