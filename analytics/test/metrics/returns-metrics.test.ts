import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { type ReturnsMetrics, returnsMetrics } from '../../src/metrics/returns-metrics.ts';
import { toReturnSeries } from '../../src/metrics/series.ts';
import { DAY_MS } from '../../src/valuation/calendar.ts';
import { goldenCases, workedExamples } from '../goldens.ts';

/** What is compared of every golden case: the golden's field, and how we come to it. */
const GOLDEN_FIELDS: Readonly<Record<string, (rates: Rates) => unknown>> = {
  observationCount: ({ plain }) => plain.observationCount,
  totalReturn: ({ plain }) => plain.totalReturn,
  annualizedReturn: ({ plain }) => plain.annualizedReturn,
  volatilityAnnualized: ({ plain }) => plain.volatilityAnnualized,
  downsideDeviationAnnualized: ({ plain }) => plain.downsideDeviationAnnualized,
  sharpeRatio: ({ plain }) => plain.sharpeRatio,
  sharpeRatioRf2pct: ({ twoPercent }) => twoPercent.sharpeRatio,
  sortinoRatio: ({ plain }) => plain.sortinoRatio,
  sortinoRatioMar2pct: ({ twoPercent }) => twoPercent.sortinoRatio,
  maxDrawdown: ({ plain }) => plain.maxDrawdown,
  calmarRatio: ({ plain }) => plain.calmarRatio,
  bestPeriodReturn: ({ plain }) => plain.bestPeriodReturn,
  worstPeriodReturn: ({ plain }) => plain.worstPeriodReturn,
  monthlyReturns: ({ plain }) => plain.monthlyReturns,
  currentDrawdown: ({ plain }) => plain.currentDrawdown,
  underwaterPeriods: ({ plain }) => plain.underwaterPeriods,
};

/** Golden fields of later work: named here so that a new field in the goldens fails the test. */
const LATER_FIELDS = new Set(
  `omegaRatio historicalVar95 expectedShortfall95 parametricVar95 parametricEs95 cornishFisherVar95
   historicalVar99 expectedShortfall99 parametricVar99 parametricEs99 cornishFisherVar99 skewness
   excessKurtosis periodWinRate ulcerIndex pairedObservationCount beta alphaAnnualized rSquared
   alphaAnnualizedRf2pct correlation trackingErrorAnnualized informationRatio treynorRatio treynorRatioRf2pct`.split(
    /\s+/,
  ),
);

interface Rates {
  readonly plain: ReturnsMetrics;
  readonly twoPercent: ReturnsMetrics;
}

interface DrawdownIndices {
  readonly peakIndex: number;
  readonly troughIndex: number;
  readonly recoveryIndex: number | null;
  readonly durationDays: number;
}

function expectClose(actual: unknown, expected: unknown): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(Math.max(1e-9 * Math.abs(expected), 1e-12));
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object)).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) {
      expectClose((actual as Record<string, unknown>)[key], value);
    }
  } else {
    expect(actual).toBe(expected);
  }
}

function metricsOf(returns: readonly (number | null)[], start = '2023-01-01') {
  return returnsMetrics(toReturnSeries(returns, Date.parse(start)));
}

describe.each(goldenCases)('when the record is golden case $id', (golden) => {
  const start = Date.parse(golden.start);
  const series = toReturnSeries(golden.returns, start);
  const rates: Rates = {
    plain: returnsMetrics(series),
    twoPercent: returnsMetrics(series, { riskFreeRateAnnual: 0.02, minimumAcceptableReturnAnnual: 0.02 }),
  };
  const fields = Object.keys(golden.expected).filter(
    (field) => field !== 'maxDrawdownDetail' && !LATER_FIELDS.has(field),
  );

  it.each(fields)('agrees on %s', (field) => {
    const compute = GOLDEN_FIELDS[field];
    expect(compute).toBeTypeOf('function');
    expectClose(compute?.(rates), golden.expected[field]);
  });

  it('has a reason for every null and none for a number', () => {
    for (const [field, value] of Object.entries(rates.plain)) {
      if (value === null && field in GOLDEN_FIELDS) {
        expect(rates.plain.undefinedReasons[field]).toBeTypeOf('string');
      } else if (typeof value === 'number') {
        expect(rates.plain.undefinedReasons).not.toHaveProperty(field);
        expect(value).toSatisfy(Number.isFinite);
      }
    }
  });
});

