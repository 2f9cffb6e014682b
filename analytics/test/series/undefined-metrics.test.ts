/** Checks docs/metrics.md §11 field by field: which values are null, and with which reason. */
import { describe, expect, it } from 'vitest';
import { benchmarkMetrics } from '../../src/series/benchmark-metrics.ts';
import { toReturnSeries } from '../../src/series/return-series.ts';
import { type ReturnsMetrics, returnsMetrics } from '../../src/series/returns-metrics.ts';

function metricsOf(returns: readonly (number | null)[], riskFreeRateAnnual = 0): ReturnsMetrics {
  return returnsMetrics(toReturnSeries(returns, 0), { riskFreeRateAnnual });
}

/** The fields without a value, by reason. */
function reasonsOf(returns: readonly (number | null)[]): Readonly<Record<string, readonly string[]>> {
  const byReason: Record<string, string[]> = {};
  const { undefinedReasons, ...fields } = metricsOf(returns);
  for (const [field, reason] of Object.entries(undefinedReasons)) {
    expect((fields as Readonly<Record<string, unknown>>)[field]).toBeNull();
    byReason[reason] = [...(byReason[reason] ?? []), field].sort();
  }
  return byReason;
}

const words = (text: string): readonly string[] => text.split(/\s+/).sort();

describe('when there are no returns', () => {
  it.each([[[]], [[null, null]]])('gives noData for every metric of %j, and counts 0', (returns) => {
    const { noData, ...others } = reasonsOf(returns);
    expect(noData).toHaveLength(38);
    expect(others).toEqual({});
    expect(metricsOf(returns)).toMatchObject({
      observationCount: 0,
      underwaterPeriods: 0,
      drawdownCount: 0,
      drawdowns: [],
      startTime: null,
      endTime: null,
      lowSample: true,
      wipedOut: false,
      monthlyReturns: {},
      cornishFisherValid: null,
    });
  });
});

describe('when there is one return', () => {
  it('defines the metrics that need one return', () => {
    expect(reasonsOf([-0.1])).toEqual({
      tooFewObservations: words(`volatilityAnnualized sharpeRatio sharpeRatioStandardError
        probabilisticSharpeRatio sortinoRatio calmarRatio omegaRatio skewness excessKurtosis historicalVar95
        historicalVar99 parametricVar95 parametricVar99 parametricEs95 parametricEs99 cornishFisherVar95
        cornishFisherVar99 expectedShortfall95 expectedShortfall99 tailRatio recoveryFactor`),
      zeroDenominator: ['averageWin', 'payoffRatio'],
    });
    expect(metricsOf([-0.1])).toMatchObject({ maxDrawdown: 0.09999999999999998, longestDrawdownDays: 1 });
  });
});

describe('when there are too few returns for a metric', () => {
  it('two returns leave skewness, kurtosis and the metrics that depend on them undefined', () => {
    expect(reasonsOf([0.05, -0.03])).toEqual({
      tooFewObservations: words(`sharpeRatioStandardError probabilisticSharpeRatio skewness excessKurtosis
        cornishFisherVar95 cornishFisherVar99`),
    });
  });

  it('three returns define the skewness', () => {
    expect(reasonsOf([0.05, -0.03, 0.01])).toEqual({
      tooFewObservations: words(`sharpeRatioStandardError probabilisticSharpeRatio excessKurtosis
        cornishFisherVar95 cornishFisherVar99`),
    });
  });

  it('four returns define everything', () => {
    expect(reasonsOf([0.05, -0.03, 0.01, 0.02])).toEqual({});
  });
});

