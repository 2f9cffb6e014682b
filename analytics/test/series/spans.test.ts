/** Returns over several steps of the grid (docs/metrics.md §0): nothing that knows a return forgets its span. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { InputError } from '../../src/errors.ts';
import { benchmarkMetrics } from '../../src/series/benchmark-metrics.ts';
import { pairReturns } from '../../src/series/paired.ts';
import { observed, type ReturnSeries, spanning, toReturnSeries } from '../../src/series/return-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';
import { rollingMetrics } from '../../src/series/rolling-metrics.ts';
import { expectClose } from '../closeness.ts';

const START = Date.UTC(2024, 0, 1);
const A = 365;

/** Returns of daily values; null: a day without a value. */
function ofValues(values: readonly (number | null)[]): ReturnSeries {
  let last = values[0]!;
  const returns = values.slice(1).map((value) => {
    if (value === null) return null;
    const change = value / last - 1;
    last = value;
    return change;
  });
  return spanning(toReturnSeries(returns, START));
}

/** 100, then by these daily returns. */
function valuesOf(returns: readonly number[]): number[] {
  const values = [100];
  for (const r of returns) values.push(values.at(-1)! * (1 + r));
  return values;
}

const daily = Array.from({ length: 60 }, (_, i) => ((37 * i * i + 11 * i) % 101) / 4000 - 0.01);
const without = (values: readonly number[], ...missing: readonly number[]) =>
  values.map((value, i) => (missing.includes(i) ? null : value));

