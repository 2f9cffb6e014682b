import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import {
  autocorrelation,
  checkSteps,
  effectiveObservationCount,
  lagCount,
  ljungBoxPValue,
  stepReturns,
  varianceInflation,
} from '../../src/series/autocorrelation.ts';
import { moments } from '../../src/series/moments.ts';
import { expectClose } from '../closeness.ts';

const NONE = Number.NaN;
const rhoOf = (grid: readonly number[]) => {
  const steps = stepReturns(Float64Array.from(grid));
  return autocorrelation(steps, moments(steps.returns));
};

/** The formula with a loop over all pairs. */
function naiveRho(grid: readonly number[], lag: number): number {
  const known = grid.filter((r) => !Number.isNaN(r));
  const mean = known.reduce((sum, r) => sum + r, 0) / known.length;
  const total = known.reduce((sum, r) => sum + (r - mean) ** 2, 0);
  let sum = 0;
  for (let t = lag; t < grid.length; t++) {
    const product = (grid[t]! - mean) * (grid[t - lag]! - mean);
    if (!Number.isNaN(product)) sum += product;
  }
  return sum / total;
}

const value = fc.integer({ min: -50, max: 50 }).map((k) => k / 1000);
const grids = fc.array(fc.oneof({ weight: 5, arbitrary: value }, fc.constant(NONE)), {
  minLength: 8,
  maxLength: 150,
});

describe('when returns are compared with those before them', () => {
  it('is the sum over all pairs whose steps are k apart, and no pair reaches over a gap', () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const rho = rhoOf(grid);
        fc.pre(typeof rho !== 'string');
        const expected = rho.map((_, i) => naiveRho(grid, i + 1));
        expectClose(rho, expected, { absolute: 1e-11 });
      }),
    );
  });

  it('a gap breaks the pair, and the denominator is over all returns', () => {
    // The mean is 0 and the sum of squares 4.
    expect(rhoOf([1, 1, -1, -1])).toEqual([0.25]);
    expect(rhoOf([1, 1, NONE, -1, -1])).toEqual([0.5]);
    expect(rhoOf([1, NONE, 1, NONE, -1, NONE, -1])).toEqual([0]);
    expect(rhoOf([NONE, 1, 1, -1, -1])).toEqual([0.25]);
  });

  it('takes returns of any size', () => {
    const grid = [0.3, -0.1, 0.2, 0.05, -0.25, 0.1];
    for (const unit of [1e-200, 1e-80, 1e180]) expectClose(rhoOf(grid.map((r) => r * unit)), rhoOf(grid));
    // All but nothing is on one side of 0.
    for (const sign of [1, -1]) {
      const oneSided = [0.3, -1e-200, 0.2, 0.05, 0.25, -1e-200].map((r) => r * sign);
      expectClose(rhoOf(oneSided.map((r) => r * 1e200)), rhoOf(oneSided));
    }
  });

  it('says why there is none', () => {
    expect(rhoOf([])).toBe('noData');
    expect(rhoOf([1])).toBe('tooFewObservations');
    expect(rhoOf([1, 2, 3])).toBe('tooFewObservations');
    expect(rhoOf([1, 2, 3, 4])).toHaveLength(1);
    expect(rhoOf([0.001, 0.001, 0.001, 0.001, 0.001])).toBe('zeroVariance');
  });
});

describe('when the number of lags is chosen', () => {
  it.each([
    [1, 1],
    [3, 1],
    [4, 1],
    [5, 2],
    [27, 2],
    [28, 3],
    [99, 3],
    [100, 4],
    [273, 5],
    [365, 5],
    [3650, 8],
    [51_199, 15],
    [51_200, 16],
    [1_000_000, 30],
  ])('of %d returns it is %d', (count, lags) => {
    expect(lagCount(count)).toBe(lags);
  });

  it('is the rule of Newey and West', () => {
    for (let count = 4; count < 60_000; count += 97) {
      const rule = Math.floor(4 * (count / 100) ** (2 / 9) + 1e-12);
      expect(lagCount(count)).toBe(Math.max(1, Math.min(count - 2, rule)));
    }
  });
});

describe('when autocorrelation is judged', () => {
  it('computes the statistic of Ljung and Box', () => {
    // 10 · 12 · (0.25 / 9 + 0.01 / 8), in the tail of two degrees of freedom.
    expectClose(ljungBoxPValue([0.5, 0.1], 10), Math.exp(-0.5 * 120 * (0.25 / 9 + 0.01 / 8)));
  });

  it('widens by 1 + 2 sum (1 − k/n) rho, and never narrows', () => {
    expectClose(varianceInflation([0.5, 0.1], 10), 1 + 2 * (0.9 * 0.5 + 0.8 * 0.1));
    expectClose(effectiveObservationCount([0.5, 0.1], 10), 10 / (1 + 2 * (0.9 * 0.5 + 0.8 * 0.1)));
    expect(varianceInflation([-0.5, 0.1], 10)).toBe(1);
    expect(effectiveObservationCount([-0.5, 0.1], 10)).toBe(10);
  });

  it('is never worth more returns than there are', () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const steps = stepReturns(Float64Array.from(grid));
        const rho = autocorrelation(steps, moments(steps.returns));
        fc.pre(typeof rho !== 'string');
        const count = effectiveObservationCount(rho, steps.returns.length);
        expect(count).toBeLessThanOrEqual(steps.returns.length);
        expect(count).toBeGreaterThan(0);
        const p = ljungBoxPValue(rho, steps.returns.length);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('when steps are malformed', () => {
  const refused = (act: () => unknown) => {
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'analytics_parameter_invalid' }));
  };
  const steps = (returns: readonly number[], positions: readonly number[]) => () =>
    checkSteps({ returns: Float64Array.from(returns), positions: Int32Array.from(positions) });

  it('refuses them', () => {
    refused(steps([1, 2], [0]));
    refused(steps([1], [0, 1]));
    refused(steps([1, 2], [1, 1]));
    refused(steps([1, 2, 3], [0, 2, 1]));
    refused(steps([Number.NaN, 1], [0, 1]));
    refused(steps([1, Number.POSITIVE_INFINITY], [0, 1]));
    refused(() => stepReturns(Float64Array.of(1, Number.NEGATIVE_INFINITY)));
  });

  it('accepts steps that ascend, from any number on', () => {
    const returns = Float64Array.of(1, 2, 3, 5);
    const positions = Int32Array.of(-4, -3, -2, 7);
    const rho = (from: number) =>
      autocorrelation({ returns, positions: positions.map((at) => at + from) }, moments(returns));
    checkSteps({ returns, positions });
    expect(rho(0)).toEqual(rho(9));
    expect(stepReturns(Float64Array.of(NONE, 1, NONE, 2))).toEqual({
      returns: Float64Array.of(1, 2),
      positions: Int32Array.of(1, 3),
    });
  });
});
