/** Prices in the reporting currency, from marks (METRICS §1 "price at the valuation time"). */
import { Amount, ONE } from '../ledger/decimal.ts';
import type { Mark } from '../ledger/entry.ts';
import { DIVIDED_SCALE } from '../ledger/parse.ts';
import { DAY_MS } from './calendar.ts';
import { type Pair, type Series, type SeriesPair, toPairs } from './marks.ts';
import { type Leg, type Route, Routes } from './routes.ts';

/** A price older than this is `stale`: used, and counted. */
export const STALE_AFTER_MS = DAY_MS;

/** A minute mark values an instant when it closed at most this long before it (illiquid minutes do not trade). */
export const MINUTE_MARK_MAX_AGE_MS = 300_000;

/** A price at or before an instant. */
export interface Price {
  readonly value: Amount;
  readonly stale: boolean;
}

/** A mark in its series. */
interface Found {
  readonly series: Series;
  readonly index: number;
  readonly stale: boolean;
}

const NOW: Price = { value: ONE, stale: false };

/**
 * Last price at or before an instant, by asset, or by symbol for a unit of a contract: its mark times the rate of
 * what it settles in, and −1/mark times that of an inverse one, which is owed for in base. A zero price is a price,
 * but has no inverse. Rates over another currency are rounded to 40 decimals.
 *
 * Where a `venue` is named its own price comes first, then that of any venue; of several routes ({@link Routes}) the
 * first that is not stale, else the first.
 */
export class PriceBook {
  readonly #routes: Routes;

  /**
   * @param marks - in any order. Of several at one instant the minute mark wins, then the venue that sorts first.
   * @throws InputError `ledger_mark_malformed`
   */
  constructor(marks: readonly Mark[], reportingCurrency: string) {
    this.#routes = new Routes(toPairs(marks), reportingCurrency);
  }

  /** The last price of `asset` at or before `time`; null when there is none. */
  at(asset: string, time: number, venue?: string): Price | null {
    return this.#best(asset, (pair) => lastMark(pair, time, venue));
  }

  /** The price of `asset` at the instant itself, to the minute; null when no minute mark tells it. */
  atMinute(asset: string, time: number, venue?: string): Price | null {
    return this.#best(asset, (pair) => minuteMark(pair, time, venue));
  }

  #best(asset: string, find: (pair: Pair) => Found | null): Price | null {
    let stale: Price | null = null;
    for (const route of this.#routes.of(asset)) {
      const price = follow(route, find);
      if (price?.stale === false) return price;
      stale ??= price;
    }
    return stale;
  }
}

function follow({ legs, inverseContract }: Route, find: (pair: Pair) => Found | null): Price | null {
  let price: Price | null = null;
  for (const leg of legs) {
    const step = take(leg, find(leg.pair));
    if (step === null) return null;
    price =
      price === null ? step : { value: product(price.value, step.value), stale: price.stale || step.stale };
  }
  if (price === null) return NOW;
  return inverseContract ? { ...price, value: price.value.neg() } : price;
}

function take({ inverse }: Leg, found: Found | null): Price | null {
  if (found === null) return null;
  const value = inverse ? found.series.inverse(found.index) : found.series.value(found.index);
  return value && { value, stale: found.stale };
}

function product(a: Amount, b: Amount): Amount {
  const exact = a.times(b);
  return exact.scale <= DIVIDED_SCALE ? exact : new Amount(exact.unitsAt(DIVIDED_SCALE), DIVIDED_SCALE);
}

/** The venue's own mark unless it is stale and another venue's is not. */
function lastMark(pair: Pair, time: number, venue: string | undefined): Found | null {
  const own = ownSeries(pair, venue);
  const found = findIn((own ?? pair.anyVenue).all, time, STALE_AFTER_MS);
  if (own === undefined || own === pair.anyVenue || found?.stale === false) return found;
  const other = findIn(pair.anyVenue.all, time, STALE_AFTER_MS);
  return other?.stale === false ? other : (found ?? other);
}

function minuteMark(pair: Pair, time: number, venue: string | undefined): Found | null {
  const own = ownSeries(pair, venue);
  const found = own && findIn(own.minutes, time, MINUTE_MARK_MAX_AGE_MS);
  if (found?.stale === false) return found;
  const other = findIn(pair.anyVenue.minutes, time, MINUTE_MARK_MAX_AGE_MS);
  return other?.stale === false ? other : null;
}

function ownSeries(pair: Pair, venue: string | undefined): SeriesPair | undefined {
  return venue === undefined ? undefined : pair.byVenue.get(venue);
}

function findIn(series: Series, time: number, staleAfterMs: number): Found | null {
  const index = series.indexAt(time);
  return index < 0 ? null : { series, index, stale: time - series.times[index]! > staleAfterMs };
}