describe('when a record has days without a value', () => {
  const values = valuesOf(daily);
  const whole = returnsMetrics(ofValues(values));
  const gap = returnsMetrics(ofValues(without(values, 20, 21, 22)));

  it('the next return covers them, and the steps are counted', () => {
    const series = ofValues(without(values, 20, 21, 22));
    const record = observed(series);
    expect([...record.steps!].filter((k) => k !== 1)).toEqual([4]);
    expect(record.starts[19]).toBe(START + 19 * DAY_MS);
    expect(record.ends[19]).toBe(START + 23 * DAY_MS);
    expect(gap).toMatchObject({
      observationCount: 57,
      coveredPeriods: 60,
      longestSpan: 4,
      excludesSpans: true,
    });
    expect(whole).toMatchObject({
      observationCount: 60,
      coveredPeriods: 60,
      longestSpan: 1,
      excludesSpans: false,
    });
  });

  it('what was earned, and at what rate a year, does not depend on the gap', () => {
    for (const field of ['totalReturn', 'annualizedReturn', 'geometricMeanReturn'] as const)
      expectClose(gap[field], whole[field]);
    expect(gap.annualizedReturnIsExtrapolated).toBe(true);
  });

  it('mean and deviation are per step, of all returns', () => {
    const record = observed(ofValues(without(values, 20, 21, 22)));
    const [r, k] = [[...record.returns], [...record.steps!]];
    const mean = r.reduce((sum, value) => sum + value, 0) / 60;
    const squares = r.reduce((sum, value, i) => sum + (value - k[i]! * mean) ** 2 / k[i]!, 0);
    const deviation = Math.sqrt(squares / 56);
    expectClose(gap.averagePeriodReturn, mean);
    expectClose(gap.volatilityAnnualized, deviation * Math.sqrt(A));
    expectClose(gap.sharpeRatio, (mean / deviation) * Math.sqrt(A));
    const shortfalls = r.reduce((sum, value, i) => sum + Math.min(value, 0) ** 2 / k[i]!, 0);
    expectClose(gap.downsideDeviationAnnualized, Math.sqrt(shortfalls / 57) * Math.sqrt(A));
    expectClose(gap.sortinoRatio, (mean / Math.sqrt(shortfalls / 57)) * Math.sqrt(A));
  });

  it('rates that are compared with count once for each step', () => {
    const rates = { riskFreeRateAnnual: 0.05, minimumAcceptableReturnAnnual: 0.1 };
    const told = returnsMetrics(ofValues(without(values, 20, 21, 22)), rates);
    const record = observed(ofValues(without(values, 20, 21, 22)));
    const mar = 1.1 ** (1 / A) - 1;
    const over = (sign: number) =>
      record.returns.reduce((sum, r, i) => sum + Math.max(sign * (r - record.steps![i]! * mar), 0), 0);
    expectClose(told.omegaRatio, over(1) / over(-1));
    const riskFree = 1.05 ** (1 / A) - 1;
    const perDay = gap.volatilityAnnualized! / Math.sqrt(A);
    expectClose(told.sharpeRatio, ((gap.averagePeriodReturn! - riskFree) / perDay) * Math.sqrt(A));
  });

  it('a crash behind a gap stays in volatility, Sharpe ratio and worst period, and out of the tails', () => {
    const crash = [...daily];
    crash[30] = -0.5;
    const seen = returnsMetrics(ofValues(valuesOf(crash)));
    const hidden = returnsMetrics(ofValues(without(valuesOf(crash), 30)));
    expect(hidden.volatilityAnnualized).toBeGreaterThan(0.7 * seen.volatilityAnnualized!);
    expect(hidden.sharpeRatio).toBeLessThan(0);
    expect(hidden.worstPeriodReturn).toBeLessThan(-0.48);
    expect(hidden.historicalVar99).toBeLessThan(0.02);
    expect(hidden.excludesSpans).toBe(true);
    expectClose(hidden.maxDrawdown, seen.maxDrawdown, { relative: 0.03 });
  });

  it('days before the first value are covered by nothing', () => {
    const series = spanning(toReturnSeries([null, null, 0.1, 0.2], START));
    expect(series.steps).toBeUndefined();
    expect(returnsMetrics(series)).toMatchObject({ coveredPeriods: 2, startTime: START + 2 * DAY_MS });
  });

  it('a return of a file that is null stays unknown', () => {
    expect(returnsMetrics(toReturnSeries([0.1, null, 0.2], START))).toMatchObject({
      ...{ observationCount: 2, coveredPeriods: 2, longestSpan: 1, excludesSpans: false },
    });
  });

  it('a record of spans alone has no tails, and says why', () => {
    const told = returnsMetrics(ofValues([100, null, 110, null, null, 99]));
    // The first return is that of the second day: nothing covers what lies before the first return.
    expect(told).toMatchObject({ observationCount: 2, coveredPeriods: 4 });
    const alone = returnsMetrics(spanning(toReturnSeries([0.01, null, null, 0.1], START)));
    expect(alone).toMatchObject({ observationCount: 2, bestPeriodReturn: 0.01, worstPeriodReturn: 0.01 });
    const steps = Float64Array.of(2, 3);
    const series = toReturnSeries([0.1, -0.1], START);
    const spans = returnsMetrics({ ...series, steps });
    expect(spans).toMatchObject({ bestPeriodReturn: null, skewness: null, historicalVar95: null });
    expect(spans.undefinedReasons).toMatchObject({
      ...{ bestPeriodReturn: 'tooFewObservations', historicalVar95: 'tooFewObservations' },
      ...{ periodWinRate: 'tooFewObservations', sharpeRatioStandardError: 'tooFewObservations' },
    });
    expect(spans.worstPeriodReturn).toBe(-0.1);
  });

  it('steps that are no counts are refused', () => {
    const series = toReturnSeries([0.1, -0.1], START);
    for (const steps of [Float64Array.of(1), Float64Array.of(1, 0), Float64Array.of(1, Number.NaN)])
      expect(codeOf(() => returnsMetrics({ ...series, steps }), InputError)).toBe(
        'analytics_parameter_invalid',
      );
  });

  it('a constant rate has no variance, whatever is missing', () => {
    const constant = valuesOf(Array.from({ length: 30 }, () => 0.001));
    const told = returnsMetrics({
      ...toReturnSeries([0.001, 0.001, 0.003], START),
      steps: Float64Array.of(1, 1, 3),
    });
    expect(told).toMatchObject({ volatilityAnnualized: 0, sharpeRatio: null });
    expect(returnsMetrics(ofValues(constant)).volatilityAnnualized).toBe(0);
  });

  it('missing days never change the total, and cover the same steps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 3, maxLength: 40 }),
        fc.array(fc.nat(39)),
        (returns, missing) => {
          const inner = missing.filter((at) => at > 1 && at < returns.length);
          const told = returnsMetrics(ofValues(without(valuesOf(returns), ...inner)));
          expect(told.coveredPeriods).toBe(returns.length);
          expectClose(told.totalReturn, returnsMetrics(ofValues(valuesOf(returns))).totalReturn, {
            relative: 1e-9,
            absolute: 1e-12,
          });
        },
      ),
    );
  });
});

describe('when months have gaps', () => {
  it('a span belongs to the month of its last instant, and every month that it touches is partial', () => {
    const values = valuesOf(Array.from({ length: 91 }, () => 0.001));
    // 30 January to 2 February have no value.
    const told = returnsMetrics(ofValues(without(values, 30, 31, 32, 33)));
    expect(told.partialMonths).toEqual(['2024-01', '2024-02']);
    expectClose(told.monthlyReturns['2024-01'], 1.001 ** 29 - 1);
    expectClose(told.monthlyReturns['2024-02'], 1.001 ** 31 - 1);
    expectClose(told.monthlyReturns['2024-03'], 1.001 ** 31 - 1);
    expect(told.partialYears).toEqual(['2024']);
  });

  it('a step without a return makes its month partial', () => {
    const returns = Array.from({ length: 91 }, (_, i) => (i === 40 ? null : 0.001));
    expect(returnsMetrics(toReturnSeries(returns, START)).partialMonths).toEqual(['2024-02']);
  });

  it('a span within a month makes it partial', () => {
    const values = valuesOf(Array.from({ length: 91 }, () => 0.001));
    expect(returnsMetrics(ofValues(without(values, 40))).partialMonths).toEqual(['2024-02']);
  });
});

