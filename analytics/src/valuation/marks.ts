/** Marks in order: series of prices by pair and venue, and the search in them. */
import { InputError } from '../errors.ts';
import { type Amount, ONE, parseDecimal } from '../ledger/decimal.ts';
import type { Decimal, Mark } from '../ledger/entry.ts';
import { DIVIDED_SCALE } from '../ledger/parse.ts';
import { DAY_MS } from './calendar.ts';

const MINUTE_MS = 60_000;

/** What the marks of one asset in one quote say, ascending in time. */
class Timeline {
  readonly times: Float64Array;

  /** @param marks - ascending in time; of several at one instant the last counts */
  constructor(marks: readonly Mark[]) {
    this.times = Float64Array.from(marks, (mark) => mark.time);
  }

  /** Index of the last mark at or before `time`; −1: none. */
  indexAt(time: number): number {
    let [low, high] = [0, this.times.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.times[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Prices. */
export class Series extends Timeline {
  readonly #values: readonly Amount[];
  readonly #inverses: (Amount | null | undefined)[] = [];

  constructor(marks: readonly Mark[]) {
    super(marks);
    this.#values = marks.map(readPrice);
  }

  value(index: number): Amount {
    return this.#values[index]!;
  }

  /** One over the price, to 40 decimals; null: the price is zero. */
  inverse(index: number): Amount | null {
    const known = this.#inverses[index];
    if (known !== undefined) return known;
    const value = this.#values[index]!;
    const inverse = value.isZero() ? null : ONE.dividedBy(value, DIVIDED_SCALE);
    this.#inverses[index] = inverse;
    return inverse;
  }
}

/** What a day traded; `median` null: nobody says. */
export interface DayVolume {
  readonly volume: Amount;
  readonly median: Amount | null;
}

/** Volumes of days. */
class Volumes extends Timeline {
  readonly #days: readonly DayVolume[];

  constructor(marks: readonly Mark[]) {
    super(marks);
    this.#days = marks.map(({ volume, vwap }) => ({
      volume: readAmount(volume!, 'the volume of a mark'),
      median: vwap === undefined ? null : readAmount(vwap, 'the median of a mark'),
    }));
  }

  /** The last day that ended in the 24 hours up to `time`; null: nobody says. */
  at(time: number): DayVolume | null {
    const index = this.indexAt(time);
    return index < 0 || time - this.times[index]! > DAY_MS ? null : this.#days[index]!;
  }
}

/** Where a minute traded, and its mark. */
export interface MinuteRange {
  readonly low: Amount;
  readonly high: Amount;
  readonly mark: Amount;
}

/** Ranges of minutes. */
class Ranges extends Timeline {
  readonly #minutes: readonly MinuteRange[];

  constructor(marks: readonly Mark[]) {
    super(marks);
    this.#minutes = marks.map(readRange);
  }

  /** That of the minute that holds `time`; null: nobody says. */
  at(time: number): MinuteRange | null {
    const end = (Math.floor(time / MINUTE_MS) + 1) * MINUTE_MS;
    const index = this.indexAt(end);
    return index < 0 || this.times[index] !== end ? null : this.#minutes[index]!;
  }
}

/** The series of one pair at one venue, or at all of them. */
export interface SeriesPair {
  /** Days and minutes. */
  readonly all: Series;
  readonly minutes: Series;
  /** Null: no mark says a volume, or a range. */
  readonly volumes: Volumes | null;
  readonly ranges: Ranges | null;
}

/** What is known of one asset in one quote. */
export interface Pair {
  readonly asset: string;
  readonly quote: string;
  readonly byVenue: ReadonlyMap<string, SeriesPair>;
  /** Of all venues; of several at one instant the first by name. */
  readonly anyVenue: SeriesPair;
}

/**
 * Groups marks by pair. Of several of a venue at one instant the minute mark wins.
 * @throws InputError `ledger_mark_malformed`
 */
export function toPairs(marks: readonly Mark[]): readonly Pair[] {
  const groups = groupBy([...marks].sort(compareMarks), ({ asset, quote }) => `${asset}\n${quote}`);
  return [...groups.values()].map((group) => {
    const { asset, quote } = group[0]!;
    const byVenue = new Map(
      [...groupBy(group, ({ venue }) => venue)].map(([venue, own]) => [venue, toSeriesPair(own)] as const),
    );
    const [only] = byVenue.values();
    return { asset, quote, byVenue, anyVenue: byVenue.size === 1 ? only! : toSeriesPair(group) };
  });
}

function toSeriesPair(sorted: readonly Mark[]): SeriesPair {
  const minutes = sorted.filter(({ resolution }) => resolution === '1m');
  const volumes = sorted.filter(({ resolution, volume }) => resolution === '1d' && volume !== undefined);
  const ranges = minutes.filter(({ low, high }) => low !== undefined || high !== undefined);
  return {
    all: new Series(sorted),
    minutes: new Series(minutes),
    volumes: volumes.length === 0 ? null : new Volumes(volumes),
    ranges: ranges.length === 0 ? null : new Ranges(ranges),
  };
}

function groupBy(marks: readonly Mark[], keyOf: (mark: Mark) => string): ReadonlyMap<string, Mark[]> {
  const groups = new Map<string, Mark[]>();
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

function readRange({ price, low, high }: Mark): MinuteRange {
  if (low === undefined || high === undefined) throw malformed('a mark has one end of a range');
  const range = {
    low: readAmount(low, 'the low of a mark'),
    high: readAmount(high, 'the high of a mark'),
    mark: readAmount(price, 'the price of a mark'),
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
