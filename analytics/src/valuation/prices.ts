/** Prices in the reporting currency, from marks (METRICS §1 "price at the valuation time"). */
import { InputError } from '../errors.ts';
import { type Amount, ONE, parseDecimal } from '../ledger/decimal.ts';
import type { Mark } from '../ledger/entry.ts';
import { DAY_MS } from './calendar.ts';

/** A price older than this is `stale`: used, and counted. */
export const STALE_AFTER_MS = DAY_MS;

/** A minute mark values an instant when it closed at most this long before it (illiquid minutes do not trade). */
export const MINUTE_MARK_MAX_AGE_MS = 300_000;

/** A price at or before an instant. */
export interface Price {
  readonly value: Amount;
  readonly stale: boolean;
}

interface Series {
  readonly times: Float64Array;
  readonly values: readonly Amount[];
}

const NOW: Price = { value: ONE, stale: false };

/** Last price at or before an instant, by asset. A zero price is a price. */
export class PriceBook {
  readonly #reportingCurrency: string;
  readonly #all: ReadonlyMap<string, Series>;
  readonly #minutes: ReadonlyMap<string, Series>;

  /**
   * @param marks - in any order; those quoted in other currencies are left aside. Of several at one instant
   * the minute mark wins, then the venue that sorts first.
   * @throws InputError `ledger_mark_malformed`
   */
  constructor(marks: readonly Mark[], reportingCurrency: string) {
    const relevant = marks.filter((mark) => mark.quote === reportingCurrency).sort(compareMarks);
    this.#reportingCurrency = reportingCurrency;
    this.#all = toSeries(relevant);
    this.#minutes = toSeries(relevant.filter((mark) => mark.resolution === '1m'));
  }

  /** The last price of `asset` at or before `time`; null when there is none. */
  at(asset: string, time: number): Price | null {
    if (asset === this.#reportingCurrency) return NOW;
    const found = lastAtOrBefore(this.#all.get(asset), time);
    return found && { value: found.value, stale: time - found.time > STALE_AFTER_MS };
  }

  /** The price of `asset` at the instant itself, to the minute; null when no minute mark tells it. */
  atMinute(asset: string, time: number): Price | null {
    if (asset === this.#reportingCurrency) return NOW;
    const found = lastAtOrBefore(this.#minutes.get(asset), time);
    return found && time - found.time <= MINUTE_MARK_MAX_AGE_MS ? { value: found.value, stale: false } : null;
  }
}

function lastAtOrBefore(series: Series | undefined, time: number): { value: Amount; time: number } | null {
  if (series === undefined) return null;
  let [low, high] = [0, series.times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (series.times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : { value: series.values[low - 1]!, time: series.times[low - 1]! };
}

function toSeries(sorted: readonly Mark[]): ReadonlyMap<string, Series> {
  const byAsset = new Map<string, Mark[]>();
  for (const mark of sorted) {
    const group = byAsset.get(mark.asset);
    if (group === undefined) byAsset.set(mark.asset, [mark]);
    else group.push(mark);
  }
  return new Map(
    [...byAsset].map(([asset, group]) => [
      asset,
      { times: Float64Array.from(group, (mark) => mark.time), values: group.map(readPrice) },
    ]),
  );
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
