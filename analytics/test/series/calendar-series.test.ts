import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { calendarSeries, FREQUENCIES, type Frequency } from '../../src/series/calendar-series.ts';
import {
  DAY_MS,
  monthIndex,
  monthKey,
  monthsBefore,
  startOfMonth,
  yearKey,
} from '../../src/time/calendar.ts';

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
  ])('%s from %s on has true periods', (frequency, start, starts, last, periodsPerYear) => {
    expect(gridOf(frequency, start)).toEqual({ starts, last, periodsPerYear });
  });

  it('keeps the returns, and takes other periods in a year', () => {
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

describe('when the calendar counts months', () => {
  const instants = fc.integer({ min: Date.UTC(1600, 0), max: Date.UTC(2600, 0) });

  it('agrees with Date', () => {
    fc.assert(
      fc.property(instants, (time) => {
        const date = new Date(time);
        const index = monthIndex(time);
        expect(index).toBe(date.getUTCFullYear() * 12 + date.getUTCMonth());
        expect(startOfMonth(index)).toBe(Date.UTC(date.getUTCFullYear(), date.getUTCMonth()));
        expect(monthKey(index)).toBe(iso(time).slice(0, 7));
        expect(yearKey(Math.floor(index / 12))).toBe(iso(time).slice(0, 4));
      }),
    );
  });

  it('goes back whole months, to the last day of a short one', () => {
    expect(iso(monthsBefore(Date.parse('2024-03-31T12:00Z'), 1))).toBe('2024-02-29T12:00:00.000Z');
    expect(iso(monthsBefore(Date.parse('2024-02-29'), 12))).toBe('2023-02-28T00:00:00.000Z');
    expect(iso(monthsBefore(Date.parse('2024-01-15'), 1))).toBe('2023-12-15T00:00:00.000Z');
  });

  it('names years of more than four digits as ISO 8601 does', () => {
    expect(yearKey(12_345)).toBe('+012345');
    expect(yearKey(-1)).toBe('-000001');
    expect(monthKey(monthIndex(Date.UTC(999, 11)))).toBe('0999-12');
    expect(monthKey(monthIndex(-62_198_755_200_000 - DAY_MS))).toBe('-000002-12');
  });
});
