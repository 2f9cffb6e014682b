import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { benchmarkMetrics } from '../../src/series/benchmark-metrics.ts';
import { type ReturnSeries, sliceSeries, toReturnSeries } from '../../src/series/return-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';
import { type RollingParameters, rollingMetrics } from '../../src/series/rolling-metrics.ts';
import { expectClose } from '../closeness.ts';

const RATES = { riskFreeRateAnnual: 0.03 };

/** Computes every window separately in two passes. The periods of `series` must all have a return. */
function naive(series: ReturnSeries, benchmark: ReturnSeries, window: number) {
  const each = (measure: (from: number, to: number) => number | null) =>
    Float64Array.from(series.returns, (_, i) =>
      i + 1 < window ? Number.NaN : (measure(i + 1 - window, i + 1) ?? Number.NaN),
    );
  const metrics = (from: number, to: number) => returnsMetrics(sliceSeries(series, from, to), RATES);
  return {
    volatilityAnnualized: each((from, to) => metrics(from, to).volatilityAnnualized),
    sharpeRatio: each((from, to) => metrics(from, to).sharpeRatio),
    beta: each((from, to) => benchmarkMetrics(sliceSeries(series, from, to), benchmark).beta),
  };
}

const small = fc.integer({ min: -100, max: 100 }).map((permille) => permille / 1000);

describe('when windows move along a record', () => {
  it('agrees with a separate computation of every window', () => {
    const pairs = fc.array(fc.tuple(small, small), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(pairs, fc.integer({ min: 2, max: 20 }), (values, window) => {
        const series = toReturnSeries(
          values.map(([r]) => r),
          0,
        );
        const benchmark = toReturnSeries(
          values.map(([, b]) => b),
          0,
        );
        expectClose(
          rollingMetrics(series, { window, benchmark, rates: RATES }),
          naive(series, benchmark, window),
        );
      }),
    );
  });

  it.each([1e3, -1e6, 1e9])('loses no digits to an offset of %d', (offset) => {
    const noise = Array.from({ length: 400 }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
    const series = toReturnSeries(
      noise.map((r) => r + offset),
      0,
    );
    const benchmark = toReturnSeries(
      noise.map((r, i) => r * 2 + ((i * 31) % 17) / 17 + offset),
      0,
    );
    expectClose(
      rollingMetrics(series, { window: 30, benchmark, rates: RATES }),
      naive(series, benchmark, 30),
    );
  });

  it('loses no digits to an outlier that has left the window', () => {
    const returns = Array.from({ length: 200 }, (_, i) => (i % 37 === 0 ? 1e9 : ((i * 71) % 101) / 1e4));
    const series = toReturnSeries(returns, 0);
    expectClose(
      rollingMetrics(series, { window: 20, benchmark: series, rates: RATES }),
      naive(series, series, 20),
    );
  });

  it('has a volatility of 0 and no ratio where the returns are constant', () => {
    const series = toReturnSeries([0.1, 0.1, 0.1, 0.2, 0.2, 0.2], 0);
    const { volatilityAnnualized, sharpeRatio, beta } = rollingMetrics(series, {
      window: 3,
      benchmark: series,
    });
    expect(Array.from(volatilityAnnualized!, (v) => v > 0)).toEqual([false, false, false, true, true, false]);
    expect(volatilityAnnualized![2]).toBe(0);
    expect(Array.from(sharpeRatio!, Number.isNaN)).toEqual([true, true, true, false, false, true]);
    expect(Array.from(beta!, Number.isNaN)).toEqual([true, true, true, false, false, true]);
  });
});

describe('when returns are missing', () => {
  it('counts observed returns, and gives the value at the place of the last', () => {
    const series = toReturnSeries([0.1, null, 0.2, null, 0.4], 0);
    const { volatilityAnnualized, sharpeRatio } = rollingMetrics(series, { window: 2 });
    const expected = (a: number, b: number) =>
      returnsMetrics(toReturnSeries([a, b], 0)).volatilityAnnualized!;
    expectClose(Array.from(volatilityAnnualized!), [
      Number.NaN,
      Number.NaN,
      expected(0.1, 0.2),
      Number.NaN,
      expected(0.2, 0.4),
    ]);
    expect(Array.from(sharpeRatio!, Number.isNaN)).toEqual([true, true, false, true, false]);
  });

  it('counts pairs for beta', () => {
    const series = toReturnSeries([0.1, 0.3, 0.2, null, 0.4], 0);
    const benchmark = toReturnSeries([0.05, null, 0.1, 0.7, 0.2], 0);
    const { beta } = rollingMetrics(series, { window: 2, metrics: ['beta'], benchmark });
    expectClose(Array.from(beta!), [Number.NaN, Number.NaN, 2, Number.NaN, 2]);
  });
});

describe('when only some metrics are requested', () => {
  const series = toReturnSeries([0.1, 0.2, 0.3], 0);

  it('gives only those', () => {
    expect(Object.keys(rollingMetrics(series, { window: 2, metrics: ['sharpe'] }))).toEqual(['sharpeRatio']);
    expect(Object.keys(rollingMetrics(series, { window: 2 }))).toEqual([
      'volatilityAnnualized',
      'sharpeRatio',
    ]);
    expect(rollingMetrics(series, { window: 2, metrics: [] })).toEqual({});
  });

  it('has no values when the window is longer than the record', () => {
    const { volatilityAnnualized } = rollingMetrics(series, { window: 10 ** 9 });
    expect(Array.from(volatilityAnnualized!, Number.isNaN)).toEqual([true, true, true]);
  });

  it.each<[string, RollingParameters]>([
    ['a window of one', { window: 1 }],
    ['half a window', { window: 2.5 }],
    ['a beta without a benchmark', { window: 2, metrics: ['beta'] }],
    ['an unknown metric', { window: 2, metrics: ['alpha' as 'beta'] }],
    ['a rate of -100 %', { window: 2, rates: { riskFreeRateAnnual: -1 } }],
  ])('refuses %s', (_, parameters) => {
    expect(() => rollingMetrics(series, parameters)).toThrow(InputError);
    expect(() => rollingMetrics(series, parameters)).toThrow(
      expect.objectContaining({ code: 'analytics_parameter_invalid' }),
    );
  });
});
