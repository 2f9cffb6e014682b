import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { type ReturnSeries, toReturnSeries } from '../../src/series/return-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';
import { rollingMetrics } from '../../src/series/rolling-metrics.ts';
import { xirr } from '../../src/series/xirr.ts';

/** Hourly returns without a repeated pattern. */
const hourly = (count: number) => {
  const returns = Float64Array.from({ length: count }, (_, i) => Math.sin(i * i) / 100 + 0.0001);
  return toReturnSeries(returns, 0, DAY_MS / 24);
};
/** Equal drawdowns in every other period: the largest possible number of episodes. */
const alternating = (count: number) =>
  toReturnSeries(
    Float64Array.from({ length: count }, (_, i) => (i % 2 === 0 ? -0.01 : 0.02)),
    0,
  );

/** The shortest of five runs in milliseconds, to exclude other load on the machine. */
function shortest(run: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}

describe('when a record is long', () => {
  it.each<[string, (count: number) => ReturnSeries, (series: ReturnSeries) => unknown]>([
    ['metrics', hourly, (series) => returnsMetrics(series)],
    ['metrics of many drawdowns', alternating, (series) => returnsMetrics(series)],
    ['rolling metrics', hourly, (series) => rollingMetrics(series, { window: 5000, benchmark: series })],
  ])(
    'takes time in proportion for %s: 32 times the returns take far less than 1,024 times the time',
    (_, make, measure) => {
      const [small, large] = [make(20_000), make(640_000)];
      measure(small);
      expect(shortest(() => measure(large)) / shortest(() => measure(small))).toBeLessThan(250);
    },
  );

  it('accepts a million returns, and lists no more drawdowns than requested', () => {
    const metrics = returnsMetrics(alternating(1_000_000));
    expect(metrics.drawdownCount).toBe(500_000);
    expect(metrics.drawdowns).toHaveLength(1000);
    expect(shortest(() => returnsMetrics(hourly(1_000_000)))).toBeLessThan(2000);
  });
});

describe('when there are many flows', () => {
  it('finds the root for ten thousand of them with a bounded number of sums', () => {
    const flows = Array.from({ length: 10_000 }, (_, i) => ({
      time: i * DAY_MS,
      amount: Math.sin(i * i) - 0.01,
    }));
    const all = [...flows, { time: 10_000 * DAY_MS, amount: 400 }];
    expect(xirr(all).xirr).toBeTypeOf('number');
    expect(shortest(() => xirr(all))).toBeLessThan(2000);
  });
});
