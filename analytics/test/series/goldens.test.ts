/** Every field of every golden case for a record of returns. */
import { describe, expect, it } from 'vitest';
import { benchmarkMetrics } from '../../src/series/benchmark-metrics.ts';
import { calendarSeries } from '../../src/series/calendar-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';
import { type Closeness, expectClose } from '../closeness.ts';
import { type GoldenCase, goldenCases } from '../goldens.ts';

interface DrawdownIndices {
  readonly peakIndex: number;
  readonly troughIndex: number;
  readonly recoveryIndex: number | null;
  readonly durationDays: number;
}

/** All metrics of a golden case under the names of this library: without rates, and with both rates at 2 %. */
function metricsOf(golden: GoldenCase) {
  const start = Date.parse(golden.start);
  const toSeries = (returns: readonly (number | null)[]) =>
    calendarSeries(returns, start, golden.frequency, golden.periodsPerYear);
  const series = toSeries(golden.returns);
  const benchmark = golden.benchmarkReturns && toSeries(golden.benchmarkReturns);
  const at = (annual: number): Readonly<Record<string, unknown>> => {
    const rates = { riskFreeRateAnnual: annual, minimumAcceptableReturnAnnual: annual };
    return { ...benchmarkMetrics(series, benchmark, rates), ...returnsMetrics(series, rates) };
  };
  return { plain: at(0), twoPercent: at(0.02), series };
}

/** Where the standard deviation is tiny, higher moments have fewer exact digits (goldens, `tolerance`). */
function closenessOf(golden: GoldenCase, field: string): Closeness {
  const observed = golden.returns.filter((r) => r !== null);
  const largest = Math.max(...observed.map(Math.abs), 0);
  const mean = observed.reduce((sum, r) => sum + r, 0) / observed.length;
  const deviation = Math.sqrt(observed.reduce((sum, r) => sum + (r - mean) ** 2, 0) / observed.length);
  const isTiny = deviation < 1e-5 * largest;
  return isTiny && /^(skewness|excessKurtosis|cornishFisher)/.test(field) ? { relative: 1e-6 } : {};
}

describe.each(goldenCases)('when the record is golden case $id', (golden) => {
  const { plain, twoPercent, series } = metricsOf(golden);
  const fields = Object.keys(golden.expected).filter((field) => field !== 'maxDrawdownDetail');

  it.each(fields)('agrees on %s', (field) => {
    const name = field.replace(/(Rf|Mar)2pct$/, '');
    const metrics = name === field ? plain : twoPercent;
    expect(metrics).toHaveProperty(name);
    expectClose(metrics[name], golden.expected[field], closenessOf(golden, field));
  });

  it('has a finite number or a reason for every field', () => {
    const { undefinedReasons } = returnsMetrics(series);
    for (const [field, value] of Object.entries(returnsMetrics(series))) {
      if (typeof value === 'number') {
        expect(undefinedReasons).not.toHaveProperty(field);
        expect(value).toSatisfy(Number.isFinite);
      } else if (value === null && field in undefinedReasons) {
        expect(undefinedReasons[field]).toBeTypeOf('string');
      } else if (value === null) {
        expect(field).toMatch(/Time$|^maxDrawdownDurationDays$|^cornishFisherValid/);
      }
    }
  });
});

describe.each(goldenCases.filter(({ expected }) => 'maxDrawdownDetail' in expected))(
  'when golden case $id has a drawdown',
  (golden) => {
    it('agrees on its times', () => {
      const { plain, series } = metricsOf(golden);
      const detail = golden.expected['maxDrawdownDetail'] as DrawdownIndices;
      const endOf = (index: number | null) =>
        index === null ? null : index === -1 ? series.starts[0] : series.ends[index];
      expect(plain['maxDrawdownPeakTime']).toBe(endOf(detail.peakIndex));
      expect(plain['maxDrawdownTroughTime']).toBe(endOf(detail.troughIndex));
      expect(plain['maxDrawdownRecoveryTime']).toBe(endOf(detail.recoveryIndex));
      expect(plain['maxDrawdownDurationDays']).toBe(detail.durationDays);
    });
  },
);

// quantstats treats `priceLike` as prices.
const measuredElsewhere = goldenCases.filter(({ id }) => id !== 'priceLike' && id !== 'empty');

describe.each(measuredElsewhere)('when other libraries measured golden case $id', (golden) => {
  const { plain } = metricsOf(golden);
  const { quantstats, empyrical, performanceAnalyticsR } = golden;
  const theirs: Readonly<Record<string, unknown>> = {
    averageWin: quantstats['avg_win'],
    averageLoss: quantstats['avg_loss'],
    payoffRatio: quantstats['payoff_ratio'],
    periodProfitFactor: quantstats['profit_factor'],
    geometricMeanReturn: quantstats['expected_return'],
    tailRatio: empyrical['tail_ratio'],
    painIndex: performanceAnalyticsR?.['PainIndex'],
    ulcerIndex: performanceAnalyticsR?.['UlcerIndex'],
  };
  // The libraries continue after the capital is lost, or give 0 and Infinity where this library gives no number.
  const comparable = Object.entries(theirs).filter(
    ([field, value]) =>
      typeof value === 'number' &&
      plain[field] !== null &&
      !(plain['wipedOut'] === true && /^(geometric|pain|ulcer)/.test(field)),
  );

  it.each(comparable)('agrees on %s', (field, value) => {
    expectClose(plain[field], value);
  });
});
