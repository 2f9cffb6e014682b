import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { calendarSeries, FREQUENCIES, type Frequency } from '../../src/series/calendar-series.ts';

const iso = (time: number) => new Date(time).toISOString();
const gridOf = (frequency: Frequency, start: string) => {
  const { starts, ends, periodsPerYear } = calendarSeries([0.1, null, 0.2], Date.parse(start), frequency);
  return {
    starts: Array.from(starts, (t) => iso(t).slice(0, 13)),
    last: iso(ends[2]!).slice(0, 13),
    periodsPerYear,
  };
};

describe('when a series has a frequency', () => {
  it.each<[Frequency, string, string[], string, number]>([
    ['h', '2023-12-31T23:00Z', ['2023-12-31T23', '2024-01-01T00', '2024-01-01T01'], '2024-01-01T02', 8760],
    ['D', '2024-02-28', ['2024-02-28T00', '2024-02-29T00', '2024-03-01T00'], '2024-03-02T00', 365],
    ['W', '2024-02-22', ['2024-02-22T00', '2024-02-29T00', '2024-03-07T00'], '2024-03-14T00', 52],
    ['M', '2023-12-01', ['2023-12-01T00', '2024-01-01T00', '2024-02-01T00'], '2024-03-01T00', 12],
    ['ME', '2023-12-31', ['2023-12-01T00', '2024-01-01T00', '2024-02-01T00'], '2024-03-01T00', 12],
    ['Q', '2023-11-15', ['2023-10-01T00', '2024-01-01T00', '2024-04-01T00'], '2024-07-01T00', 4],
    ['QE', '2023-12-31', ['2023-10-01T00', '2024-01-01T00', '2024-04-01T00'], '2024-07-01T00', 4],
    ['Y', '2023-01-01', ['2023-01-01T00', '2024-01-01T00', '2025-01-01T00'], '2026-01-01T00', 1],
    ['YE', '2023-12-31', ['2023-01-01T00', '2024-01-01T00', '2025-01-01T00'], '2026-01-01T00', 1],
  ])('%s from %s on has the correct periods', (frequency, start, starts, last, periodsPerYear) => {
    expect(gridOf(frequency, start)).toEqual({ starts, last, periodsPerYear });
  });

  it('keeps the returns and changes the periods per year', () => {
    const series = calendarSeries([0.1, null, 0.2], 0, 'M', 11.5);
    expect(series.periodsPerYear).toBe(11.5);
    expect(Array.from(series.returns)).toEqual([0.1, Number.NaN, 0.2]);
  });

  it.each<[string, () => unknown]>([
    ['an unknown frequency', () => calendarSeries([], 0, 'toString' as Frequency)],
    ...FREQUENCIES.map((frequency): [string, () => unknown] => [
      `a start that is no instant (${frequency})`,
      () => calendarSeries([0.1], Number.NaN, frequency),
    ]),
    ['no periods in a year', () => calendarSeries([], 0, 'D', 0)],
    ['an infinite return', () => calendarSeries([Number.POSITIVE_INFINITY], 0, 'M')],
  ])('refuses %s', (_, act) => {
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'analytics_parameter_invalid' }));
  });
});
