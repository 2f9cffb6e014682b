import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderStatistics, select } from '../../src/series/quantile.ts';
import { expectClose } from '../closeness.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
const samples = fc.oneof(
  fc.array(finite, { minLength: 1, maxLength: 60 }),
  fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 60 }),
);
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 });

/** The quantile of type 7 on a sorted copy. */
function sortedQuantile(values: readonly number[], p: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  const h = (ordered.length - 1) * p;
  const [low, high] = [ordered[Math.floor(h)]!, ordered[Math.ceil(h)]!];
  return low + (h - Math.floor(h)) * (high - low);
}

function sortedTailMean(values: readonly number[], alpha: number): number {
  const tail = values.toSorted((a, b) => a - b).slice(0, Math.floor((values.length - 1) * alpha) + 1);
  return tail.reduce((sum, value) => sum + value, 0) / tail.length;
}

describe('when quantiles and tails are computed', () => {
  it('gives the results of a sort, for questions in any order', () => {
    fc.assert(
      fc.property(samples, shares, (values, ps) => {
        const order = new OrderStatistics(Float64Array.from(values));
        for (const p of ps) {
          expectClose(order.quantile(p), sortedQuantile(values, p), { relative: 0, absolute: 0 });
          expectClose(order.lowerTailMean(p), sortedTailMean(values, p), { absolute: 1e-9 });
        }
      }),
    );
  });

  it('does not change the given values', () => {
    const values = Float64Array.of(3, 1, 2);
    expect(new OrderStatistics(values).quantile(0.5)).toBe(2);
    expect(Array.from(values)).toEqual([3, 1, 2]);
  });

  it('is undefined for no values', () => {
    const order = new OrderStatistics(new Float64Array());
    expect(order.quantile(0.5)).toBeNaN();
    expect(order.lowerTailMean(0.5)).toBeNaN();
  });
});

describe('when ranks are selected from many values', () => {
  const size = 20_000;
  const orders: readonly (readonly [string, (i: number) => number])[] = [
    ['random', (i) => (i * 7919 + 13) % 20_011],
    ['ascending', (i) => i],
    ['descending', (i) => -i],
    ['an organ pipe', (i) => Math.min(i, size - i)],
    ['two values', (i) => i % 2],
    ['one value', () => 1],
    ['few values', (i) => (i * i) % 17],
  ];

  it.each(orders)('puts each rank at its index: %s', (_, at) => {
    const sorted = Float64Array.from({ length: size }, (_value, i) => at(i)).sort();
    for (const rank of [0, 1, 199, 200, 1000, size >> 1, size - 2, size - 1]) {
      const values = Float64Array.from({ length: size }, (_value, i) => at(i));
      select(values, rank, 0, size - 1);
      expect(values[rank]).toBe(sorted[rank]);
      expect(Math.max(...values.subarray(0, rank))).toBeLessThanOrEqual(values[rank]!);
      expect(Math.min(...values.subarray(rank))).toBe(values[rank]);
    }
  });

  it.each([0, 1, 2])('sorts the rest after %d rounds', (maxRounds) => {
    const values = Float64Array.from({ length: size }, (_, i) => (i * 7919 + 13) % 20_011);
    const sorted = values.toSorted();
    select(values, 1234, 0, size - 1, maxRounds);
    expect(values[1234]).toBe(sorted[1234]);
    expect(Math.max(...values.subarray(0, 1234))).toBeLessThan(values[1234]!);
  });
});
