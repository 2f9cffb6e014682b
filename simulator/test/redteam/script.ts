/** The history of a dishonest trader, written event by event at the prices of the market. */

import { DAY_MS } from '@perf-aggregator/shared/time';
import { formatPrice } from '../../src/market/amount.ts';
import type { Base } from '../../src/market/history.ts';
import type { Market } from '../../src/market/market.ts';
import type { TraderAccount, TraderEvent, TraderFill } from '../../src/trader/event.ts';

const HOUR_MS = 3_600_000;

/** Days and hours count from the first day. Events are a little past the hour, so that none is at a minute's end. */
export class Script {
  readonly market: Market;
  readonly firstDay: number;
  readonly #events: TraderEvent[] = [];
  #id = 1000;

  constructor(market: Market, firstDay: number) {
    this.market = market;
    this.firstDay = firstDay;
  }

  /** An instant, ms. */
  at(day: number, hour: number): number {
    return (this.firstDay + day) * DAY_MS + hour * HOUR_MS + 12_345;
  }

  /** The market price of one `base`, USDT. */
  price(base: Base, day: number, hour: number): number {
    return Number(this.market.priceAt(base, this.at(day, hour))) / 100;
  }

  /** A deposit from outside. `unlisted`: from another wallet of the trader that nobody reads. */
  deposit(day: number, hour: number, asset: string, amount: string, unlisted = false): void {
    this.#events.push({
      kind: 'deposit',
      id: this.#next(),
      time: this.at(day, hour),
      asset,
      amount,
      ...this.#onChain(),
      ...(unlisted ? { unlisted } : {}),
    });
  }

  /** A withdrawal without a fee. */
  withdraw(day: number, hour: number, asset: string, amount: string): void {
    const time = Math.floor(this.at(day, hour) / 1000) * 1000;
    const id = `w${this.#next()}`;
    this.#events.push({ kind: 'withdrawal', id, time, asset, amount, fee: '0', ...this.#onChain() });
  }

  /** A trade without a fee, at the market price or at a given price. */
  fill(
    day: number,
    hour: number,
    base: Base,
    side: TraderFill['side'],
    quantity: string,
    price?: number,
  ): void {
    const time = this.at(day, hour);
    this.#events.push({
      kind: 'fill',
      id: Number(this.#next()),
      orderId: this.#id,
      time,
      symbol: `${base}/USDT`,
      side,
      price: price?.toFixed(2) ?? formatPrice(this.market.priceAt(base, time)),
      quantity,
      fee: { amount: '0', asset: 'USDT' },
      isMaker: true,
    });
  }

  /** The account, with its events in order of time. */
  account(): TraderAccount {
    const events = [...this.#events].sort((a, b) => a.time - b.time);
    const lastDay = Math.floor(events.at(-1)!.time / DAY_MS);
    return { seed: 'redteam', firstDay: this.firstDay, lastDay, events };
  }

  #next(): string {
    return String(this.#id++);
  }

  #onChain() {
    return { network: 'ETH', address: '0x1', transactionHash: `0x${this.#id}` };
  }
}
