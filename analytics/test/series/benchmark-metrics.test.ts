import { DAY_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benchmarkMetrics } from '../../src/series/benchmark-metrics.ts';
import { toReturnSeries } from '../../src/series/return-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';
import { expectClose } from '../closeness.ts';

const START = Date.parse('2023-01-01');
const daily = (returns: readonly (number | null)[], start = START) => toReturnSeries(returns, start);
const against = (returns: readonly (number | null)[], benchmark: readonly (number | null)[]) =>
  benchmarkMetrics(daily(returns), daily(benchmark));

describe('when a return is missing in one of the two series', () => {
  it('uses the pairs in which both have a return', () => {
    const gappy = against([0.1, null, 0.02, 0.03, -0.01], [0.05, 0.01, null, 0.02, -0.02]);
    expect(gappy).toEqual(against([0.1, 0.03, -0.01], [0.05, 0.02, -0.02]));
    expect(gappy.pairedObservationCount).toBe(3);
  });

  it('pairs by time, not by index', () => {
    const shifted = benchmarkMetrics(
      daily([0.1, 0.03, -0.01]),
      daily([9, 9, 0.05, 0.02, -0.02, 9], START - 2 * DAY_MS),
    );
    expect(shifted).toEqual(against([0.1, 0.03, -0.01], [0.05, 0.02, -0.02]));
  });

  it('does not pair a day with an hour that starts at the same instant', () => {
    const hourly = toReturnSeries([0.1, 0.2, 0.3], START, DAY_MS / 24);
    expect(benchmarkMetrics(daily([0.1, 0.2]), hourly).pairedObservationCount).toBe(0);
  });
});

describe('when a metric against a benchmark is undefined', () => {
  it.each([
    [[0.1], [0.1], { beta: 'tooFewObservations', correlation: 'tooFewObservations' }],
    [
      [0.1, 0.2],
      [0.01, 0.01],
      { beta: 'zeroVariance', alphaAnnualized: 'zeroVariance', treynorRatio: 'zeroVariance' },
    ],
    [[0.1, 0.1], [0.01, 0.02], { treynorRatio: 'zeroDenominator', rSquared: 'zeroVariance' }],
    [[0.1, 0.2], [0.1, 0.2], { informationRatio: 'zeroVariance', downCapture: 'tooFewObservations' }],
    [[0.1, 0.2], [-0.1, 0], { upCapture: 'tooFewObservations' }],
  ])('of %j against %j it has a reason', (returns, benchmark, reasons) => {
    const metrics = against(returns, benchmark);
    expect(metrics.undefinedReasons).toMatchObject(reasons);
    for (const field of Object.keys(reasons)) expect(metrics).toHaveProperty(field, null);
  });

  it('has a tracking error of 0 against itself, also within rounding', () => {
    const returns = [0.1, 0.2, 0.3];
    const rounded = returns.map((r) => (1 + r) * 3 - (1 + r) * 2 - 1);
    expect(rounded).not.toEqual(returns);
    expect(against(returns, rounded)).toMatchObject({ trackingErrorAnnualized: 0, informationRatio: null });
    expect(against([0.1, 0.1, 0.1], [0.2, 0.1, 0.3]).beta).toBe(0);
  });
});

describe('when the capital is lost within the pairs', () => {
  it('annualises both series over the pairs', () => {
    const metrics = against([0.1, -1, 0.1], [0.1, -0.2, 0.1]);
    expect(metrics.benchmarkTotalReturn).toBeCloseTo(-0.032, 14);
    expect(metrics.excessReturn).toBe(-1 - metrics.benchmarkAnnualizedReturn!);
    expect(metrics.downCapture).toBeCloseTo(5, 12);
  });
});

describe('when a record is a multiple of its benchmark plus a constant', () => {
  const returns = fc.array(
    fc.integer({ min: -300, max: 300 }).map((permille) => permille / 1000),
    { minLength: 3, maxLength: 60 },
  );

  it('has that beta and alpha, and a correlation of one', () => {
    fc.assert(
      fc.property(
        returns,
        fc.constantFrom(-2, -0.5, 0.5, 1.5),
        fc.constantFrom(-0.01, 0, 0.02),
        (b, slope, shift) => {
          fc.pre(new Set(b).size > 1);
          const metrics = against(
            b.map((r) => slope * r + shift),
            b,
          );
          expectClose(metrics.beta, slope);
          expectClose(metrics.alphaAnnualized, 365 * shift, { absolute: 1e-10 });
          expectClose(metrics.correlation, Math.sign(slope));
        },
      ),
    );
  });

  it('has ratios that agree with those of the record alone', () => {
    fc.assert(
      fc.property(returns, (b) => {
        fc.pre(new Set(b).size > 1);
        const own = b.map((r, i) => r / 2 + (i % 3) / 100);
        const metrics = against(own, b);
        const difference = returnsMetrics(daily(own.map((r, i) => r - b[i]!)));
        expectClose(metrics.trackingErrorAnnualized, difference.volatilityAnnualized, { absolute: 1e-10 });
        if (difference.sharpeRatio !== null) expectClose(metrics.informationRatio, difference.sharpeRatio);
        expect(Math.abs(metrics.correlation!)).toBeLessThanOrEqual(1);
        if (metrics.beta === 0) return;
        const treynor = (returnsMetrics(daily(own)).annualizedReturn! - 0) / metrics.beta!;
        if (metrics.treynorRatio !== null) expectClose(metrics.treynorRatio, treynor);
      }),
    );
  });
});
