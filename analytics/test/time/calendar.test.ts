import { DAY_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthIndex, monthKey, monthsBefore, startOfMonth, yearKey } from '../../src/time/calendar.ts';

const iso = (time: number) => new Date(time).toISOString();

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

  it('goes back whole months, to the last day of a short month', () => {
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