describe('when all returns are equal', () => {
  const flat = words(`sharpeRatio sharpeRatioStandardError probabilisticSharpeRatio skewness excessKurtosis
    cornishFisherVar95 cornishFisherVar99`);

  it('has no ratio when the deviation is only rounding', () => {
    const returns = Array<number>(30).fill(0.001);
    const noLosses = words(`sortinoRatio omegaRatio calmarRatio recoveryFactor averageLoss payoffRatio
      periodProfitFactor`);
    expect(reasonsOf(returns)).toEqual({ zeroVariance: flat, noLosses });
    expect(metricsOf(returns)).toMatchObject({ volatilityAnnualized: 0, cornishFisherValid: null });
    expect(metricsOf(returns, 0.02).sharpeRatio).toBeNull();
  });

  it('has neither wins nor a tail when the returns are 0', () => {
    expect(reasonsOf(Array<number>(20).fill(0))).toEqual({
      zeroVariance: flat,
      noLosses: words(`sortinoRatio omegaRatio calmarRatio recoveryFactor averageLoss payoffRatio
        periodProfitFactor`),
      zeroDenominator: words('averageWin periodWinRate tailRatio'),
    });
  });
});

describe('when all returns are losses', () => {
  it('has an Omega and a win rate of 0', () => {
    const metrics = metricsOf([-0.01, -0.02, -0.03, -0.01]);
    expect(metrics).toMatchObject({ omegaRatio: 0, periodWinRate: 0, periodProfitFactor: 0 });
    expect(metrics.undefinedReasons).toEqual({
      averageWin: 'zeroDenominator',
      payoffRatio: 'zeroDenominator',
    });
  });
});

describe('when the capital is lost', () => {
  it.each([[[0.1, -1, 0.5, 0.1]], [[0.1, -1.2, -1.5, 0.1]]])('it stays lost in %j', (returns) => {
    const metrics = metricsOf(returns);
    expect(metrics).toMatchObject({
      totalReturn: -1,
      annualizedReturn: -1,
      geometricMeanReturn: -1,
      maxDrawdown: 1,
      currentDrawdown: 1,
      calmarRatio: -1,
      recoveryFactor: -1,
      wipedOut: true,
      monthlyReturns: { '1970-01': -1 },
      maxDrawdownRecoveryTime: null,
    });
    expect(metrics.volatilityAnnualized).toBeGreaterThan(0);
  });

  it('it is not lost when the product is only too small for a double', () => {
    const ruin = metricsOf(Array<number>(1000).fill(-0.9));
    expect(ruin.wipedOut).toBe(false);
    expect(ruin.geometricMeanReturn).toBeCloseTo(-0.9, 12);
  });
});

describe('when a product exceeds the range of a double', () => {
  it('reports that for the total return, and still annualises', () => {
    const metrics = metricsOf(Array<number>(20_000).fill(0.1));
    expect(metrics.undefinedReasons['totalReturn']).toBe('noConvergence');
    expect(metrics.annualizedReturn! / (1.1 ** 365 - 1)).toBeCloseTo(1, 9);
    expect(metrics.maxDrawdown).toBe(0);
    expect(metricsOf([1e10]).undefinedReasons['annualizedReturn']).toBe('tooFewObservations');
  });

  it('accepts returns of any size', () => {
    for (const unit of [1e-200, 1e-80, 1e80]) {
      const metrics = metricsOf([0.3, -0.1, 0.2, 0.05, -0.25].map((r) => r * unit));
      expect(metrics.skewness).toBeCloseTo(metricsOf([0.3, -0.1, 0.2, 0.05, -0.25]).skewness!, 9);
      expect(metrics.sortinoRatio).toBeCloseTo(metricsOf([0.3, -0.1, 0.2, 0.05, -0.25]).sortinoRatio!, 9);
    }
  });
});

describe('when a benchmark is missing', () => {
  const series = toReturnSeries([0.1, 0.2], 0);
  const reasons = (benchmark?: Parameters<typeof benchmarkMetrics>[1]) => {
    const { undefinedReasons, pairedObservationCount } = benchmarkMetrics(series, benchmark);
    return { reasons: new Set(Object.values(undefinedReasons)), count: pairedObservationCount };
  };

  it('reports that for every metric', () => {
    expect(reasons()).toEqual({ reasons: new Set(['missingBenchmark']), count: 0 });
    expect(reasons(toReturnSeries([null, null], 0)).reasons).toEqual(new Set(['missingBenchmark']));
  });

  it('gives noData when the two have no common period', () => {
    expect(reasons(toReturnSeries([0.1], 86_400_000 * 5))).toEqual({
      reasons: new Set(['noData']),
      count: 0,
    });
  });
});
