/** Tests grids, gaps and fields that the goldens lack against exact fractions (fixtures/reference.py). */
import { describe, expect, it } from 'vitest';
import { benchmarkMetrics } from '../../src/series/benchmark-metrics.ts';
import { calendarSeries } from '../../src/series/calendar-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';
import { expectClose } from '../closeness.ts';
import { referenceCases } from '../goldens.ts';

describe.each(referenceCases)('when the record is reference case $id', (reference) => {
  const { returns, benchmarkReturns, start, frequency, riskFreeRateAnnual } = reference;
  const series = calendarSeries(returns, Date.parse(start), frequency);
  const { drawdowns, ...metrics } = returnsMetrics(series, { riskFreeRateAnnual });
  const numbers = Object.entries(reference.expected).filter(([field]) => field !== 'drawdowns');

  it.each(numbers)('agrees on %s', (field, expected) => {
    expect(metrics).toHaveProperty(field);
    expectClose((metrics as Readonly<Record<string, unknown>>)[field], expected);
  });

  it('agrees on the ten deepest drawdowns', () => {
    const rows = drawdowns
      .slice(0, 10)
      .map((d) => [d.peakTime, d.troughTime, d.recoveryTime, d.depth, d.durationDays]);
    expectClose(rows, reference.expected['drawdowns']);
  });

  it('calls both levels of the Cornish-Fisher expansion valid only if each level is valid', () => {
    const { cornishFisherValid, cornishFisherValid95, cornishFisherValid99 } = metrics;
    expect(cornishFisherValid).toBe(cornishFisherValid95 && cornishFisherValid99);
  });

  const ofBenchmark = Object.entries(reference.expectedOfBenchmark ?? {});
  it.each(ofBenchmark)('agrees on %s against its benchmark', (field, expected) => {
    const benchmark = calendarSeries(benchmarkReturns!, Date.parse(start), frequency);
    const against = benchmarkMetrics(series, benchmark, { riskFreeRateAnnual });
    expect(against).toHaveProperty(field);
    expectClose((against as unknown as Readonly<Record<string, unknown>>)[field], expected);
  });
});
