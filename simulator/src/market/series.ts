/**
 * One spot market of the simulated venue: its prices at any instant and its candles. Prices are whole numbers of the
 * market's own ticks, so that coins of a thousandth of a dollar have prices as exact as bitcoin's.
 */
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { largest, smallest, TICK_DIGITS } from './amount.ts';
import { EURO_DIGITS, type Euro } from './euro.ts';
import type { Bar, Base, DailyBar } from './history.ts';

/** Decimals of a fine price. Every market's ticks are whole numbers of it. */
export const FINE_DIGITS = 8;
/** Straight lines of the recorded prices last so long (`market.ts`). */
const SPAN_MS = DAY_MS / 3;

/** A spot market. */
export interface Series {
  /** Unified symbol, `BTC/USDT`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** Decimals of its prices. */
  readonly digits: number;
  /** Smallest quantity and its step, units (1e-8). */
  readonly lotStep: bigint;
  /** True for prices that were derived from the recorded ones and never traded anywhere. */
  readonly isSynthetic: boolean;
  /** Days since the epoch: from when it trades, stops trading (`BREAK`), and is in no list any more. */
  readonly opensDay?: number;
  readonly breakDay?: number;
  readonly removedDay?: number;
  /** Price at an instant, ticks. @throws RangeError before the history */
  priceAt(time: number): bigint;
  /** Close of the last minute that ended at or before `time`, ticks. @throws RangeError before the history */
  minuteClose(time: number): bigint;
  /** Like `Market.bar`, in this market's ticks. */
  bar(openTime: number, durationMs: number, asOf: number): Bar | null;
}

/** What a market does at an instant. `null`: it is in no list, and every question about it is refused. */
export type SeriesStatus = 'TRADING' | 'BREAK' | null;

/** The state of a market at an instant. */
export function statusAt(
  series: Pick<Series, 'opensDay' | 'breakDay' | 'removedDay'>,
  time: number,
): SeriesStatus {
  const day = Math.floor(time / DAY_MS);
  if (day < (series.opensDay ?? 0) || day >= (series.removedDay ?? Number.POSITIVE_INFINITY)) return null;
  return day >= (series.breakDay ?? Number.POSITIVE_INFINITY) ? 'BREAK' : 'TRADING';
}

/** A price of `digits` decimals as a fine one. */
export function toFine(price: bigint, digits: number): bigint {
  return price * 10n ** BigInt(FINE_DIGITS - digits);
}

/** The prices that a recorded series reads. */
interface Recorded {
  priceAt(base: Base, time: number): bigint;
  minuteClose(base: Base, time: number): bigint;
  bar(base: Base, openTime: number, durationMs: number, asOf: number): Bar | null;
}

interface Terms {
  readonly symbol: string;
  readonly lotStep: bigint;
}

/** The market of a recorded asset. */
export function recordedSeries({ base, ...terms }: Terms & { base: Base }, prices: Recorded): Series {
  return {
    ...named(terms),
    digits: TICK_DIGITS,
    isSynthetic: false,
    priceAt: (time) => prices.priceAt(base, time),
    minuteClose: (time) => prices.minuteClose(base, time),
    bar: (openTime, durationMs, asOf) => prices.bar(base, openTime, durationMs, asOf),
  };
}

/** The market of the euro. */
export function euroSeries(euro: Euro): Series {
  return {
    ...named({ symbol: 'EUR/USDT', lotStep: 10_000_000n }),
    digits: EURO_DIGITS,
    isSynthetic: false,
    priceAt: (time) => euro.priceAt(time),
    minuteClose: (time) => euro.priceAt(Math.floor(time / MINUTE_MS) * MINUTE_MS),
    bar: (openTime, durationMs, asOf) => euro.bar(openTime, durationMs, asOf),
  };
}

/** A market whose price is `map` of another's. `map` never falls where its argument rises. */
export function derivedSeries(
  terms: Terms & { readonly digits: number },
  source: Series,
  map: (price: bigint) => bigint,
): Series {
  return {
    ...named(terms),
    digits: terms.digits,
    isSynthetic: true,
    priceAt: (time) => map(source.priceAt(time)),
    minuteClose: (time) => map(source.minuteClose(time)),
    bar(openTime, durationMs, asOf) {
      const bar = source.bar(openTime, durationMs, asOf);
      return bar && { ...bar, ...mapped(bar, map, { from: source.digits, to: terms.digits }) };
    },
  };
}

/** Prices of another coin, and a volume that comes to as much money. */
function mapped(
  bar: DailyBar,
  map: (price: bigint) => bigint,
  digits: { readonly from: number; readonly to: number },
): DailyBar {
  const close = map(bar.close);
  const money = toFine(bar.close, digits.from) * bar.volume;
  const volume = money / largest(toFine(close, digits.to), 1n);
  return { open: map(bar.open), high: map(bar.high), low: map(bar.low), close, volume };
}

/**
 * A market whose price is one asset's over another's, both in USDT. Within a span both move in straight lines, so that
 * the quotient turns only where they do. One tick of room on either side holds what rounding moves.
 */
export function crossSeries(
  terms: Terms & { readonly digits: number },
  [over, under]: readonly [Series, Series],
): Series {
  const scale = 10n ** BigInt(terms.digits);
  const quotient = (a: bigint, b: bigint): bigint => (a * scale) / b;
  const priceAt = (time: number): bigint => quotient(over.priceAt(time), under.priceAt(time));
  const minuteClose = (time: number): bigint => quotient(over.minuteClose(time), under.minuteClose(time));
  return {
    ...named(terms),
    digits: terms.digits,
    isSynthetic: true,
    priceAt,
    minuteClose,
    bar: (openTime, durationMs, asOf) =>
      barOf({ priceAt, minuteClose, source: over }, openTime, durationMs, asOf),
  };
}

/** What {@link barOf} reads. */
export interface Path {
  readonly priceAt: (time: number) => bigint;
  readonly minuteClose: (time: number) => bigint;
  /** A market with the same history and a like volume. */
  readonly source: Pick<Series, 'bar'>;
  /** Room on either side of the range, ticks; default 1. */
  readonly room?: (price: bigint) => bigint;
}

/** The bar of a price that turns only at the ends of spans. Its close is that of its last minute. */
export function barOf(path: Path, openTime: number, durationMs: number, asOf: number): Bar | null {
  const bar = path.source.bar(openTime, durationMs, asOf);
  if (bar === null) return null;
  const end = Math.min(openTime + durationMs, asOf);
  const open = path.priceAt(openTime);
  const close = end % MINUTE_MS === 0 && end > openTime ? path.minuteClose(end) : path.priceAt(end);
  const seen = [open, close];
  for (let turn = Math.ceil((openTime + 1) / SPAN_MS) * SPAN_MS; turn < end; turn += SPAN_MS) {
    seen.push(path.priceAt(turn), path.minuteClose(turn));
  }
  const [high, low] = [largest(open, ...seen), smallest(open, ...seen)];
  const room = path.room?.(high) ?? 1n;
  return { openTime, open, high: high + room, low: largest(low - room, 1n), close, volume: bar.volume };
}

function named({ symbol, lotStep }: Terms): Pick<Series, 'symbol' | 'base' | 'quote' | 'lotStep'> {
  const [base = '', quote = ''] = symbol.split('/');
  return { symbol, base, quote, lotStep };
}
