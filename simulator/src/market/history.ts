/** The real daily prices that the simulated market replays (`simulator/data/market/sources.json`). */
import { readFileSync } from 'node:fs';
import { floorPrice, UNIT } from './amount.ts';

/** Base assets of the simulated market, all quoted in USDT. */
export const BASES = ['BTC', 'ETH', 'SOL', 'BNB'] as const;
export type Base = (typeof BASES)[number];

/** 00:00 UTC of the last recorded day. */
export const RECORDED_TO = Date.UTC(2024, 11, 31);

/** One recorded day: prices in ticks (floored), volume in base units. */
export interface DailyBar {
  readonly open: bigint;
  readonly high: bigint;
  readonly low: bigint;
  readonly close: bigint;
  readonly volume: bigint;
}

/** The trading between `openTime` and `openTime + duration`. Prices in the market's ticks, volume in base units. */
export interface Bar extends DailyBar {
  readonly openTime: number;
}

const FILES: Readonly<Record<Base, { file: string; volumeIn: 'base' | 'usd' }>> = {
  BTC: { file: 'BTC-USDT.csv', volumeIn: 'base' },
  ETH: { file: 'ETH-USD.csv', volumeIn: 'usd' },
  SOL: { file: 'SOL-USD.csv', volumeIn: 'usd' },
  BNB: { file: 'BNB-USD.csv', volumeIn: 'usd' },
};

/** Consecutive recorded days by asset, oldest first. Every asset has the same days. */
export function readHistory(): Readonly<Record<Base, readonly DailyBar[]>> {
  const directory = new URL('../../data/market/', import.meta.url);
  const read = (base: Base): readonly DailyBar[] => {
    const { file, volumeIn } = FILES[base];
    const lines = readFileSync(new URL(file, directory), 'utf8').trim().split('\n');
    return lines.slice(1).map((line) => toBar(line, volumeIn));
  };
  return { BTC: read('BTC'), ETH: read('ETH'), SOL: read('SOL'), BNB: read('BNB') };
}

function toBar(line: string, volumeIn: 'base' | 'usd'): DailyBar {
  const [, open = '', high = '', low = '', close = '', volume = ''] = line.split(',');
  const bar = {
    open: floorPrice(open),
    high: floorPrice(high),
    low: floorPrice(low),
    close: floorPrice(close),
  };
  // Hundredths are enough for a volume. A volume in dollars is converted to base units at the close.
  const hundredths = floorPrice(volume);
  return {
    ...bar,
    volume: volumeIn === 'base' ? (hundredths * UNIT) / 100n : (hundredths * UNIT) / bar.close,
  };
}