describe.each(goldenCases.filter(({ expected }) => 'maxDrawdownDetail' in expected))(
  'when golden case $id has a drawdown',
  (golden) => {
    const start = Date.parse(golden.start);
    const metrics = returnsMetrics(toReturnSeries(golden.returns, start));

    it('agrees on its times', () => {
      const detail = golden.expected['maxDrawdownDetail'] as DrawdownIndices;
      const endOf = (index: number | null) => (index === null ? null : start + (index + 1) * DAY_MS);
      expect(metrics.maxDrawdownPeakTime).toBe(endOf(detail.peakIndex));
      expect(metrics.maxDrawdownTroughTime).toBe(endOf(detail.troughIndex));
      expect(metrics.maxDrawdownRecoveryTime).toBe(endOf(detail.recoveryIndex));
      expect(metrics.maxDrawdownDurationDays).toBe(detail.durationDays);
    });
  },
);

describe('when there is no return', () => {
  it('says noData for every metric', () => {
    const { undefinedReasons } = metricsOf([null, null]);
    expect(Object.keys(undefinedReasons)).toHaveLength(38);
    expect(new Set(Object.values(undefinedReasons))).toEqual(new Set(['noData']));
  });
});

describe('when a metric is undefined', () => {
  it.each([
    [[0.01], 'sharpeRatio', 'tooFewObservations'],
    [[0.01, 0.01], 'sharpeRatio', 'zeroVariance'],
    [[0.01, 0.02], 'sortinoRatio', 'noLosses'],
    [[0.01, 0.02], 'calmarRatio', 'noLosses'],
    [[1e10], 'annualizedReturn', 'tooFewObservations'],
  ] as const)('of %j, %s has the reason %s', (returns, field, reason) => {
    const metrics = metricsOf(returns);
    expect(metrics[field]).toBeNull();
    expect(metrics.undefinedReasons[field]).toBe(reason);
  });
});

describe('when months are not whole', () => {
  it('lists the first and the last as partial and leaves months without data out', () => {
    const returns = Array.from({ length: 62 }, (_, i) => (i >= 17 && i < 45 ? null : 0.01));
    const metrics = metricsOf(returns, '2023-01-15');
    expect(Object.keys(metrics.monthlyReturns)).toEqual(['2023-01', '2023-03']);
    expect(metrics.partialMonths).toEqual(['2023-01', '2023-03']);
    expect(metrics.partialYears).toEqual(['2023']);
  });

  it('lists none of whole ones', () => {
    expect(metricsOf(Array(59).fill(0.01) as number[]).partialMonths).toEqual([]);
  });
});

describe('when the record is short of a year', () => {
  it('marks the annualised return as extrapolated, and a small sample', () => {
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

describe('when a loss comes first', () => {
  it('counts it as a drawdown from the start of the record', () => {
    const metrics = metricsOf([-0.1, 0.2]);
    expect(metrics.maxDrawdown).toBeCloseTo(0.1, 15);
    expect(metrics.maxDrawdownPeakTime).toBe(Date.parse('2023-01-01'));
    expect(metrics.maxDrawdownTroughTime).toBe(Date.parse('2023-01-02'));
    expect(metrics.maxDrawdownRecoveryTime).toBe(Date.parse('2023-01-03'));
    expect(metrics.maxDrawdownDurationDays).toBe(2);
  });
});

describe('when a rate is not above -1', () => {
  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (riskFreeRateAnnual) => {
    const act = () => returnsMetrics(toReturnSeries([0.1], 0), { riskFreeRateAnnual });
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'analytics_parameter_invalid' }));
  });
});

describe('when the record is the monthly one of Bacon', () => {
  it('agrees with the published numbers', () => {
    const example = workedExamples.find(({ id }) => id === 'bacon-pa-public')!;
    const { returns } = example.input as unknown as { returns: readonly number[] };
    const expected = example.expected as unknown as Record<string, number>;
    const monthly = toReturnSeries(returns, 0, (365 * DAY_MS) / 12);
    const metrics = returnsMetrics(monthly);
    expect(metrics.periodsPerYear).toBe(12);
    expectClose(metrics.totalReturn, expected['Return.cumulative']);
    expectClose(metrics.annualizedReturn, expected['Return.annualized']);
    expectClose(metrics.volatilityAnnualized, expected['StdDev.annualized']);
    expectClose(metrics.maxDrawdown, expected['maxDrawdown']);
    expectClose(metrics.calmarRatio, expected['CalmarRatio']);
    const perPeriodSortino = (metrics.sortinoRatio ?? Number.NaN) / Math.sqrt(12);
    expectClose(perPeriodSortino, expected['SortinoRatio_MAR0']);
  });
});
