import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CRYSTALLISATIONS, type FeeTerms, netOfFees } from '../../src/series/net-of-fees.ts';
import type { ReturnSeries } from '../../src/series/return-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';
import { at } from '../entries/entries.ts';

const DAY = 86_400_000;
const NAN = Number.NaN;

/** Net values after each return, computed word by word as docs/metrics.md §10.1 says. */
function wordByWord(series: ReturnSeries, terms: FeeTerms): number[] {
  const {
    managementFeeAnnual: m = 0,
    performanceFee: p = 0,
    hurdleAnnual: h = 0,
    crystallisation = 'year',
  } = terms;
  const length = { month: 1, quarter: 3, year: 12 }[crystallisation];
  const periodOf = (time: number) => {
    const date = new Date(time);
    return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / length);
  };
  let [n, highWater, y, last] = [1, 1, 0, NAN];
  const values: number[] = [];
  series.returns.forEach((r, i) => {
    if (Number.isNaN(r)) return;
    const start = Number.isNaN(last) ? series.starts[i]! : last;
    const end = series.ends[i]!;
    const days = (end - start) / DAY;
    n *= (1 + r) * (1 - (m * days) / 365);
    y += days;
    const a = p * Math.max(0, n - highWater * (1 + h) ** (y / 365));
    values.push(n - a);
    if (periodOf(end) !== periodOf(start) && a > 0) {
      n -= a;
      highWater = n;
      y = 0;
    }
    last = end;
  });
  return values;
}

function valuesOf(series: ReturnSeries): number[] {
  let value = 1;
  return [...series.returns].filter((r) => !Number.isNaN(r)).map((r) => (value *= 1 + r));
}

/** A rate of four decimals. Drawn evenly: most doubles between two rates are as good as 0. */
const rate = (min: number, max: number) =>
  fc.integer({ min: Math.round(min * 10_000), max: Math.round(max * 10_000) }).map((units) => units / 10_000);
const anyTerms = fc.record({
  managementFeeAnnual: rate(0, 0.1),
  performanceFee: rate(0, 0.5),
  hurdleAnnual: rate(0, 0.25),
  crystallisation: fc.constantFrom(...CRYSTALLISATIONS),
});
/** Periods of 1 to 60 days, some without a return. */
const anySeries = fc
  .array(
    fc.record({
      days: fc.integer({ min: 1, max: 60 }),
      r: fc.oneof({ weight: 6, arbitrary: rate(-0.4, 0.6) }, fc.constant(NAN)),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((periods): ReturnSeries => seriesOf(periods));

function seriesOf(periods: readonly { readonly days: number; readonly r: number }[]): ReturnSeries {
  const ends = periods.map(
    (_, i) => at('2023-11-20') + periods.slice(0, i + 1).reduce((sum, { days }) => sum + days, 0) * DAY,
  );
  return {
    returns: Float64Array.from(periods, ({ r }) => r),
    starts: Float64Array.from(ends, (end, i) => end - periods[i]!.days * DAY),
    ends: Float64Array.from(ends),
    periodsPerYear: 365,
  };
}

describe('when fees are random', () => {
  it('every net value is that of the definition, word by word', () => {
    fc.assert(
      fc.property(anySeries, anyTerms, (series, terms) => {
        const [expected, actual] = [wordByWord(series, terms), valuesOf(netOfFees(series, terms).series)];
        expect(actual).toHaveLength(expected.length);
        expected.forEach((value, i) => {
          expect(Math.abs(actual[i]! / value - 1)).toBeLessThanOrEqual(1e-11);
        });
      }),
    );
  });

  it('no net value is above the gross one', () => {
    fc.assert(
      fc.property(anySeries, anyTerms, (series, terms) => {
        const [net, gross] = [valuesOf(netOfFees(series, terms).series), valuesOf(series)];
        net.forEach((value, i) => {
          expect(value).toBeLessThanOrEqual(gross[i]! * (1 + 1e-12));
        });
        const { totalReturn } = returnsMetrics(series);
        const { netTotalReturn } = netOfFees(series, terms);
        if (totalReturn === null) expect(netTotalReturn).toBeNull();
        else expect(netTotalReturn! - totalReturn).toBeLessThanOrEqual(1e-12 * (1 + totalReturn));
      }),
    );
  });

  it('without fees every figure is the gross one to the last digit, whatever the hurdle', () => {
    fc.assert(
      fc.property(anySeries, anyTerms, (series, { hurdleAnnual, crystallisation }) => {
        const net = netOfFees(series, { hurdleAnnual, crystallisation });
        const gross = returnsMetrics(series);
        expect(net.series.returns).toEqual(series.returns);
        expect(net.netTotalReturn).toBe(gross.totalReturn);
        expect(net.netMaxDrawdown).toBe(gross.maxDrawdown);
        expect(net.netVolatilityAnnualized).toBe(gross.volatilityAnnualized);
        expect(net.netYearly).toEqual(gross.yearly);
      }),
    );
  });

  it('a period that is cut where no fee is taken changes nothing after it', () => {
    // A quarter from 1 January 2024, as one return or as two.
    const parts = fc.record({
      first: rate(-0.4, 0.6),
      second: rate(-0.4, 0.6),
      cut: fc.integer({ min: 1, max: 90 }),
      next: rate(-0.4, 0.6),
    });
    fc.assert(
      fc.property(parts, anyTerms, ({ first, second, cut, next }, terms) => {
        const quarterly = { ...terms, crystallisation: 'quarter' as const };
        const [from, bound, until, last] = ['2024-01-01', '2024-04-01', '2024-07-01']
          .map(at)
          .flatMap((time, i) => (i === 0 ? [time, time + cut * DAY] : [time]));
        const of = (returns: number[], times: number[]): ReturnSeries => ({
          returns: Float64Array.from(returns),
          starts: Float64Array.from(times.slice(0, -1)),
          ends: Float64Array.from(times.slice(1)),
          periodsPerYear: 4,
        });
        const whole = of([(1 + first) * (1 + second) - 1, next], [from!, until!, last!]);
        const split = of([first, second, next], [from!, bound!, until!, last!]);
        const growth = (series: ReturnSeries, with_: FeeTerms) =>
          1 + netOfFees(series, with_).netTotalReturn!;
        const unmanaged = { ...quarterly, managementFeeAnnual: 0 };
        expect(growth(split, unmanaged) / growth(whole, unmanaged)).toBeCloseTo(1, 12);
        // The management fee is linear in the days of a span: two parts differ from the whole by its square.
        const { managementFeeAnnual: m } = quarterly;
        const square = ((m * cut) / 365) * ((m * (91 - cut)) / 365);
        expect(Math.abs(growth(split, quarterly) / growth(whole, quarterly) - 1)).toBeLessThanOrEqual(
          1.1 * square + 1e-12,
        );
      }),
    );
  });
});
