/**
 * The euro in USDT: the monthly rates of the US Federal Reserve (`simulator/data/market/sources.json`), shifted by
 * whole days with the other prices. The price moves in a straight line from the first of a month to the first of the
 * next. After the recorded months it stays at the last rate.
 */

import { readFileSync } from 'node:fs';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { type DailyBar, RECORDED_TO } from './history.ts';

/** Decimals of a price of the euro. */
export const EURO_DIGITS = 4;
const SCALE = 10n ** BigInt(EURO_DIGITS);
/** An invented number: the euro's daily volume, in units (1e-8). */
const DAILY_VOLUME = 25_000_000n * 100_000_000n;

interface Point {
  readonly time: number;
  readonly price: bigint;
}

export interface Euro {
  /** Ten-thousandths of a USDT at an instant. */
  priceAt(time: number): bigint;
  /** Like {@link Market.bar}, for at most a day, with prices in ten-thousandths. */
  bar(openTime: number, durationMs: number, asOf: number): (DailyBar & { readonly openTime: number }) | null;
}

/** The euro whose recorded rates end on `lastDay` (days since the epoch, UTC). */
export function createEuro({
  firstDay,
  lastDay,
}: {
  readonly firstDay: number;
  readonly lastDay: number;
}): Euro {
  const points = readPoints(lastDay * DAY_MS - RECORDED_TO);
  const priceAt = (time: number): bigint => {
    const next = points.findIndex((point) => point.time > time);
    const [from, to] = [
      points[next < 0 ? points.length - 1 : Math.max(next - 1, 0)]!,
      points[Math.max(next, 0)]!,
    ];
    if (next <= 0) return from.price;
    return from.price + ((to.price - from.price) * BigInt(time - from.time)) / BigInt(to.time - from.time);
  };
  return {
    priceAt,
    bar(openTime, durationMs, asOf) {
      if (openTime < firstDay * DAY_MS || openTime > asOf) return null;
      const end = Math.min(openTime + durationMs, asOf);
      const [open, close] = [priceAt(openTime), priceAt(end)];
      const [low, high] = open < close ? [open, close] : [close, open];
      const volume = (DAILY_VOLUME * BigInt(end - openTime)) / BigInt(DAY_MS);
      return { openTime, open, high, low, close, volume };
    },
  };
}

function readPoints(shiftMs: number): readonly Point[] {
  const file = new URL('../../data/market/EUR-USD-monthly.csv', import.meta.url);
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [date = '', rate = ''] = line.split(',');
    // The data is euro for one dollar. The price of the euro is one over it.
    return {
      time: Date.parse(date) + shiftMs,
      price: (SCALE * SCALE) / BigInt(Math.round(Number(rate) * 10_000)),
    };
  });
}
