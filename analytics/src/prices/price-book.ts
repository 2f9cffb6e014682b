/** Prices in the reporting currency, from marks (docs/metrics.md §1 "price at the valuation time"). */

import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { type Amount, ONE, parseDecimal } from '../amount/decimal.ts';
import { FINE_SCALE, toFineScale } from '../amount/scale.ts';
import type { Mark } from '../entries/mark.ts';
import type { MarkSeries } from './mark-series.ts';
import { type Pair, type Pairs, type SeriesPair, withMarks } from './pairs.ts';
import type { MinuteRange } from './read-mark.ts';
import { type Leg, type Route, Routes } from './routes.ts';

/** A price older than this is `stale`. It is used, and counted. */
export const STALE_AFTER_MS = DAY_MS;

/**
 * A minute mark values an instant when it closed at most this long before it, because illiquid minutes do not trade.
 */
export const MINUTE_MARK_MAX_AGE_MS = 300_000;

/** A price at or before an instant. */
export interface Price {
  readonly value: Amount;
  readonly stale: boolean;
}

/** The price of a holding that may be too large for its market. */
export interface HeldPrice extends Price {
  /** Whether the mark was worsened, or would have been with a known median. */
  readonly illiquid: boolean;
}

/** A holding of an asset at a venue. */
export interface Held {
  readonly venue: string;
  /** Signed. */
  readonly quantity: Amount;
}

/** A mark in its series. */
interface Found {
  readonly from: SeriesPair;
  readonly series: MarkSeries;
  readonly index: number;
  readonly stale: boolean;
}

type Find = (pair: Pair) => Found | null;

const NOW: HeldPrice = { value: ONE, stale: false, illiquid: false };

/** A position is liquid up to this share of a day's volume: one tenth. */
const LIQUID_MULTIPLE = parseDecimal('10', 'a multiple');

/**
 * The last price at or before an instant, by asset, or by symbol for a unit of a contract. A linear contract's price is
 * its mark times the rate of its settlement currency. An inverse contract's price is −1/mark times that rate, because
 * it is owed for in base. A zero price is a price, but has no inverse. Rates over another currency are rounded to 40
 * decimals.
 *
 * With a `venue`, its own price comes first, then that of any venue. Of several routes ({@link Routes}) the first that
 * is not stale is used, or else the first.
 */
export class PriceBook {
  /** Whether any mark gives the range of its minute. */
  readonly hasRanges: boolean;
  readonly #reportingCurrency: string;
  readonly #pairs: Pairs;
  readonly #routes: Routes;

  /**
   * @param marks - in any order. Of several at one instant the minute mark counts, then the venue that sorts first.
   * @param before - the marks known before; they do not change
   * @throws InputError `ledger_mark_malformed`
   */
  constructor(marks: readonly Mark[], reportingCurrency: string, before?: PriceBook) {
    this.hasRanges = before?.hasRanges === true || marks.some(({ low }) => low !== undefined);
    this.#reportingCurrency = reportingCurrency;
    this.#pairs = withMarks(before === undefined ? new Map<string, Pair>() : before.#pairs, marks);
    this.#routes = new Routes([...this.#pairs.values()], reportingCurrency);
  }

