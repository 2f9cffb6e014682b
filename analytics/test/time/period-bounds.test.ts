import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { calendarSeries } from '../../src/series/calendar-series.ts';
import { toReturnSeries } from '../../src/series/return-series.ts';
import { type PeriodBounds, periodIndices } from '../../src/time/period-bounds.ts';

const at = Date.parse;
/** 2023-01-01 to the end of 2024-03-15. */
const days = toReturnSeries(Array<number>(440).fill(0.01), at('2023-01-01'));

const dayOf = (bounds: PeriodBounds) => {
  const { from, to } = periodIndices(days, bounds);
  const text = (time: number | undefined) => new Date(time!).toISOString().slice(0, 10);
  return from === to ? null : [text(days.starts[from]), text(days.ends[to - 1])];
};

describe('when a period has a name', () => {
  it.each([
    ['1d', '2024-03-15'],
    ['7d', '2024-03-09'],
    ['30d', '2024-02-15'],
    ['90d', '2023-12-17'],
    ['ytd', '2024-01-01'],
    ['1y', '2023-03-16'],
    ['all', '2023-01-01'],
  ] as const)('%s begins on %s, counted back from the end', (period, start) => {
    expect(dayOf({ period })).toEqual([start, '2024-03-16']);
  });

  it('counts from `to` where `to` is earlier', () => {
    expect(dayOf({ period: '7d', to: at('2023-06-08') })).toEqual(['2023-06-01', '2023-06-08']);
    expect(dayOf({ period: 'ytd', to: at('2024-01-01') })).toEqual(['2023-01-01', '2024-01-01']);
    expect(dayOf({ period: '1d', to: at('2025-01-01') })).toEqual(['2024-03-15', '2024-03-16']);
  });

  it('begins with the series where the series is shorter', () => {
    expect(dayOf({ period: '90d', to: at('2023-01-04') })).toEqual(['2023-01-01', '2023-01-04']);
  });

  it('goes from the last day of February to the last day of February', () => {
    expect(dayOf({ period: '1y', to: at('2024-02-29') })).toEqual(['2023-02-28', '2024-02-29']);
  });

  it('contains whole periods only', () => {
    const months = calendarSeries(Array<number>(15).fill(0.01), at('2023-01-31'), 'ME');
    expect(periodIndices(months, { period: '90d' })).toEqual({ from: 13, to: 15 });
    expect(periodIndices(months, { period: '7d' })).toEqual({ from: 15, to: 15 });
    expect(periodIndices(months, { period: 'ytd' })).toEqual({ from: 12, to: 15 });
  });
});

describe('when a period has bounds', () => {
  it('contains the periods that lie wholly within them', () => {
    expect(dayOf({ from: at('2023-02-01'), to: at('2023-02-03') })).toEqual(['2023-02-01', '2023-02-03']);
    expect(dayOf({ from: at('2023-02-01') + 1, to: at('2023-02-04') - 1 })).toEqual([
      '2023-02-02',
      '2023-02-03',
    ]);
    expect(dayOf({ from: at('2024-03-10') })).toEqual(['2024-03-10', '2024-03-16']);
    expect(dayOf({})).toEqual(['2023-01-01', '2024-03-16']);
  });

  it('is empty where no period lies within them', () => {
    expect(dayOf({ from: at('2025-01-01') })).toBeNull();
    expect(dayOf({ to: at('2022-01-01') })).toBeNull();
    expect(dayOf({ from: at('2023-02-01') + 1, to: at('2023-02-02') })).toBeNull();
    expect(periodIndices(toReturnSeries([], 0), { period: '1y' })).toEqual({ from: 0, to: 0 });
  });

  it.each<PeriodBounds>([
    { from: 5, to: 5 },
    { from: 0.5 },
    { to: Number.NaN },
    { from: 0, period: '7d' },
    { period: '2y' as '1y' },
  ])('refuses %j', (bounds) => {
    expect(() => periodIndices(days, bounds)).toThrow(InputError);
    expect(() => periodIndices(days, bounds)).toThrow(
      expect.objectContaining({ code: 'analytics_range_invalid' }),
    );
  });
});
