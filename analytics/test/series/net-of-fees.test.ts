import { describe, expect, it } from 'vitest';
import { buildAccountHistory } from '../../src/history/build-account-history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { calendarSeries } from '../../src/series/calendar-series.ts';
import { type FeeTerms, netOfFees } from '../../src/series/net-of-fees.ts';
import { toReturnSeries } from '../../src/series/return-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';
import { at, fill, mark, transfer } from '../entries/entries.ts';

const DAY = 86_400_000;
const MONTH = (365 / 12) * DAY;
const NAN = Number.NaN;

/** A smooth year: twelve months of equal length, of a calendar year of 365 days. */
const A = [0.012, 0.015, 0.011, 0.008, -0.004, -0.011, -0.006, 0.004, 0.013, 0.017, 0.014, 0.009];
const months = (returns: readonly number[], start = '2023-01-01') =>
  toReturnSeries(returns, at(start), MONTH);

/**
 * `netTotalReturn` of series A. The source of series and numbers is version 2 of the definition of the metrics
 * (docs/metrics.md §10.1).
 */
const GOLDEN: readonly (readonly [terms: FeeTerms, net: number])[] = [
  [{}, 0.08465966188835217],
  [{ managementFeeAnnual: 0.02 }, 0.0631642223077502],
  [{ managementFeeAnnual: 0.02, performanceFee: 0.2, crystallisation: 'year' }, 0.05053137784620021],
  [{ managementFeeAnnual: 0.02, performanceFee: 0.2, crystallisation: 'quarter' }, 0.050377385853037415],
  [{ performanceFee: 0.2, hurdleAnnual: 0.04, crystallisation: 'year' }, 0.07572772951068174],
];

describe('when the record is the golden series', () => {
  it.each(GOLDEN)('the net return under %o is that of the definition', (terms, expected) => {
    expect(Math.abs(netOfFees(months(A), terms).netTotalReturn! - expected)).toBeLessThanOrEqual(1e-12);
  });

  it('calendar years, drawdown and volatility are those of the net returns', () => {
    const two = months([...A, ...A.map((r) => -r)]);
    const terms = { managementFeeAnnual: 0.02, performanceFee: 0.2 };
    const net = netOfFees(two, terms);
    const { yearly, partialYears, maxDrawdown, volatilityAnnualized } = returnsMetrics(net.series);
    expect(net.netYearly).toEqual(yearly);
    expect(net.netYearly['2023']).toBeCloseTo(0.05053137784620021, 12);
    expect(net.partialYears).toEqual(partialYears);
    expect(net.netMaxDrawdown).toBe(maxDrawdown);
    expect(net.netVolatilityAnnualized).toBe(volatilityAnnualized);
    expect(net.netMaxDrawdown).toBeGreaterThan(0);
    expect(net.series.starts).toEqual(two.starts);
  });

  it('the terms stand beside the figures', () => {
    const defaults = {
      ...{ managementFeeAnnual: 0, performanceFee: 0, hurdleAnnual: 0, crystallisation: 'year' },
    };
    expect(netOfFees(months(A), {})).toMatchObject(defaults);
    expect(netOfFees(months(A), GOLDEN[3]![0])).toMatchObject({ ...defaults, ...GOLDEN[3]![0] });
  });
});

describe('when the performance fee is followed by hand', () => {
  it('a loss is carried: what only comes back pays no fee', () => {
    const carried = netOfFees(calendarSeries([0.1, -0.5, 0.9], at('2023-01-01'), 'M'), {
      performanceFee: 0.5,
      crystallisation: 'month',
    });
    // 10 % less half of it, then the mark stands at 1.05, and 0.525 × 1.9 does not reach it.
    expect([...carried.series.returns]).toEqual([
      expect.closeTo(0.05, 15),
      expect.closeTo(-0.5, 15),
      expect.closeTo(0.9, 15),
    ]);
  });

  it('a fee that is owed and not taken yet makes the loss after it smaller', () => {
    const net = netOfFees(months([0.1, -0.05]), { performanceFee: 0.2 });
    // 1.1 − 0.02 = 1.08, then 1.045 − 0.009 = 1.036
    expect([...net.series.returns]).toEqual([expect.closeTo(0.08, 15), expect.closeTo(1.036 / 1.08 - 1, 15)]);
  });

  it('the hurdle runs on over a year without a gain, and begins anew after a fee', () => {
    const yearly = calendarSeries([0.05, 0.2, 0.2], at('2021-01-01'), 'Y');
    const net = netOfFees(yearly, { performanceFee: 0.2, hurdleAnnual: 0.1 });
    // 1.05 is below 1.1. Then 1.26 − 0.2 × (1.26 − 1.21) = 1.25. Then 1.5 − 0.2 × (1.5 − 1.375) = 1.475.
    expect([...net.series.returns]).toEqual([
      expect.closeTo(0.05, 14),
      expect.closeTo(1.25 / 1.05 - 1, 14),
      expect.closeTo(0.18, 14),
    ]);
  });
});

