import { describe, expect, it } from 'vitest';
import { monthlyReturns } from '../../src/series/calendar-returns.ts';
import { calendarSeries } from '../../src/series/calendar-series.ts';
import { monthStatistics } from '../../src/series/month-statistics.ts';
import { toReturnSeries } from '../../src/series/return-series.ts';
import { confidenceGoldens } from '../goldens.ts';

const statisticsOf = (months: Readonly<Record<string, number>>, partial: readonly string[] = []) =>
  monthStatistics({ returns: months, partial });

describe('when a record has whole months', () => {
  it('counts, compares and strings them together', () => {
    const months = monthlyReturns(calendarSeries(confidenceGoldens.A.returns, Date.parse('2023-01-01'), 'M'));
    const { positiveMonthShare, bestMonth, worstMonth, longestLosingMonths } = monthStatistics(months);
    expect({ positiveMonthShare, longestLosingMonths }).toEqual({
      positiveMonthShare: 0.75,
      longestLosingMonths: 3,
    });
    expect(bestMonth).toBeCloseTo(0.017, 15);
    expect(worstMonth).toBeCloseTo(-0.011, 15);
  });

  it('a month of 0 is neither positive nor losing', () => {
    expect(statisticsOf({ '2023-01': -0.1, '2023-02': 0, '2023-03': -0.2, '2023-04': 0.3 })).toEqual({
      positiveMonthShare: 0.25,
      bestMonth: 0.3,
      worstMonth: -0.2,
      longestLosingMonths: 1,
    });
  });

  it('finds the longest run wherever it is', () => {
    const values = [-1, -1, 1, -1, 1, -1, -1, -1].map((sign) => sign / 100);
    const run = (list: readonly number[]) =>
      statisticsOf(Object.fromEntries(list.map((value, i) => [`2023-0${i + 1}`, value]))).longestLosingMonths;
    expect(run(values)).toBe(3);
    expect(run(values.toReversed())).toBe(3);
    expect(run([0.1, 0.2])).toBe(0);
  });
});

describe('when months are not whole', () => {
  it('leaves them out, and they end no run', () => {
    const months = { '2023-01': -0.9, '2023-02': -0.1, '2023-03': 0.5, '2023-05': -0.2, '2023-06': 0.9 };
    expect(statisticsOf(months, ['2023-01', '2023-03', '2023-06'])).toEqual({
      positiveMonthShare: 0,
      bestMonth: -0.1,
      worstMonth: -0.2,
      longestLosingMonths: 2,
    });
  });

  it('says why there is no number', () => {
    const reasons = (reason: string) => ({
      positiveMonthShare: reason,
      bestMonth: reason,
      worstMonth: reason,
      longestLosingMonths: reason,
    });
    expect(statisticsOf({})).toEqual(reasons('noData'));
    const days = toReturnSeries([0.1, 0.2], Date.parse('2023-01-10'));
    expect(monthStatistics(monthlyReturns(days))).toEqual(reasons('tooFewObservations'));
  });
});
