/** The customers' trades on the order book. Every candle of the venue contains them. */
import { parsePrice } from '../../market/amount.ts';
import type { Bar } from '../../market/market.ts';
import type { BinanceAccount } from './authorization.ts';

interface Trade {
  readonly time: number;
  readonly price: bigint;
}

export interface Tape {
  /** `bar` of a symbol with its trades up to `asOf`. A price outside its range widens it. */
  widen<T extends Bar>(symbol: string, bar: T, durationMs: number, asOf: number): T;
}

/** The tape of all accounts. */
export function createTape(accounts: readonly BinanceAccount[]): Tape {
  const trades = new Map<string, Trade[]>();
  for (const { history } of accounts) {
    for (const event of history.events) {
      if (event.kind !== 'fill' || event.offBook) continue;
      const own = trades.get(event.symbol) ?? [];
      own.push({ time: event.time, price: parsePrice(event.price) });
      trades.set(event.symbol, own);
    }
  }
  for (const own of trades.values()) own.sort((a, b) => a.time - b.time);
  return {
    widen(symbol, bar, durationMs, asOf) {
      const own = trades.get(symbol) ?? [];
      const end = Math.min(bar.openTime + durationMs, asOf + 1);
      let [{ low, high }, widened] = [bar, false];
      for (let i = firstAt(own, bar.openTime); i < own.length && own[i]!.time < end; i++) {
        const { price } = own[i]!;
        if (price < low) low = price;
        if (price > high) high = price;
        widened = true;
      }
      return widened ? { ...bar, low, high } : bar;
    },
  };
}

/** Index of the first trade at or after `time`. */
function firstAt(trades: readonly Trade[], time: number): number {
  let [low, high] = [0, trades.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (trades[middle]!.time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
