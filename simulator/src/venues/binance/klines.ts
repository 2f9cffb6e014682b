/** Candles in Binance's form, of spot markets, contracts and marks. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { fixed8 } from '../../market/amount.ts';
import type { Bar } from '../../market/history.ts';
import { FINE_DIGITS } from '../../market/series.ts';
import type { Parameters } from './parameters.ts';
import { refusals } from './refusal.ts';
import type { Tape } from './tape.ts';

const INTERVALS: Readonly<Record<string, number>> = {
  '1m': 60_000,
  '3m': 180_000,
  '5m': 300_000,
  '15m': 900_000,
  '30m': 1_800_000,
  '1h': 3_600_000,
  '2h': 7_200_000,
  '4h': 14_400_000,
  '6h': 21_600_000,
  '8h': 28_800_000,
  '12h': 43_200_000,
  '1d': DAY_MS,
};

/** What has candles. */
export interface Candles {
  /** Its name on the tape; null when nobody trades at its price, as at a mark's. */
  readonly name: string | null;
  readonly digits: number;
  /** When its first and its last candle open, ms. */
  readonly firstTime: number;
  readonly lastTime?: number;
  bar(openTime: number, durationMs: number, asOf: number): Bar | null;
}

/** Bars that have begun by `now`, oldest first, at most `max`. @throws BinanceRefusal −1120, −1102, −1100 */
export function klines(
  parameters: Parameters,
  candles: Candles,
  { tape, max, now }: { readonly tape: Tape; readonly max: number; readonly now: number },
): readonly (readonly (number | string)[])[] {
  const duration = INTERVALS[parameters.required('interval')];
  if (duration === undefined) throw refusals.interval();
  const limit = Math.min(parameters.integer('limit') ?? 500, max);
  const start = parameters.integer('startTime');
  const last = candles.lastTime ?? Number.POSITIVE_INFINITY;
  const end = Math.min(parameters.integer('endTime') ?? now, now, last);
  const newest = Math.floor(end / duration) * duration;
  const first =
    start === undefined ? newest - (limit - 1) * duration : Math.ceil(start / duration) * duration;
  const bars: (readonly (number | string)[])[] = [];
  const { name, digits } = candles;
  for (
    let open = Math.max(first, candles.firstTime);
    open <= newest && bars.length < limit;
    open += duration
  ) {
    const bar = candles.bar(open, duration, now);
    if (!bar) continue;
    const widened = name === null ? bar : tape.widen({ name, digits }, bar, duration, now);
    bars.push(name === null ? markKline(bar, duration, digits) : kline(widened, duration, digits));
  }
  return bars;
}

/** The average price of a bar is within its range, like the prices of its trades. */
function kline(bar: Bar, duration: number, digits: number): readonly (number | string)[] {
  const taken = bar.volume / 2n;
  const average = (bar.open + bar.high + bar.low + bar.close) / 4n;
  const inQuote = (volume: bigint) => fixed8((volume * average) / 10n ** BigInt(digits));
  return [
    bar.openTime,
    ...pricesOf(bar, digits),
    fixed8(bar.volume),
    bar.openTime + duration - 1,
    inQuote(bar.volume),
    Number(bar.volume / 10_000_000n),
    fixed8(taken),
    inQuote(taken),
    '0',
  ];
}

/** A mark is no trade: it has no volume. */
function markKline(bar: Bar, duration: number, digits: number): readonly (number | string)[] {
  const prices = pricesOf(bar, digits);
  return [bar.openTime, ...prices, '0', bar.openTime + duration - 1, '0', 60, '0', '0', '0'];
}

function pricesOf({ open, high, low, close }: Bar, digits: number): readonly string[] {
  return [open, high, low, close].map((price) => fixed8(price * 10n ** BigInt(FINE_DIGITS - digits)));
}
