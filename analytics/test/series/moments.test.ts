import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moments } from '../../src/series/moments.ts';
import { comoments } from '../../src/series/paired.ts';
import { expectClose } from '../closeness.ts';

/** 1 + k 2^−39 is exact in a double but its mean is not, so an error in the last digit becomes visible. */
const nearOne = (k: number) => 1 + k * 2 ** -39;
const steps = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 5, maxLength: 60 });
const TIGHT = { relative: 1e-11, absolute: 1e-11 };

describe('when values differ only in their last digits', () => {
  it('has the moments of the differences', () => {
    fc.assert(
      fc.property(steps, (ks) => {
        fc.pre(new Set(ks).size > 1);
        const far = moments(Float64Array.from(ks, nearOne));
        fc.pre(far.deviation > 0);
        const near = moments(Float64Array.from(ks));
        expectClose(far.deviation * 2 ** 39, near.deviation, TIGHT);
        expectClose(far.skewness, near.skewness, TIGHT);
        expectClose(far.excessKurtosis, near.excessKurtosis, TIGHT);
      }),
    );
  });

  it('has the correlation of the differences', () => {
    fc.assert(
      fc.property(steps, (ks) => {
        const others = ks.map((k, i) => k + (i % 3));
        const far = comoments(Float64Array.from(ks, nearOne), Float64Array.from(others, nearOne));
        fc.pre(!Number.isNaN(far.correlation));
        const near = comoments(Float64Array.from(ks), Float64Array.from(others));
        expectClose(far.correlation, near.correlation, { relative: 0, absolute: 1e-13 });
      }),
    );
  });
});

describe('when values differ only by rounding', () => {
  it('has a deviation of zero', () => {
    expect(moments(Float64Array.of(1, 1 + 1e-12, 1)).deviation).toBe(0);
    expect(moments(Float64Array.of(1, 1 + 4e-12, 1)).deviation).toBeGreaterThan(0);
    expect(moments(Float64Array.of(0, 1e-3, 0), 1e9).deviation).toBe(0);
  });

  it('has neither skewness nor kurtosis', () => {
    expect(moments(Float64Array.of(5, 5, 5, 5))).toEqual({
      count: 4,
      least: 5,
      greatest: 5,
      mean: 5,
      deviation: 0,
      skewness: Number.NaN,
      excessKurtosis: Number.NaN,
    });
  });
});

describe('when a million values are summed', () => {
  it('keeps the digits of a mean that is small compared with the values', () => {
    const values = Float64Array.from({ length: 1_000_000 }, (_, i) => (i % 2 === 0 ? 1e6 : -1e6) + 1e-3);
    const exact = values.subarray(0, 2).reduce((sum, value) => sum + value, 0) / 2;
    expectClose(moments(values).mean, exact, { relative: 1e-12, absolute: 0 });
  });
});
