/** Puts dated rows on a grid of periods. A missing row between two dates is a gap, not a zero. */
import type { Frequency } from '@perf-aggregator/analytics/series/calendar-series';
import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import type { AnalyzeError } from './errors.ts';

/** A row, its time, and how it is refused. */
export interface Dated<Row> {
  readonly row: Row;
  /** ms UTC. */
  readonly time: number;
  readonly refuse: (what: string) => AnalyzeError;
}

export interface OnGrid<Row> {
  readonly grid: { readonly frequency: Frequency; readonly start: number | null };
  /** End of the first period. */
  readonly firstEnd: number | null;
  /** One element for each period, from the period of the first row to that of the last. */
  readonly rows: readonly (Row | null)[];
}

const STEPS: Partial<Record<Frequency, number>> = { h: HOUR_MS, D: DAY_MS, W: 7 * DAY_MS };
const MONTHS: Partial<Record<Frequency, number>> = { M: 1, ME: 1, Q: 3, QE: 3, Y: 12, YE: 12 };

/** A grid with more periods than this means a wrong date. */
const MAX_PERIODS = 2_000_000;

/**
 * Puts rows in their periods. Their dates must ascend and lie on one grid. Without a given frequency, the shortest
 * distance between two dates tells the grid.
 */
export function onGrid<Row>(rows: readonly Dated<Row>[], given?: Frequency): OnGrid<Row> {
  const [first] = rows;
  const frequency = given ?? frequencyOf(rows);
  if (first === undefined) return { grid: { frequency, start: null }, firstEnd: null, rows: [] };
  const indexOf = indexing(first.time, frequency);
  const placed: (Row | null)[] = [];
  for (const { row, time, refuse } of rows) {
    const index = indexOf(time);
    if (!Number.isInteger(index)) throw refuse('not on the grid of the dates above');
    if (index < placed.length) throw refuse('not after the date above');
    if (index > MAX_PERIODS) throw refuse('too far from the first date');
    while (placed.length < index) placed.push(null);
    placed.push(row);
  }
  return { grid: { frequency, start: first.time }, firstEnd: endOf(first.time, frequency), rows: placed };
}

/** The period of an instant, counted from the first. A fraction means that the instant lies between two periods. */
function indexing(first: number, frequency: Frequency): (time: number) => number {
  const step = STEPS[frequency];
  if (step !== undefined) return (time) => (time - first) / step;
  const months = MONTHS[frequency]!;
  const period = (time: number) => Math.floor(monthOf(time) / months);
  return (time) => period(time) - period(first);
}

function endOf(time: number, frequency: Frequency): number {
  const step = STEPS[frequency];
  if (step !== undefined) return time + step;
  const months = MONTHS[frequency]!;
  return Date.UTC(1970, (Math.floor(monthOf(time) / months) + 1) * months - 1970 * 12);
}

function monthOf(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function frequencyOf(rows: readonly Dated<unknown>[]): Frequency {
  const distances = rows.slice(1).map(({ time }, i) => time - rows[i]!.time);
  const shortest = distances.reduce((least, distance) => Math.min(least, distance), Number.POSITIVE_INFINITY);
  if (shortest === Number.POSITIVE_INFINITY) return 'D';
  if (shortest >= 360 * DAY_MS) return 'Y';
  if (shortest >= 85 * DAY_MS) return 'Q';
  if (shortest >= 28 * DAY_MS) return 'M';
  if (shortest === 7 * DAY_MS) return 'W';
  return shortest < DAY_MS ? 'h' : 'D';
}