  /** These prices together with those of `marks`. */
  with(marks: readonly Mark[]): PriceBook {
    return marks.length === 0 ? this : new PriceBook(marks, this.#reportingCurrency, this);
  }

  /** The last price of `asset` at or before `time`. Null when there is none. */
  at(asset: string, time: number, venue?: string): Price | null {
    if (asset === this.#reportingCurrency) return NOW;
    return this.#best(asset, time, (pair) => lastMark(pair, time, venue));
  }

  /** The price of `asset` at the instant itself, to the minute. Null when no minute mark gives it. */
  atMinute(asset: string, time: number, venue?: string): Price | null {
    return this.#best(asset, time, (pair) => minuteMark(pair, time, venue));
  }

  /**
   * Like `at`, for a holding. When the holding is above a tenth of the volume of the last known whole day, its price is
   * the worse of the mark and that day's volume-weighted median (docs/metrics.md §1 "Illiquid marks").
   */
  ofHeld(asset: string, time: number, held: Held): HeldPrice | null {
    return this.#best(asset, time, (pair) => lastMark(pair, time, held.venue), held);
  }

  /** Like `atMinute`, for a holding. */
  ofHeldAtMinute(asset: string, time: number, held: Held): HeldPrice | null {
    return this.#best(asset, time, (pair) => minuteMark(pair, time, held.venue), held);
  }

  /**
   * The range in which a pair, or a contract, traded at a venue in the minute that holds `time`. Null: no source gives
   * it.
   */
  rangeOf(asset: string, quote: string, time: number, venue: string): MinuteRange | null {
    return this.#routes.pair(asset, quote)?.byVenue.get(venue)?.ranges.rangeAt(time) ?? null;
  }

  /**
   * The earliest instant at which `marks` can affect entries. These prices include `marks`.
   * @param firstSeen - when an asset or contract was first in an entry; undefined: never
   */
  earliestUse(marks: readonly Mark[], firstSeen: (asset: string) => number | undefined): number {
    return marks.reduce((earliest, mark) => {
      const unused = this.#routes.isLeaf(mark.asset)
        ? (firstSeen(mark.asset) ?? Number.POSITIVE_INFINITY)
        : Number.NEGATIVE_INFINITY;
      return Math.min(earliest, Math.max(effectOf(mark), unused));
    }, Number.POSITIVE_INFINITY);
  }

  #best(asset: string, time: number, find: Find, held?: Held): HeldPrice | null {
    let stale: HeldPrice | null = null;
    for (const route of this.#routes.of(asset)) {
      const price = follow(route, time, find, held);
      if (price?.stale === false) return price;
      stale ??= price;
    }
    return stale;
  }
}

/** The earliest instant that `marks` can affect. Infinity without any mark. */
export function earliestEffect(marks: readonly Mark[]): number {
  return marks.reduce((earliest, mark) => Math.min(earliest, effectOf(mark)), Number.POSITIVE_INFINITY);
}

/** The range of a minute affects the fills in that minute. */
function effectOf({ time, low }: Mark): number {
  return low === undefined ? time : time - MINUTE_MS;
}

function follow({ legs, inverseContract }: Route, time: number, find: Find, held?: Held): HeldPrice | null {
  let price: HeldPrice | null = null;
  for (const leg of legs) {
    // Only the first leg prices the holding, and only where it is not the price of the other currency.
    const own = price === null && (!leg.inverse || inverseContract) ? held : undefined;
    const step = take(leg, find(leg.pair), time, own);
    if (step === null) return null;
    price = price === null ? step : chain(price, step);
  }
  if (price === null) return NOW;
  return inverseContract ? { ...price, value: price.value.neg() } : price;
}

function take({ inverse }: Leg, found: Found | null, time: number, held?: Held): HeldPrice | null {
  if (found === null) return null;
  const { series, index, stale } = found;
  const day = held === undefined ? null : found.from.volumes.volumeAt(time);
  if (held !== undefined && day !== null && held.quantity.abs().times(LIQUID_MULTIPLE).gt(day.volume)) {
    const value = worse(series.value(index), day.median, held.quantity);
    if (inverse && value.isZero()) return null;
    return { value: inverse ? ONE.dividedBy(value, FINE_SCALE) : value, stale, illiquid: true };
  }
  const value = inverse ? series.inverse(index) : series.value(index);
  return value && { value, stale, illiquid: false };
}

/** The lower price for a long holding, the higher for a short one. */
function worse(mark: Amount, median: Amount | null, quantity: Amount): Amount {
  if (median === null || mark.gt(median) === quantity.isNegative()) return mark;
  return median;
}

function chain(a: HeldPrice, b: HeldPrice): HeldPrice {
  return {
    value: toFineScale(a.value.times(b.value)),
    stale: a.stale || b.stale,
    illiquid: a.illiquid,
  };
}

/** The venue's own mark, unless it is stale and another venue's mark is not. */
function lastMark(pair: Pair, time: number, venue: string | undefined): Found | null {
  const own = ownSeries(pair, venue);
  const found = findIn(own ?? pair.anyVenue, 'all', time, STALE_AFTER_MS);
  if (own === undefined || own === pair.anyVenue || found?.stale === false) return found;
  const other = findIn(pair.anyVenue, 'all', time, STALE_AFTER_MS);
  return other?.stale === false ? other : (found ?? other);
}

function minuteMark(pair: Pair, time: number, venue: string | undefined): Found | null {
  const own = ownSeries(pair, venue);
  const found = own && findIn(own, 'minutes', time, MINUTE_MARK_MAX_AGE_MS);
  if (found?.stale === false) return found;
  const other = findIn(pair.anyVenue, 'minutes', time, MINUTE_MARK_MAX_AGE_MS);
  return other?.stale === false ? other : null;
}

function ownSeries(pair: Pair, venue: string | undefined): SeriesPair | undefined {
  return venue === undefined ? undefined : pair.byVenue.get(venue);
}

function findIn(
  from: SeriesPair,
  which: 'all' | 'minutes',
  time: number,
  staleAfterMs: number,
): Found | null {
  const series = from[which];
  const index = series.indexAt(time);
  return index < 0 ? null : { from, series, index, stale: time - series.timeOf(index) > staleAfterMs };
}
