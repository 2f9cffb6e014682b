/** Properties that hold for the metrics of any record. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toReturnSeries } from '../../src/series/return-series.ts';
import { type ReturnsField, returnsMetrics } from '../../src/series/returns-metrics.ts';
import { type Closeness, expectClose } from '../closeness.ts';

const oneReturn = fc.integer({ min: -900_000, max: 1_500_000 }).map((ppm) => ppm / 1e6);
const records = fc.array(oneReturn, { minLength: 2, maxLength: 120 });
const gappy = fc.array(fc.option(oneReturn, { freq: 5 }), { maxLength: 120 });

const metricsOf = (returns: readonly (number | null)[]) => returnsMetrics(toReturnSeries(returns, 0));

function expectSame(
  a: Readonly<Record<ReturnsField, number | null>>,
  b: Readonly<Record<ReturnsField, number | null>>,
  fields: readonly ReturnsField[],
  closeness?: Closeness,
): void {
  for (const field of fields) expectClose(a[field], b[field], closeness);
}

const ORDERLESS: readonly ReturnsField[] = [
  'averagePeriodReturn',
  'bestPeriodReturn',
  'worstPeriodReturn',
  'volatilityAnnualized',
  'downsideDeviationAnnualized',
  'sharpeRatio',
  'sharpeRatioStandardError',
  'probabilisticSharpeRatio',
  'sortinoRatio',
  'omegaRatio',
  'skewness',
  'excessKurtosis',
  'historicalVar95',
  'historicalVar99',
  'parametricVar95',
  'parametricEs99',
  'cornishFisherVar95',
  'cornishFisherVar99',
  'expectedShortfall95',
  'expectedShortfall99',
  'tailRatio',
  'periodWinRate',
  'averageWin',
  'averageLoss',
  'payoffRatio',
  'periodProfitFactor',
];
const SCALELESS: readonly ReturnsField[] = [
  'sharpeRatio',
  'sharpeRatioStandardError',
  'probabilisticSharpeRatio',
  'sortinoRatio',
  'omegaRatio',
  'skewness',
  'excessKurtosis',
  'tailRatio',
  'periodWinRate',
  'payoffRatio',
  'periodProfitFactor',
];

describe('when returns are in another order', () => {
  it('gives the same statistics of the distribution', () => {
    fc.assert(
      fc.property(records, fc.nat(), (returns, seed) => {
        const shuffled = returns.toSorted(
          (a, b) => ((a * 1e6 * (seed + 7)) % 1009) - ((b * 1e6 * (seed + 7)) % 1009),
        );
        expectSame(metricsOf(shuffled), metricsOf(returns), ORDERLESS, { absolute: 1e-10 });
      }),
    );
  });
});

describe('when returns are multiplied', () => {
  it('gives exactly the same ratios for powers of two, and nearly the same for other factors', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: -20, max: 20 }), (returns, power) => {
        const scaled = metricsOf(returns.map((r) => r * 2 ** power));
        expectSame(scaled, metricsOf(returns), SCALELESS, { relative: 0, absolute: 0 });
      }),
    );
    fc.assert(
      fc.property(records, fc.double({ min: 0.01, max: 100, noNaN: true }), (returns, factor) => {
        const scaled = metricsOf(returns.map((r) => r * factor));
        expectSame(scaled, metricsOf(returns), SCALELESS, { absolute: 1e-10 });
      }),
    );
  });
});

describe('when the probability of a loss is lower', () => {
  it('the loss is larger, and the expected shortfall is at least the value at risk', () => {
    fc.assert(
      fc.property(records, (returns) => {
        const m = metricsOf(returns);
        expect(m.historicalVar99!).toBeGreaterThanOrEqual(m.historicalVar95!);
        expect(m.parametricVar99!).toBeGreaterThanOrEqual(m.parametricVar95!);
        expect(m.expectedShortfall99! - m.expectedShortfall95!).toBeGreaterThanOrEqual(-1e-15);
        expect(m.expectedShortfall95! - m.historicalVar95!).toBeGreaterThanOrEqual(-1e-15);
        expect(m.expectedShortfall99!).toBeLessThanOrEqual(-m.worstPeriodReturn! + 1e-15);
        expect(m.parametricEs95!).toBeGreaterThanOrEqual(m.parametricVar95!);
      }),
    );
  });
});

describe('when months and years are chained', () => {
  it('gives the total return, unless all capital was lost', () => {
    fc.assert(
      fc.property(gappy, (returns) => {
        const m = metricsOf(returns);
        fc.pre(m.totalReturn !== null && Math.abs(m.totalReturn) < 1e12);
        for (const parts of [m.monthlyReturns, m.yearly]) {
          const chained = Object.values(parts).reduce((product, r) => product * (1 + r), 1) - 1;
          expectClose(chained, m.totalReturn);
        }
        expectClose((1 + m.geometricMeanReturn!) ** m.observationCount, 1 + m.totalReturn!, {
          absolute: 1e-9,
        });
      }),
    );
  });
});

describe('when periods without a return are left out', () => {
  it('changes no statistic', () => {
    fc.assert(
      fc.property(gappy, (returns) => {
        const present = metricsOf(returns.filter((r) => r !== null));
        expectSame(metricsOf(returns), present, [...ORDERLESS, 'totalReturn', 'maxDrawdown', 'ulcerIndex'], {
          relative: 0,
          absolute: 0,
        });
      }),
    );
  });
});
