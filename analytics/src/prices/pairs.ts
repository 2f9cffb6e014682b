/** Series of marks by pair and venue. */
import type { Mark } from '../entries/mark.ts';
import { MarkSeries } from './mark-series.ts';
import { compareMarks, ReadMark } from './read-mark.ts';

/** The series of one pair at one venue, or at all of them. */
export interface SeriesPair {
  /** Marks of days and minutes. */
  readonly all: MarkSeries;
  readonly minutes: MarkSeries;
  readonly volumes: MarkSeries;
  readonly ranges: MarkSeries;
}

/** The marks of one asset in one quote. */
export interface Pair {
  readonly asset: string;
  readonly quote: string;
  readonly byVenue: ReadonlyMap<string, SeriesPair>;
  /** Of all venues. Of several at one instant the first by name counts. */
  readonly anyVenue: SeriesPair;
}

/** Pairs by name ({@link pairKey}). */
export type Pairs = ReadonlyMap<string, Pair>;

const NONE = new MarkSeries();
const NOTHING: SeriesPair = { all: NONE, minutes: NONE, volumes: NONE, ranges: NONE };

/**
 * `pairs` with more marks. When a venue has several at one instant, the minute mark counts.
 * @throws InputError `ledger_mark_malformed`; then nothing has changed
 */
export function withMarks(pairs: Pairs, marks: readonly Mark[]): Pairs {
  const read = marks.map((mark) => new ReadMark(mark)).sort((a, b) => compareMarks(a.mark, b.mark));
  const all = new Map(pairs);
  for (const [key, added] of groupBy(read, ({ mark }) => pairKey(mark))) {
    const { asset, quote } = added[0]!.mark;
    const known = all.get(key);
    const byVenue = new Map(known?.byVenue);
    for (const [venue, own] of groupBy(added, ({ mark }) => mark.venue)) {
      byVenue.set(venue, extend(byVenue.get(venue) ?? NOTHING, own));
    }
    all.set(key, { asset, quote, byVenue, anyVenue: anyVenueOf(known, byVenue, added) });
  }
  return all;
}

/** One key for each pair. */
export function pairKey({ asset, quote }: { readonly asset: string; readonly quote: string }): string {
  return `${asset}\n${quote}`;
}

/** The series of all venues. Where there is only one venue, its own series. */
function anyVenueOf(
  known: Pair | undefined,
  byVenue: ReadonlyMap<string, SeriesPair>,
  added: readonly ReadMark[],
): SeriesPair {
  if (byVenue.size === 1) return byVenue.values().next().value!;
  return extend(known?.anyVenue ?? NOTHING, added);
}

function extend(pair: SeriesPair, added: readonly ReadMark[]): SeriesPair {
  return {
    all: pair.all.with(added),
    minutes: pair.minutes.with(added.filter(({ mark }) => mark.resolution === '1m')),
    volumes: pair.volumes.with(added.filter(({ day }) => day !== null)),
    ranges: pair.ranges.with(added.filter(({ range }) => range !== null)),
  };
}

function groupBy(
  marks: readonly ReadMark[],
  keyOf: (mark: ReadMark) => string,
): ReadonlyMap<string, ReadMark[]> {
  const groups = new Map<string, ReadMark[]>();
  for (const mark of marks) {
    const key = keyOf(mark);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [mark]);
    else group.push(mark);
  }
  return groups;
}