describe('when a benchmark is paired by span', () => {
  const market = daily.map((r, i) => r * 0.8 + ((i * 7) % 13) / 5000);
  const [own, index] = [valuesOf(daily), valuesOf(market)];

  it('a missing close of either side makes a longer pair and drops none', () => {
    const pairs = pairReturns(
      observed(ofValues(without(own, 10, 11))),
      observed(ofValues(without(index, 40))),
    );
    expect([...pairs.steps]).toEqual(Array.from({ length: 57 }, (_, i) => (i === 9 ? 3 : i === 37 ? 2 : 1)));
    expectClose(pairs.benchmark[9], index[12]! / index[9]! - 1);
    expectClose(pairs.returns[37], own[41]! / own[39]! - 1);
  });

  it('a holder of the index has beta 1 and no excess return, whatever he does not show', () => {
    const told = benchmarkMetrics(
      ofValues(without(index, ...Array.from({ length: 30 }, (_, i) => 15 + i))),
      ofValues(index),
    );
    expectClose(told.beta, 1);
    expectClose(told.correlation, 1);
    expectClose(told.excessReturn, 0, { absolute: 1e-9 });
    expectClose(told.benchmarkTotalReturn, index[60]! / index[0]! - 1);
    expect(told.pairedObservationCount).toBe(30);
  });

  it('captures go by the steps of their pairs', () => {
    const told = benchmarkMetrics(ofValues([100, 101, null, 104, 103]), ofValues([100, 102, null, 105, 106]));
    const [up, benchmark] = [
      (101 / 100) * (104 / 101) * (103 / 104),
      (102 / 100) * (105 / 102) * (106 / 105),
    ];
    expectClose(told.upCapture, (up ** (1 / 4) - 1) / (benchmark ** (1 / 4) - 1));
  });

  it('days are linked into the weeks of a coarser benchmark, which gives the grid', () => {
    const weekly: ReturnSeries = {
      returns: Float64Array.from({ length: 8 }, (_, i) => index[7 * (i + 1)]! / index[7 * i]! - 1),
      starts: Float64Array.from({ length: 8 }, (_, i) => START + 7 * i * DAY_MS),
      ends: Float64Array.from({ length: 8 }, (_, i) => START + 7 * (i + 1) * DAY_MS),
      periodsPerYear: 52,
    };
    const told = benchmarkMetrics(ofValues(index), weekly);
    expect(told.pairedObservationCount).toBe(8);
    expectClose(told.beta, 1);
    expectClose(told.benchmarkAnnualizedReturn, (index[56]! / index[0]!) ** (52 / 8) - 1);
    expectClose(benchmarkMetrics(weekly, ofValues(index)).beta, 1);
  });

  it('a return that is unknown is in no pair, and the next pair begins behind it', () => {
    const series = toReturnSeries([0.1, null, 0.2, 0.3], START);
    const pairs = pairReturns(observed(series), observed(toReturnSeries([0.01, 0.02, 0.03, 0.04], START)));
    expect([...pairs.returns]).toEqual([0.1, 0.2, 0.3]);
    expect([...pairs.benchmark]).toEqual([0.01, 0.03, 0.04]);
    expect([...pairs.indices]).toEqual([0, 1, 2]);
    // A benchmark over the unknown day too has no pair there.
    const spans = observed(ofValues([100, 101, null, 103, 104]));
    expect([...pairReturns(observed(series), spans).benchmark]).toHaveLength(2);
  });

  it('records that never meet have no pairs', () => {
    const later = toReturnSeries([0.1], START + 5 * DAY_MS);
    const half = toReturnSeries([0.1, 0.1], START + DAY_MS / 2);
    for (const benchmark of [later, half]) {
      expect(pairReturns(toReturnSeries([0.1, 0.2], START), benchmark).returns).toHaveLength(0);
    }
  });
});

describe('when windows roll over a gap', () => {
  it('a window with a longer return has no metric, and the others do', () => {
    const series = ofValues(without(valuesOf(daily), 10));
    const { volatilityAnnualized, sharpeRatio } = rollingMetrics(series, { window: 5 });
    const known = [...volatilityAnnualized!].flatMap((value, i) => (Number.isNaN(value) ? [] : [i]));
    expect(known).toEqual(Array.from({ length: 60 }, (_, i) => i).filter((i) => i >= 4 && (i < 9 || i > 14)));
    expect([...sharpeRatio!].map(Number.isNaN)).toEqual([...volatilityAnnualized!].map(Number.isNaN));
    const { beta } = rollingMetrics(series, {
      window: 5,
      metrics: ['beta'],
      benchmark: ofValues(valuesOf(daily)),
    });
    expect([...beta!].flatMap((value, i) => (Number.isNaN(value) ? [] : [i]))).toEqual(known);
    for (const i of known) expectClose(beta![i], 1);
  });
});
