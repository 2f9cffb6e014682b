/** Marks in order: series of prices by pair and venue, and the search in them. */
import { InputError } from '../errors.ts';
import { type Amount, ONE, parseDecimal } from '../ledger/decimal.ts';
import type { Mark } from '../ledger/entry.ts';
import { DIVIDED_SCALE } from '../ledger/parse.ts';

/** Prices of one asset in one quote, ascending in time. */
export class Series {
  readonly times: Float64Array;
  readonly #values: readonly Amount[];
  readonly #inverses: (Amount | null | undefined)[] = [];

  /** @param marks - ascending in time; of several at one instant the last counts */
  constructor(marks: readonly Mark[]) {
    this.times = Float64Array.from(marks, (mark) => mark.time);
    this.#values = marks.map(readPrice);
  }

  /** Index of the last price at or before `time`; −1: none. */
  indexAt(time: number): number {
    let [low, high] = [0, this.times.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.times[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
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

/** The series of one pair at one venue, or at all of them. */
export interface SeriesPair {
  /** Days and minutes. */
  readonly all: Series;
  readonly minutes: Series;
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
  return {
    all: new Series(sorted),
    minutes: new Series(sorted.filter(({ resolution }) => resolution === '1m')),
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
  const price = parseDecimal(mark.price, 'the price of a mark', 'ledger_mark_malformed');
  if (price.isNegative() || !Number.isSafeInteger(mark.time)) {
    throw new InputError('ledger_mark_malformed', 'the price or time of a mark is out of range');
  }
  return price;
}

/** Ascending in time; what comes last at one instant is what a search finds. */
function compareMarks(a: Mark, b: Mark): number {
  return (
    a.time - b.time ||
    compareText(a.resolution, b.resolution) ||
    compareText(b.venue, a.venue) ||
    compareText(a.price, b.price)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
