import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { correlationMatrix } from '../../src/series/correlation.ts';
import { expectClose } from '../closeness.ts';
import { type MatrixCase, matrixCases } from '../goldens.ts';

const refused = (act: () => unknown) => {
  expect(act).toThrow(InputError);
  expect(act).toThrow(expect.objectContaining({ code: 'analytics_parameter_invalid' }));
};

describe.each(matrixCases)('when the assets are those of golden case $id', (golden: MatrixCase) => {
  it('agrees on the matrix', () => {
    const { assets, correlation } = correlationMatrix(golden.returns);
    expect(assets).toEqual(Object.keys(golden.returns).sort());
    expectClose(correlation, golden.expected.correlation);
  });
});

describe('when assets are correlated', () => {
  const b = [0.1, 0.3, -0.2, 0.1];

  it('sorts them by code, or keeps the given order', () => {
    const returns = { b, C: b.map((r) => -r), a: [0.1, 0.1, 0.1, 0.1] };
    expect(correlationMatrix(returns).assets).toEqual(['C', 'a', 'b']);
    const given = correlationMatrix(returns, 'given');
    expect(given.assets).toEqual(['b', 'C', 'a']);
    expect(given.correlation).toEqual([
      [1, -1, null],
      [-1, 1, null],
      [null, null, null],
    ]);
  });

  it('uses the common returns of each pair, at least three', () => {
    const returns = { b, c: [0.2, Number.NaN, -0.4, 0.2], d: [0.2, null, null, 0.1] };
    const { correlation } = correlationMatrix(returns);
    expect(correlation[0]![1]).toBeCloseTo(1, 14);
    expect(correlation[0]![2]).toBeNull();
    expect(correlation[2]![2]).toBeNull();
  });

  it('is empty for no assets', () => {
    expect(correlationMatrix({})).toEqual({ assets: [], correlation: [] });
  });

  it('refuses series of different lengths, and values that are no numbers', () => {
    refused(() => correlationMatrix({ a: [1], b: [1, 2] }));
    refused(() => correlationMatrix({ a: [1, Number.POSITIVE_INFINITY] }));
  });

  it('is symmetric, within ±1, and independent of the units', () => {
    const cell = fc.option(fc.integer({ min: -100, max: 100 }), { freq: 6 });
    const columns = fc.array(fc.array(cell, { minLength: 12, maxLength: 12 }), {
      minLength: 2,
      maxLength: 4,
    });
    fc.assert(
      fc.property(columns, fc.integer({ min: -300, max: 300 }), (values, power) => {
        const named = (unit: number) =>
          Object.fromEntries(values.map((column, i) => [`A${i}`, column.map((r) => r && r * unit)]));
        const { correlation } = correlationMatrix(named(1));
        expect(correlationMatrix(named(2 ** power)).correlation).toEqual(correlation);
        correlation.forEach((row, i) => {
          row.forEach((value, j) => {
            expect(value).toBe(correlation[j]![i]);
            if (value !== null) expect(Math.abs(value)).toBeLessThanOrEqual(1);
          });
        });
      }),
    );
  });
});
