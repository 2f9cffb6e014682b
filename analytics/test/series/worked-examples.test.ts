/** Worked examples with published results, each within the tolerance that it names. */

import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { benchmarkMetrics } from '../../src/series/benchmark-metrics.ts';
import { calendarSeries } from '../../src/series/calendar-series.ts';
import { cashFlowMetrics } from '../../src/series/cash-flow-metrics.ts';
import { moments } from '../../src/series/moments.ts';
import { OrderStatistics } from '../../src/series/quantile.ts';
import { toReturnSeries } from '../../src/series/return-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';
import { xirr } from '../../src/series/xirr.ts';
import { expectClose } from '../closeness.ts';
import { type WorkedExample, workedExamples } from '../goldens.ts';

type Numbers = readonly number[];

interface SubPeriod {
  readonly beginValue: number;
  readonly endValueBeforeFlow: number;
}

/** How the results of an example are computed from its input, by topic. */
const ANSWERS: Readonly<Record<string, (input: never) => object>> = {
  xirr: ({ flows }: { flows: readonly { date: string; amount: number }[] }) =>
    xirr(flows.map(({ date, amount }) => ({ time: Date.parse(date), amount }))),
  'twr+mwr': ({ subPeriods, periodicFlows, years }: Schweser) => {
    const { totalReturn, annualizedReturn } = linked(subPeriods, subPeriods.length / years);
    const dated = periodicFlows.map((amount, i) => ({ time: i * 365 * DAY_MS, amount }));
    return { twrCumulative: totalReturn, twrAnnualized: annualizedReturn, periodicIrr: xirr(dated).xirr };
  },
  twr: ({ subPeriods }: { subPeriods: readonly SubPeriod[] }) => ({
    twrCumulative: linked(subPeriods, 365).totalReturn,
  }),
  modifiedDietz: ({ beginValue, endValue, periodDays, flows }: Dietz) =>
    cashFlowMetrics({
      startValue: beginValue,
      endValue,
      startTime: 0,
      endTime: periodDays * DAY_MS,
      flows: flows.map(({ day, amount }) => ({ time: day * DAY_MS, amount })),
    }),
  skewness: ({ values }: { values: Numbers }) => returnsMetrics(toReturnSeries(values, 0)),
  sampleStdDev: ({ values }: { values: Numbers }) => ({
    sampleStdDev: moments(Float64Array.from(values)).deviation,
  }),
  quantileType7: ({ values, p }: { values: Numbers; p: number }) => ({
    quantile: new OrderStatistics(Float64Array.from(values)).quantile(p),
  }),
  rSquared: ({ returns, benchmark }: { returns: Numbers; benchmark: Numbers }) =>
    benchmarkMetrics(toReturnSeries(returns, 0), toReturnSeries(benchmark, 0)),
  riskMetrics: bacon,
};

interface Schweser {
  readonly subPeriods: readonly SubPeriod[];
  readonly periodicFlows: Numbers;
  readonly years: number;
}

interface Dietz {
  readonly beginValue: number;
  readonly endValue: number;
  readonly periodDays: number;
  readonly flows: readonly { readonly day: number; readonly amount: number }[];
}

function linked(subPeriods: readonly SubPeriod[], periodsPerYear: number) {
  const returns = subPeriods.map((period) => period.endValueBeforeFlow / period.beginValue - 1);
  return returnsMetrics(calendarSeries(returns, 0, 'D', periodsPerYear));
}

/** PerformanceAnalytics: per period, with a negative VaR for a loss, and g1 of the population. */
function bacon(input: { returns: Numbers; benchmarkReturns: Numbers }) {
  const series = calendarSeries(input.returns, 0, 'M');
  const metrics = returnsMetrics(series);
  const halfPercent = returnsMetrics(series, { minimumAcceptableReturnAnnual: 1.005 ** 12 - 1 });
  const against = benchmarkMetrics(series, calendarSeries(input.benchmarkReturns, 0, 'M'));
  const n = metrics.observationCount;
  return {
    'Return.cumulative': metrics.totalReturn,
    'Return.annualized': metrics.annualizedReturn,
    'StdDev.annualized': metrics.volatilityAnnualized,
    'DownsideDeviation_MAR0.005_full': halfPercent.downsideDeviationAnnualized! / Math.sqrt(12),
    SortinoRatio_MAR0: metrics.sortinoRatio! / Math.sqrt(12),
    maxDrawdown: metrics.maxDrawdown,
    CalmarRatio: metrics.calmarRatio,
    Omega_L0: metrics.omegaRatio,
    skewness_moment: (metrics.skewness! * (n - 2)) / Math.sqrt(n * (n - 1)),
    kurtosis_sample_excess: metrics.excessKurtosis,
    VaR_historical95: -metrics.historicalVar95!,
    beta: against.beta,
    cor: against.correlation,
  };
}

/** Tests of lots and positions are in test/lots. */
const OF_RETURNS = workedExamples.filter(({ topic }) => topic in ANSWERS);

describe.each(OF_RETURNS)(
  'when the worked example is $id',
  ({ topic, input, expected, tolerance }: WorkedExample) => {
    const answers = ANSWERS[topic]!(input as never) as Readonly<Record<string, unknown>>;

    it.each(Object.entries(expected))('agrees on %s', (field, value) => {
      expect(answers).toHaveProperty([field]);
      expectClose(answers[field], value, { relative: tolerance, absolute: tolerance });
    });
  },
);

describe('when the worked examples of returns are counted', () => {
  it('every topic has a test', () => {
    expect(new Set(OF_RETURNS.map(({ topic }) => topic))).toEqual(new Set(Object.keys(ANSWERS)));
  });
});
