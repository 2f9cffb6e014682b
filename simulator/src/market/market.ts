/**
 * A market over real prices. The recorded history is shifted by whole days, so that its last day is a chosen day. After
 * that day the same bars are replayed. They are scaled so that each replay opens where the one before it closed. Inside
 * a day the price moves in straight lines over three spans of eight hours: from the open to the close, through low and
 * high (even days) or high and low (odd days). So a price at any instant, a minute and a day all agree, and no price
 * leaves the recorded range.
 */
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { largest, smallest } from './amount.ts';
import { createEuro, type Euro } from './euro.ts';
import { BASES, type Bar, type Base, type DailyBar, readHistory } from './history.ts';
import { euroSeries, recordedSeries, type Series } from './series.ts';
import { type Schedule, standardSchedule, syntheticSeries } from './synthetic.ts';

const SPAN_MS = DAY_MS / 3;

/** An instrument of the market. */
export interface Instrument {
  /** Unified symbol, `BTC/USDT`. */
  readonly symbol: string;
  readonly base: Base;
  readonly quote: 'USDT';
  /** Smallest quantity and its step, units (1e-8). */
  readonly lotStep: bigint;
}

/** Lot steps as Binance lists them. */
const LOT_STEPS: Readonly<Record<Base, bigint>> = { BTC: 1_000n, ETH: 10_000n, SOL: 100_000n, BNB: 100_000n };

export const INSTRUMENTS: readonly Instrument[] = BASES.map((base) => ({
  symbol: `${base}/USDT`,
  base,
  quote: 'USDT',
  lotStep: LOT_STEPS[base],
}));

/** Prices of the recorded assets in USDT, and all spot markets. */
export interface Market {
  /** First and last day of the recorded history, in days since the epoch. Replays follow `lastDay`. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Price at an instant, ticks. @throws RangeError before the history */
  priceAt(base: Base, time: number): bigint;
  /** Close of the last minute that ended at or before `time`, ticks. @throws RangeError before the history */
  minuteClose(base: Base, time: number): bigint;
  /** Close of a UTC day (days since the epoch), ticks. @throws RangeError before the history */
  dayClose(base: Base, day: number): bigint;
  /**
   * The bar that opens at `openTime` and lasts `durationMs` (a divisor of a day), up to `asOf`. Null before the
   * history, and for a bar that has not begun.
   */
  bar(base: Base, openTime: number, durationMs: number, asOf: number): Bar | null;
  /** The euro, which converts reports in euro. */
  readonly euro: Euro;
  /** Every spot market that there ever was, in the order of the venue's list. */
  readonly spot: readonly Series[];
  /** What happens to the synthetic coins; null in a market without them. */
  readonly schedule: Schedule | null;
}

/** What to make. */
export interface MarketOptions {
  /** Day of the last recorded prices, days since the epoch, UTC. */
  readonly lastDay: number;
  /** Adds the synthetic coins and cross markets (`synthetic.ts`), with this schedule. Left out: none. */
  readonly synthetic?: 'standard' | Schedule;
}

/** The market whose recorded history ends on `lastDay`. */
export function createMarket(options: MarketOptions): Market {
  const history = readHistory();
  const length = history.BTC.length;
  const { lastDay } = options;
  const firstDay = lastDay - length + 1;

  const daily = (base: Base, day: number): DailyBar => {
    if (!Number.isInteger(day) || day < firstDay) throw new RangeError(`no prices on day ${day}`);
    const bars = history[base];
    const replay = BigInt(Math.floor((day - firstDay) / length));
    return scale(
      bars[(day - firstDay) % length]!,
      bars[length - 1]!.close ** replay,
      bars[0]!.open ** replay,
    );
  };
  const at = (base: Base, day: number, ms: number): bigint => pathPrice(daily(base, day), day, ms);

  const euro = createEuro({ firstDay, lastDay });
  const { synthetic } = options;
  const schedule = synthetic === 'standard' ? standardSchedule(lastDay) : (synthetic ?? null);
  const prices: Pick<Market, 'priceAt' | 'minuteClose' | 'dayClose' | 'bar'> = {
    priceAt: (base, time) => at(base, Math.floor(time / DAY_MS), mod(time, DAY_MS)),
    minuteClose(base, time) {
      const end = Math.floor(time / MINUTE_MS) * MINUTE_MS;
      const day = Math.floor((end - 1) / DAY_MS);
      return at(base, day, end - day * DAY_MS);
    },
    dayClose: (base, day) => daily(base, day).close,
    bar(base, openTime, durationMs, asOf) {
      const day = Math.floor(openTime / DAY_MS);
      if (day < firstDay || openTime > asOf) return null;
      const from = openTime - day * DAY_MS;
      const to = Math.min(from + durationMs, asOf - day * DAY_MS);
      return { openTime, ...partOfDay(daily(base, day), day, from, to) };
    },
  };
  const recorded = INSTRUMENTS.map((instrument) => recordedSeries(instrument, prices));
  const further = schedule ? syntheticSeries(recorded, schedule) : [];
  return { firstDay, lastDay, euro, ...prices, spot: [...recorded, euroSeries(euro), ...further], schedule };
}

/** Price at `ms` into a day. At 86,400,000 it is the day's close. */
function pathPrice(bar: DailyBar, day: number, ms: number): bigint {
  const points = turningPoints(bar, day);
  const span = Math.min(Math.floor(ms / SPAN_MS), 2);
  const from = points[span]!;
  const to = points[span + 1]!;
  return from + floorDiv((to - from) * BigInt(ms - span * SPAN_MS), BigInt(SPAN_MS));
}

function turningPoints(bar: DailyBar, day: number): readonly [bigint, bigint, bigint, bigint] {
  return day % 2 === 0 ? [bar.open, bar.low, bar.high, bar.close] : [bar.open, bar.high, bar.low, bar.close];
}

function partOfDay(bar: DailyBar, day: number, from: number, to: number): DailyBar {
  const open = pathPrice(bar, day, from);
  const close = pathPrice(bar, day, to);
  const turns = [SPAN_MS, 2 * SPAN_MS].filter((turn) => turn > from && turn < to);
  const seen = turns.map((turn) => pathPrice(bar, day, turn));
  return {
    open,
    close,
    high: largest(open, close, ...seen),
    low: smallest(open, close, ...seen),
    volume: (bar.volume * BigInt(to - from)) / BigInt(DAY_MS),
  };
}

function scale(bar: DailyBar, numerator: bigint, denominator: bigint): DailyBar {
  if (numerator === denominator) return bar;
  const scaled = (price: bigint): bigint => (price * numerator) / denominator;
  return {
    open: scaled(bar.open),
    high: scaled(bar.high),
    low: scaled(bar.low),
    close: scaled(bar.close),
    volume: bar.volume,
  };
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

function mod(a: number, b: number): number {
  return ((a % b) + b) % b;
}

export type { Bar };
