/** The UTC calendar (METRICS §0 "clock"): a day is [00:00:00.000, 24:00:00.000). */

export const DAY_MS = 86_400_000;

/** 00:00 UTC of the day that holds `time`. */
export function startOfDay(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS;
}

/** `YYYY-MM` of `time`. */
export function monthKey(time: number): string {
  return new Date(time).toISOString().slice(0, 7);
}

/** `YYYY` of `time`. */
export function yearKey(time: number): string {
  return new Date(time).toISOString().slice(0, 4);
}

/** First instant of a `YYYY-MM` month or `YYYY` year, and of the next one. */
export function calendarSpan(key: string): readonly [from: number, to: number] {
  const [year, month] = key.split('-').map(Number) as [number, number | undefined];
  return month === undefined
    ? [Date.UTC(year, 0), Date.UTC(year + 1, 0)]
    : [Date.UTC(year, month - 1), Date.UTC(year, month)];
}
