/** The customers' trades on the order book. Every candle of the venue contains them. */
import { parseAmount } from '../../market/amount.ts';
import type { Bar } from '../../market/history.ts';
import { FINE_DIGITS } from '../../market/series.ts';
import { timelineOf } from '../../trader/timeline.ts';
import type { BinanceAccount } from './authorization.ts';
import { firstAt } from './page.ts';

interface Trade {
  readonly time: number;
  readonly price: bigint;
}

/** A market by its unified symbol, or by the id of a contract, and the decimals of its bars. */
export interface TapeMarket {
  readonly name: string;
  readonly digits: number;
}

export interface Tape {
  /** `bar` of a market with its trades up to `asOf`. A price outside its range widens it. */
  widen<T extends Bar>(market: TapeMarket, bar: T, durationMs: number, asOf: number): T;
}

/** The tape of all accounts. */
export function createTape(accounts: readonly BinanceAccount[]): Tape {
  const trades = new Map<string, Trade[]>();
  const add = (name: string, time: number, price: string): void => {
    const own = trades.get(name) ?? [];
    own.push({ time, price: parseAmount(price) });
    trades.set(name, own);
  };
  for (const { history } of accounts) {
    for (const event of timelineOf(history)) {
      if (event.kind === 'contractFill') add(event.contract, event.time, event.price);
      if (event.kind === 'marginFill') add(event.symbol, event.time, event.price);
      if (event.kind === 'fill' && !event.offBook) add(event.symbol, event.time, event.price);
    }
  }
  for (const own of trades.values()) own.sort((a, b) => a.time - b.time);
  return {
    widen({ name, digits }, bar, durationMs, asOf) {
      const own = trades.get(name) ?? [];
      const fine = 10n ** BigInt(FINE_DIGITS - digits);
      const end = Math.min(bar.openTime + durationMs, asOf + 1);
      let [{ low, high }, widened] = [bar, false];
      for (let i = firstAt(own, bar.openTime); i < own.length && own[i]!.time < end; i++) {
        const { price } = own[i]!;
        if (price < low * fine) low = price / fine;
        if (price > high * fine) high = (price + fine - 1n) / fine;
        widened = true;
      }
      return widened ? { ...bar, low, high } : bar;
    },
  };
}
