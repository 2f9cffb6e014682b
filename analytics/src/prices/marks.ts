/** Marks in order: series of prices by pair and venue, and the search in them. */

import type { Decimal } from '../amount/decimal.ts';
import { type Amount, ONE, parseDecimal } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import type { Mark } from '../entries/mark.ts';
import { InputError } from '../errors.ts';
import { DAY_MS } from '../time/calendar.ts';

export const MINUTE_MS = 60_000;

/** One mark with its amounts read. */
class ReadMark {
  readonly mark: Mark;
  readonly value: Amount;
  readonly day: DayVolume | null;
  readonly range: MinuteRange | null;
  #inverse: Amount | null | undefined;

  constructor(mark: Mark) {
    this.mark = mark;
    this.value = readPrice(mark);
    this.day = mark.resolution === '1d' && mark.volume !== undefined ? readVolume(mark, mark.volume) : null;
    this.range = mark.resolution === '1m' ? readRange(mark, this.value) : null;
  }

  /** One over the price, to 40 decimals; null: the price is zero. */
  get inverse(): Amount | null {
    this.#inverse ??= this.value.isZero() ? null : ONE.dividedBy(this.value, FINE_SCALE);
    return this.#inverse;
  }
}

/** What a day traded; `median` null: nobody says. */
export interface DayVolume {
  readonly volume: Amount;
  readonly median: Amount | null;
}

/** Where a minute traded, and its mark. */
export interface MinuteRange {
  readonly low: Amount;
  readonly high: Amount;
  readonly mark: Amount;
}

/**
 * Marks ascending in time; of several at one instant the last counts. A value: with more marks it is another one,
 * which shares what both have.
 */
export class Series {
  readonly #times: number[];
  readonly #marks: ReadMark[];
  readonly length: number;

  /** @param marks - sorted, `times` theirs; none when left out */
  constructor(times: number[] = [], marks: ReadMark[] = []) {
    this.#times = times;
    this.#marks = marks;
    this.length = marks.length;
  }

  /** Index of the last mark at or before `time`; −1: none. */
  indexAt(time: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#times[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  timeOf(index: number): number {
    return this.#times[index]!;
  }

  value(index: number): Amount {
    return this.#marks[index]!.value;
  }

  /** One over the price, to 40 decimals; null: the price is zero. */
  inverse(index: number): Amount | null {
    return this.#marks[index]!.inverse;
  }

  /** Of a series of volumes: the last day that ended in the 24 hours up to `time`; null: nobody says. */
  volumeAt(time: number): DayVolume | null {
    const index = this.indexAt(time);
    return index < 0 || time - this.#times[index]! > DAY_MS ? null : this.#marks[index]!.day;
  }

  /** Of a series of ranges: that of the minute that holds `time`; null: nobody says. */
  rangeAt(time: number): MinuteRange | null {
    const end = (Math.floor(time / MINUTE_MS) + 1) * MINUTE_MS;
    const index = this.indexAt(end);
    return index < 0 || this.#times[index] !== end ? null : this.#marks[index]!.range;
  }

  /** With `added`, which are sorted. */
  with(added: readonly ReadMark[]): Series {
    const [first] = added;
    if (first === undefined) return this;
    const kept = this.#countBefore(first.mark);
    // Nobody else has gone on from here: what is added stands behind the end of this one.
    const goesOn = kept > 0 && kept === this.length && this.#marks.length === kept;
    const times = goesOn ? this.#times : this.#times.slice(0, kept);
    const marks = goesOn ? this.#marks : this.#marks.slice(0, kept);
    let next = 0;
    for (let i = kept; i < this.length; i++) {
      const old = this.#marks[i]!;
      while (next < added.length && compareMarks(added[next]!.mark, old.mark) < 0)
        push(times, marks, added[next++]!);
      push(times, marks, old);
    }
    while (next < added.length) push(times, marks, added[next++]!);
    return new Series(times, marks);
  }

  /** How many come before `mark` in order. */
  #countBefore(mark: Mark): number {
    let count = this.indexAt(mark.time) + 1;
    while (count > 0 && compareMarks(this.#marks[count - 1]!.mark, mark) > 0) count -= 1;
    return count;
  }
}

function push(times: number[], marks: ReadMark[], mark: ReadMark): void {
  times.push(mark.mark.time);
  marks.push(mark);
}

/** The series of one pair at one venue, or at all of them. */
export interface SeriesPair {
  /** Days and minutes. */
  readonly all: Series;
  readonly minutes: Series;
  readonly volumes: Series;
  readonly ranges: Series;
}

/** What is known of one asset in one quote. */
export interface Pair {
  readonly asset: string;
  readonly quote: string;
  readonly byVenue: ReadonlyMap<string, SeriesPair>;
  /** Of all venues; of several at one instant the first by name. */
  readonly anyVenue: SeriesPair;
}

/** Pairs by name ({@link pairKey}). */
export type Pairs = ReadonlyMap<string, Pair>;

const NONE = new Series();
const NOTHING: SeriesPair = { all: NONE, minutes: NONE, volumes: NONE, ranges: NONE };

/**
 * `pairs` with more marks. Of several of a venue at one instant the minute mark wins.
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

/** One text for each pair. */
export function pairKey({ asset, quote }: { readonly asset: string; readonly quote: string }): string {
  return `${asset}\n${quote}`;
}

/** The one venue's own series where there is only one. */
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

function readPrice(mark: Mark): Amount {
  if (!Number.isSafeInteger(mark.time)) throw malformed('the time of a mark is not an instant');
  return readAmount(mark.price, 'the price of a mark');
}

function readVolume({ vwap }: Mark, volume: Decimal): DayVolume {
  return {
    volume: readAmount(volume, 'the volume of a mark'),
    median: vwap === undefined ? null : readAmount(vwap, 'the median of a mark'),
  };
}

function readRange({ low, high }: Mark, mark: Amount): MinuteRange | null {
  if (low === undefined && high === undefined) return null;
  if (low === undefined || high === undefined) throw malformed('a mark has one end of a range');
  const range = {
    low: readAmount(low, 'the low of a mark'),
    high: readAmount(high, 'the high of a mark'),
    mark,
  };
  if (range.low.gt(range.high)) throw malformed('the low of a mark is above its high');
  return range;
}

function readAmount(text: Decimal, what: string): Amount {
  const amount = parseDecimal(text, what, 'ledger_mark_malformed');
  if (amount.isNegative()) throw malformed(`${what} is negative`);
  return amount;
}

function malformed(what: string): InputError {
  return new InputError('ledger_mark_malformed', what);
}

/** Ascending in time; what comes last at one instant is what a search finds. */
function compareMarks(a: Mark, b: Mark): number {
  return (
    a.time - b.time ||
    compareText(a.resolution, b.resolution) ||
    compareText(b.venue, a.venue) ||
    compareText(a.price, b.price) ||
    compareText(rangeAndVolume(a), rangeAndVolume(b))
  );
}

function rangeAndVolume({ low, high, volume, vwap }: Mark): string {
  return [low, high, volume, vwap].join(' ');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
