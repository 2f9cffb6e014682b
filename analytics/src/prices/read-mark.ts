/** Marks with parsed amounts, and their order. */
import { type Amount, type Decimal, ONE, parseDecimal } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import type { Mark } from '../entries/mark.ts';
import { InputError } from '../errors.ts';

/** One mark with parsed amounts. */
export class ReadMark {
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

  /** One over the price, to 40 decimals. Null: the price is zero. */
  get inverse(): Amount | null {
    this.#inverse ??= this.value.isZero() ? null : ONE.dividedBy(this.value, FINE_SCALE);
    return this.#inverse;
  }
}

/** The volume of a day. `median` null: no source gives it. */
export interface DayVolume {
  readonly volume: Amount;
  readonly median: Amount | null;
}

/** The range of a minute, and its mark. */
export interface MinuteRange {
  readonly low: Amount;
  readonly high: Amount;
  readonly mark: Amount;
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

/** Ascending in time. A search finds the last mark of an instant. */
export function compareMarks(a: Mark, b: Mark): number {
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
