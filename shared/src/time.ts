/** Spans of time in milliseconds, and days of the UTC calendar as text. */

/** 1 minute. */
export const MINUTE_MS = 60_000;
/** 1 hour. */
export const HOUR_MS = 60 * MINUTE_MS;
/** 1 day of the UTC calendar: no leap seconds. */
export const DAY_MS = 24 * HOUR_MS;

/** The UTC day that holds an instant (ms), as `YYYY-MM-DD`. @throws RangeError for an instant that no Date holds */
export function isoDay(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