describe('when periods have no return', () => {
  const terms = { managementFeeAnnual: 0.1, performanceFee: 0.2, crystallisation: 'month' } as const;

  it('the next return pays for their days, and the first one for its own only', () => {
    const days = toReturnSeries([NAN, 0, NAN, NAN, 0, NAN], at('2024-03-01'));
    expect([...netOfFees(days, { managementFeeAnnual: 0.1 }).series.returns]).toEqual([
      ...[NAN, expect.closeTo(-0.1 / 365, 15), NAN, NAN, expect.closeTo(-0.3 / 365, 15), NAN],
    ]);
  });

  it('a start before the end of the return before it is not counted twice', () => {
    const series = toReturnSeries([0, NAN, 0], at('2024-03-01'));
    const spanning = {
      ...series,
      starts: Float64Array.of(series.starts[0]!, series.starts[1]!, series.starts[1]!),
    };
    expect(netOfFees(spanning, terms).netTotalReturn).toBe(netOfFees(series, terms).netTotalReturn);
  });

  it('the fee of a calendar end inside a span is taken at the end of the span', () => {
    const spanned = toReturnSeries([0.1, NAN, 0.1, -0.1], at('2024-01-30'));
    const net = netOfFees(spanned, { performanceFee: 0.5, crystallisation: 'month' });
    // 1.21 − 0.105 = 1.105 after the span; the fee is gone then, and the loss is carried.
    expect(net.series.returns[2]).toBeCloseTo(1.105 / 1.05 - 1, 15);
    expect(net.series.returns[3]).toBeCloseTo(-0.1, 15);
  });

  it('a record without any return has no figures', () => {
    expect(netOfFees(months([NAN]), terms)).toMatchObject({
      ...{ netTotalReturn: null, netMaxDrawdown: null, netVolatilityAnnualized: null, netYearly: {} },
      undefinedReasons: { totalReturn: 'noData', maxDrawdown: 'noData', volatilityAnnualized: 'noData' },
    });
    expect(netOfFees(months([0.1]), terms).undefinedReasons).toEqual({
      volatilityAnnualized: 'tooFewObservations',
    });
  });

  it('a lost account pays no fee any more', () => {
    const net = netOfFees(months([0.1, -1.2, 0.3]), terms);
    expect(net).toMatchObject({ netTotalReturn: -1, netMaxDrawdown: 1 });
    expect([...net.series.returns].slice(1)).toEqual([-1.2, 0.3]);
  });

  it('a fee above everything that is there takes everything and no more', () => {
    const decades = { ...months([0.1, 0.1]), ends: Float64Array.of(at('2043-01-01'), at('2044-01-01')) };
    const net = netOfFees(decades, { managementFeeAnnual: 0.1 });
    expect([net.series.returns[0], net.netTotalReturn]).toEqual([-1, -1]);
  });

  it('a record beyond the range of a double pays its fees to the end', () => {
    const returns = new Float64Array(4_000).fill(-0.5);
    const net = netOfFees(toReturnSeries(returns, 0), { managementFeeAnnual: 0.1 });
    expect(net.series.returns.at(-1)).toBeCloseTo(0.5 * (1 - 0.1 / 365) - 1, 15);
    const doubled = toReturnSeries(new Float64Array(2_000).fill(1), 0);
    const late = { ...doubled, ends: doubled.ends.with(-1, 10_000 * DAY) };
    expect(netOfFees(late, { managementFeeAnnual: 0.1 }).series.returns.at(-1)).toBe(-1);
  });
});

describe('when only a management fee is given, as the table for allocators takes one', () => {
  it('the table compounds the fee and this one does not: they differ by half the square of the fee', () => {
    const first = at('2023-01-01');
    const marks = [mark(first, 'BTC', '100'), mark(first, 'BTC', '100', '1m')];
    for (let day = 1; day <= 365; day++)
      marks.push(mark(first + day * DAY, 'BTC', (100 + day / 10).toFixed(1)));
    const history = buildAccountHistory({
      entries: [transfer(first, 'deposit', '100 USDT'), fill(first, 'buy', '1', 'BTC/USDT', '100')],
      ...{ marks, snapshots: [], reportingCurrency: 'USDT', asOf: first + 365 * DAY },
    });
    const fee = 0.02;
    const { compliance } = computeMetrics(history, { managementFeeAnnual: fee });
    const { grossReturn, netReturn } = compliance.years[0]!;
    const { netTotalReturn } = netOfFees(toReturnSeries(history.returns, first), {
      managementFeeAnnual: fee,
    });
    expect(netTotalReturn).toBeCloseTo((1 + grossReturn!) * (1 - fee / 365) ** 365 - 1, 12);
    expect(netReturn).toBeCloseTo((1 + grossReturn!) * (1 - fee) - 1, 12);
    expect(netTotalReturn).toBeGreaterThan(netReturn!);
    expect(netTotalReturn! - netReturn!).toBeLessThan((1 + grossReturn!) * (fee ** 2 / 2));
  });
});

describe('when terms are out of range', () => {
  it.each([
    { managementFeeAnnual: 0.1001 },
    { managementFeeAnnual: -0.01 },
    { managementFeeAnnual: NAN },
    { performanceFee: 0.51 },
    { performanceFee: -0.01 },
    { hurdleAnnual: 0.26 },
    { hurdleAnnual: -0.01 },
    { crystallisation: 'day' as 'month' },
  ])('%o is refused', (terms) => {
    expect(() => netOfFees(months(A), terms)).toThrow(
      expect.objectContaining({ name: 'InputError', code: 'analytics_parameter_invalid' }),
    );
  });

  it('the largest rates are taken', () => {
    const largest = { managementFeeAnnual: 0.1, performanceFee: 0.5, hurdleAnnual: 0.25 };
    expect(netOfFees(months(A), largest)).toMatchObject(largest);
  });

  it('a series that is none is refused', () => {
    const code = 'analytics_parameter_invalid';
    const infinite = { ...months(A), returns: Float64Array.from(A, () => Number.POSITIVE_INFINITY) };
    expect(() => netOfFees(infinite, {})).toThrow(expect.objectContaining({ code }));
    expect(() => netOfFees({ ...months(A), ends: new Float64Array(1) }, {})).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
