/** Windows and pages over rows in order of time, found by binary search. */
import { firstWhere } from '../../trader/timeline.ts';
import type { Parameters } from './parameters.ts';
import { refusals } from './refusal.ts';

/** A row of a list. Rows are in order of time. */
export interface Row {
  readonly time: number;
  readonly visibleFrom?: number;
}

/** Index of the first row at or after `time`. */
export function firstAt(rows: readonly Row[], time: number): number {
  return firstWhere(rows, (row) => row.time >= time);
}

/** The rows of `from` to `to`, both included, as the venue shows them at `now`. */
export function between<T extends Row>(
  rows: readonly T[],
  from: number,
  to: number,
  now: number,
): readonly T[] {
  const slice = rows.slice(firstAt(rows, from), firstAt(rows, Math.min(to, now) + 1));
  return slice.filter((row) => isVisible(row, now));
}

/** Up to `limit` rows from an index on, as the venue shows them at `now`. */
export function takeFrom<T extends Row>(
  rows: readonly T[],
  index: number,
  limit: number,
  now: number,
): readonly T[] {
  const taken: T[] = [];
  for (let i = index; i < rows.length && rows[i]!.time <= now && taken.length < limit; i++) {
    if (isVisible(rows[i]!, now)) taken.push(rows[i]!);
  }
  return taken;
}

/** The last `limit` rows, oldest first. */
export function takeLast<T extends Row>(rows: readonly T[], limit: number, now: number): readonly T[] {
  const taken: T[] = [];
  for (let i = firstAt(rows, now + 1) - 1; i >= 0 && taken.length < limit; i--) {
    if (isVisible(rows[i]!, now)) taken.push(rows[i]!);
  }
  return taken.reverse();
}

function isVisible(row: Row, now: number): boolean {
  return (row.visibleFrom ?? 0) <= now;
}

/** How a list limits its window. */
export interface WindowRule {
  /** Longest time between start and end, ms. */
  readonly maxMs: number;
  /** The window where no time is sent, ms; default `maxMs`. */
  readonly defaultMs?: number;
  /** Nothing older is shown, ms. */
  readonly horizonMs?: number;
  /** Names of the parameters; default `startTime` and `endTime`. */
  readonly names?: readonly [string, string];
}

/**
 * The window of a request. One time alone sets the other by the longest window.
 * @throws BinanceRefusal −1127 for one that is too long, −1100
 */
export function windowOf(
  parameters: Parameters,
  { maxMs, defaultMs = maxMs, horizonMs, names = ['startTime', 'endTime'] }: WindowRule,
  now: number,
): { readonly from: number; readonly to: number } {
  const start = parameters.integer(names[0]);
  const end = parameters.integer(names[1]);
  const to = end ?? (start === undefined ? now : Math.min(start + maxMs, now));
  const from = start ?? to - (end === undefined ? defaultMs : maxMs);
  if (to - from > maxMs) throw refusals.tooLong(maxMs / 3_600_000);
  return { from: Math.max(from, horizonMs === undefined ? 0 : now - horizonMs), to };
}

/** The page of a request by number, newest first, and how many rows there are. @throws BinanceRefusal −1130, −1100 */
export function pageOf<T>(
  parameters: Parameters,
  rows: readonly T[],
  {
    size: fallback,
    max,
    names = ['current', 'size'],
  }: { size: number; max: number; names?: readonly [string, string] },
): { readonly rows: readonly T[]; readonly total: number } {
  const current = parameters.integer(names[0]) ?? 1;
  const size = parameters.size(names[1], fallback, max);
  if (current < 1) throw refusals.invalid(names[0]);
  return { rows: rows.toReversed().slice((current - 1) * size, current * size), total: rows.length };
}
