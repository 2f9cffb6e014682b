/**
 * Synthetic coins: markets that never were. Their prices are whole-number functions of the recorded ones, so that each
 * is as exact and as repeatable. They are here for what coins do at a venue: many lots of a small price, a market that
 * stops and disappears, a coin that becomes another one, a stable coin, markets that are not quoted in USDT.
 *
 * `PEBL` costs some thousandths of a USDT. `ORBT` stops trading and is then removed. `LUMA` becomes `LUMX`, a thousand
 * for one; its market stays in the list and trades no more. `DRIP` has no market at all.
 */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { UNIT } from './amount.ts';
import type { Bar } from './history.ts';
import { crossSeries, derivedSeries, type Series } from './series.ts';

/** What happens to the synthetic coins, in days since the epoch. */
export interface Schedule {
  /** First day on which ORBT does not trade. */
  readonly orbtBreakDay: number;
  /** First day on which ORBT is in no list. */
  readonly orbtRemovedDay: number;
  /** At 00:00 UTC of this day all LUMA becomes LUMX. */
  readonly renameDay: number;
}

/** A coin that no market prices. */
export const UNLISTED = 'DRIP';
/** What LUMA becomes. */
export const RENAMED = { from: 'LUMA', to: 'LUMX', ratio: 1_000 } as const;

const STABLE_DIGITS = 4;
/** The stable coin goes up and down once in so long. */
const STABLE_PERIOD_MS = 20 * DAY_MS;
/** Its distance from one USDT, ticks. */
const STABLE_SWING = 5;

/** Everything happens in the last 30 days of the recorded history. */
export function standardSchedule(lastDay: number): Schedule {
  return { renameDay: lastDay - 18, orbtBreakDay: lastDay - 12, orbtRemovedDay: lastDay - 6 };
}

/** The markets of the synthetic coins, and the cross markets. `recorded` are BTC, ETH, SOL and BNB in USDT. */
export function syntheticSeries(recorded: readonly Series[], schedule: Schedule): readonly Series[] {
  const [btc, eth, sol, bnb] = recorded as readonly [Series, Series, Series, Series];
  const luma = (price: bigint): bigint => price / 2n + 1n;
  const { renameDay, orbtBreakDay, orbtRemovedDay } = schedule;
  return [
    derivedSeries({ symbol: 'PEBL/USDT', lotStep: UNIT, digits: 7 }, sol, (price) => price * 2n + 1n),
    {
      ...derivedSeries({ symbol: 'ORBT/USDT', lotStep: UNIT / 100n, digits: 4 }, bnb, (price) => price + 1n),
      breakDay: orbtBreakDay,
      removedDay: orbtRemovedDay,
    },
    {
      ...derivedSeries({ symbol: 'LUMA/USDT', lotStep: UNIT / 100n, digits: 4 }, sol, luma),
      breakDay: renameDay,
    },
    {
      ...derivedSeries({ symbol: 'LUMX/USDT', lotStep: UNIT, digits: 7 }, sol, luma),
      opensDay: renameDay,
    },
    stableSeries(btc),
    crossSeries({ symbol: 'ETH/BTC', lotStep: 10_000n, digits: 5 }, [eth, btc]),
    crossSeries({ symbol: 'BNB/BTC', lotStep: 100_000n, digits: 6 }, [bnb, btc]),
  ];
}

/** USDC in USDT: never further than five ticks of 0.0001 from one. */
function stableSeries(source: Series): Series {
  const half = STABLE_PERIOD_MS / 2;
  const priceAt = (time: number): bigint => {
    const phase = time % STABLE_PERIOD_MS;
    const rise = phase < half ? phase : STABLE_PERIOD_MS - phase;
    return 10_000n + BigInt(Math.floor((rise * 2 * STABLE_SWING) / half) - STABLE_SWING);
  };
  const minuteClose = (time: number): bigint => priceAt(Math.floor(time / 60_000) * 60_000);
  return {
    symbol: 'USDC/USDT',
    base: 'USDC',
    quote: 'USDT',
    digits: STABLE_DIGITS,
    lotStep: UNIT,
    isSynthetic: true,
    priceAt,
    minuteClose,
    bar(openTime, durationMs, asOf): Bar | null {
      const bar = source.bar(openTime, durationMs, asOf);
      if (bar === null) return null;
      const end = Math.min(openTime + durationMs, asOf);
      const [open, close] = [priceAt(openTime), minuteClose(end)];
      const turns = [Math.ceil(openTime / half) * half].filter((turn) => turn <= end).map(priceAt);
      const seen = [open, priceAt(end), close, ...turns].sort((a, b) => Number(a - b));
      // As much money as in bitcoin.
      const volume = (bar.volume * bar.close) / 100n;
      return { openTime, open, close, low: seen[0]!, high: seen.at(-1)!, volume };
    },
  };
}
