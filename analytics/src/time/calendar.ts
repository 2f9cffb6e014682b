/**
 * The UTC calendar (docs/metrics.md §0 "clock"): a day is [00:00:00.000, 24:00:00.000). Months are counted from year 0,
 * so that quarters and years are whole numbers of them. Dates use the civil-date algorithms of Howard Hinnant
 * ("chrono-Compatible Low-Level Date Algorithms"), in integers, without a Date.
 */

import { DAY_MS } from '@perf-aggregator/shared/time';

const DAYS_PER_ERA = 146_097;
const YEARS_PER_ERA = 400;
/** From 0000-03-01, where an era begins, to 1970-01-01. */
const EPOCH_DAYS = 719_468;

/** 00:00 UTC of the day that holds `time`. */
export function startOfDay(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS;
}

/** Months from January of year 0 to the month that holds `time`. */
export function monthIndex(time: number): number {
  const { year, month } = civilDate(time);
  return year * 12 + month - 1;
}

/** First instant of a month, by its index. */
export function startOfMonth(index: number): number {
  const month = index - Math.floor(index / 12) * 12 + 1;
  return firstDayOf(Math.floor(index / 12), month) * DAY_MS;
}

/** The instant `count` months before `time`. Where that month is too short, its last day is used. */
export function monthsBefore(time: number, count: number): number {
  const { day } = civilDate(time);
  const month = startOfMonth(monthIndex(time) - count);
  const last = startOfMonth(monthIndex(time) - count + 1) - DAY_MS;
  return Math.min(month + (day - 1) * DAY_MS, last) + (time - startOfDay(time));
}

/** `YYYY-MM` of a month, by its index. */
export function monthKey(index: number): string {
  const month = index - Math.floor(index / 12) * 12 + 1;
  return `${yearKey(Math.floor(index / 12))}-${String(month).padStart(2, '0')}`;
}

/** `YYYY`; years of more than four digits as in ISO 8601 (`+012345`). */
export function yearKey(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`;
}

/** Days from 1970-01-01 to the first of a month (1 to 12). */
function firstDayOf(year: number, month: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / YEARS_PER_ERA);
  const yearOfEra = marchYear - era * YEARS_PER_ERA;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5);
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - EPOCH_DAYS;
}

function civilDate(time: number): { year: number; month: number; day: number } {
  const days = Math.floor(time / DAY_MS) + EPOCH_DAYS;
  const era = Math.floor(days / DAYS_PER_ERA);
  const dayOfEra = days - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: era * YEARS_PER_ERA + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}
