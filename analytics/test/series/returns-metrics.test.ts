import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { calendarSeries } from '../../src/series/calendar-series.ts';
import { moments } from '../../src/series/moments.ts';
import { type ReturnSeries, toReturnSeries } from '../../src/series/return-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';
import { isCornishFisherValid, TAIL_95, TAIL_99 } from '../../src/series/value-at-risk.ts';

function metricsOf(returns: readonly (number | null)[], start = '2023-01-01') {
  return returnsMetrics(toReturnSeries(returns, Date.parse(start)));
}

describe('when months are not whole', () => {
  it('marks the first and the last month as partial and leaves out months without data', () => {
    const returns = Array.from({ length: 62 }, (_, i) => (i >= 17 && i < 45 ? null : 0.01));
    const metrics = metricsOf(returns, '2023-01-15');
    expect(Object.keys(metrics.monthlyReturns)).toEqual(['2023-01', '2023-03']);
    expect(metrics.partialMonths).toEqual(['2023-01', '2023-03']);
    expect(metrics.partialYears).toEqual(['2023']);
  });

  it('lists no partial months when all are whole', () => {
    expect(metricsOf(Array(59).fill(0.01) as number[]).partialMonths).toEqual([]);
  });
});

describe('when periods are longer than a month', () => {
  it('has years, and no months', () => {
    const metrics = returnsMetrics(calendarSeries([0.1, 0.2, 0.1], Date.parse('2022-07-01'), 'Q'));
    expect(metrics.monthlyReturns).toEqual({});
    expect(metrics.yearly['2022']).toBeCloseTo(0.32, 14);
    expect(metrics.yearly['2023']).toBeCloseTo(0.1, 14);
    expect(metrics.partialYears).toEqual(['2022', '2023']);
  });
});

describe('when the record is shorter than a year', () => {
  it('marks the annualised return as extrapolated, and the sample as small', () => {
    expect(metricsOf(Array(29).fill(0.01) as number[])).toMatchObject({
      annualizedReturnIsExtrapolated: true,
      lowSample: true,
    });
    expect(metricsOf(Array(365).fill(0.01) as number[])).toMatchObject({
      annualizedReturnIsExtrapolated: false,
      lowSample: false,
    });
  });
});

describe('when a return is missing', () => {
  it('drops it: n and the record exclude the time before the first return and after the last', () => {
    const metrics = metricsOf([null, 0.1, null, -0.05, null]);
    expect(metrics).toMatchObject({
      observationCount: 2,
      startTime: Date.parse('2023-01-02'),
      endTime: Date.parse('2023-01-05'),
      maxDrawdownPeakTime: Date.parse('2023-01-03'),
      maxDrawdownDurationDays: 2,
    });
  });
});

describe('when the Cornish-Fisher expansion is not monotonic', () => {
  const sample = (skewness: number, excessKurtosis: number) => ({
    ...moments(Float64Array.of(0.1, 0, 0.2, -0.1)),
    skewness,
    excessKurtosis,
  });

  it('tells so for each level', () => {
    const skewed = sample(1.2, 1);
    expect(isCornishFisherValid(skewed, TAIL_95)).toBe(true);
    expect(isCornishFisherValid(skewed, TAIL_99)).toBe(false);
    expect(isCornishFisherValid(sample(0, 1), TAIL_99)).toBe(true);
    expect(isCornishFisherValid(moments(Float64Array.of(1, 1, 1, 1)), TAIL_95)).toBeNull();
  });
});

describe('when the input is invalid', () => {
  const series = toReturnSeries([0.1, 0.2], 0);
  const refused = (act: () => unknown) => {
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'analytics_parameter_invalid' }));
  };

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a rate of %d', (rate) => {
    refused(() => returnsMetrics(series, { riskFreeRateAnnual: rate }));
    refused(() => returnsMetrics(series, { minimumAcceptableReturnAnnual: rate }));
  });

  it.each([0, 1.5, -1, Number.NaN])('refuses to list %d drawdowns', (drawdownLimit) => {
    refused(() => returnsMetrics(series, { drawdownLimit }));
  });

  it.each<[string, Partial<ReturnSeries>]>([
    ['an infinite return', { returns: Float64Array.of(0.1, Number.NEGATIVE_INFINITY) }],
    ['a start too few', { starts: Float64Array.of(0) }],
    ['an end too few', { ends: Float64Array.of(DAY_MS) }],
    ['no periods in a year', { periodsPerYear: 0 }],
    ['NaN periods in a year', { periodsPerYear: Number.NaN }],
  ])('refuses a series with %s', (_, change) => {
    refused(() => returnsMetrics({ ...series, ...change }));
  });

  it('refuses to create a series from values that are no numbers, or from an invalid start or step', () => {
    refused(() => toReturnSeries([0.1, Number.POSITIVE_INFINITY], 0));
    refused(() => toReturnSeries(['0.1' as unknown as number], 0));
    refused(() => toReturnSeries([0.1], 0.5));
    refused(() => toReturnSeries([0.1], 0, 0));
    refused(() => toReturnSeries([0.1], 0, Number.POSITIVE_INFINITY));
  });
});
