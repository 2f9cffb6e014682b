/**
 * Generates a simulated account from a seed: years of deposits, orders filled in several parts, and withdrawals, at the
 * market's own prices. The account keeps reserves, so that a test may change single events without a balance below
 * zero.
 */
import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import { formatAmount, formatPrice, quoteOf, TICKS, UNIT } from '../market/amount.ts';
import { INSTRUMENTS, type Instrument, type Market } from '../market/market.ts';
import type { TraderAccount, TraderEvent, TraderFill } from './event.ts';
import { type Stream, streamOf } from './splitmix.ts';
import { Wallet } from './wallet.ts';

/** What to generate. */
export interface AccountOptions {
  readonly seed: string;
  readonly market: Market;
  /** Last day with events, days since the epoch, UTC. */
  readonly lastDay: number;
  /** Length of the history, in days. */
  readonly days?: number;
}

/** Deposited on the first day, USDT units. */
const INITIAL_USDT = 250_000n * UNIT;
/** Orders never spend this reserve. An edited event may use it. */
const RESERVE_USDT = 25_000n * UNIT;

/** The account of a seed. The same options give the same account. */
export function generateAccount(options: AccountOptions): TraderAccount {
  const days = options.days ?? 730;
  const firstDay = options.lastDay - days + 1;
  const builder = new Builder(options.market, streamOf(options.seed, 'trader'));
  builder.deposit(firstDay * DAY_MS + 9 * HOUR_MS + 754_567, 'USDT', INITIAL_USDT);
  for (let day = firstDay; day <= options.lastDay; day++) builder.day(day, day - firstDay);
  return { seed: options.seed, firstDay, lastDay: options.lastDay, events: builder.events };
}

class Builder {
  readonly events: TraderEvent[] = [];
  readonly #market: Market;
  readonly #random: Stream;
  readonly #wallet = new Wallet();
  readonly #tradeIds = new Map(INSTRUMENTS.map(({ symbol }, i) => [symbol, 100_000_000 * (i + 1)]));
  #orderId = 7_000_000_000;

  constructor(market: Market, random: Stream) {
    this.#market = market;
    this.#random = random;
  }

  /** One day: at most one transfer, after 02:00 and before 09:00, then orders from 10:00 on. */
  day(day: number, index: number): void {
    const start = day * DAY_MS;
    if (index > 0) this.#transfers(start + 2 * HOUR_MS + this.#random.integer(0, 6 * HOUR_MS), index);
    const orders = this.#random.pick([0, 0, 0, 1, 1, 1, 2]);
    for (let i = 0; i < orders; i++) {
      const from = start + (10 + 6 * i) * HOUR_MS;
      this.#order(from + this.#random.integer(0, 6 * HOUR_MS - 60_000), index);
    }
  }

  deposit(time: number, asset: string, amount: bigint): void {
    this.#push({
      kind: 'deposit',
      id: String(this.#random.integer(1_000_000_000, 9_999_999_999)),
      time,
      asset,
      amount: formatAmount(amount),
      ...this.#destination(asset),
    });
  }

  #withdraw(time: number, asset: string, amount: bigint, fee: bigint): void {
    this.#push({
      kind: 'withdrawal',
      id: this.#random.hex(32),
      time: Math.floor(time / 1000) * 1000,
      asset,
      amount: formatAmount(amount),
      fee: formatAmount(fee),
      ...this.#destination(asset),
    });
  }

  #transfers(time: number, index: number): void {
    const thousands = (min: number, max: number): bigint =>
      BigInt(this.#random.integer(min, max)) * 1_000n * UNIT;
    if (index === 210) this.deposit(time, 'BTC', UNIT / 2n);
    else if (index % 97 === 60) this.deposit(time, 'USDT', thousands(10, 40));
    else if (index === 400) this.#withdrawEther(time);
    else if (index % 113 === 90 && this.#wallet.get('USDT') > 3n * RESERVE_USDT) {
      this.#withdraw(time, 'USDT', thousands(5, 20), UNIT);
    }
  }

  /** A quarter of the ether, in steps of a thousandth, with Binance's flat network fee. */
  #withdrawEther(time: number): void {
    const step = UNIT / 1_000n;
    const amount = (this.#wallet.get('ETH') / 4n / step) * step;
    if (amount > 0n) this.#withdraw(time, 'ETH', amount, 120_000n);
  }

  #order(time: number, index: number): void {
    const instrument = this.#random.pick(INSTRUMENTS as readonly [Instrument, ...Instrument[]]);
    const price = this.#market.priceAt(instrument.base, time);
    const held = this.#wallet.get(instrument.base);
    const heldValue = quoteOf(held, price);
    const spendable = this.#wallet.get('USDT') - RESERVE_USDT;
    // The more of an asset the account holds, the likelier it sells.
    const sells = heldValue > 2_000n * UNIT && this.#random.chance(heldValue > spendable ? 62 : 42);
    const side = sells ? 'sell' : 'buy';
    const share = BigInt(this.#random.integer(8, sells ? 55 : 22));
    const budget = ((sells ? heldValue : spendable) * share) / 100n;
    if (budget < 50n * UNIT) return;
    const quantity = floorTo((budget * TICKS) / price, instrument.lotStep);
    if (quantity > 0n) this.#fill(instrument, side, quantity, time, index);
  }

  /** Fills an order of `total` in one to four parts, a fraction of a second apart. */
  #fill(instrument: Instrument, side: 'buy' | 'sell', total: bigint, time: number, index: number): void {
    const parts = splitLots(total, instrument.lotStep, this.#random.integer(1, 4), this.#random);
    const isMaker = this.#random.chance(40);
    this.#orderId += this.#random.integer(1_000, 90_000);
    let at = time;
    for (const quantity of parts) {
      const price = this.#market.priceAt(instrument.base, at);
      const fee = this.#fee(instrument, side, quantity, price, at, index);
      this.#push({
        kind: 'fill',
        id: this.#nextTradeId(instrument.symbol),
        orderId: this.#orderId,
        time: at,
        symbol: instrument.symbol,
        side,
        price: formatPrice(price),
        quantity: formatAmount(quantity),
        fee,
        isMaker,
      });
      at += this.#random.integer(40, 900);
    }
  }

  /** 0.1 % of the received amount. In every second quarter the fee is 0.075 % in BNB, while the account has BNB. */
  #fee(
    instrument: Instrument,
    side: 'buy' | 'sell',
    quantity: bigint,
    price: bigint,
    time: number,
    index: number,
  ): TraderFill['fee'] {
    const cost = quoteOf(quantity, price);
    if (index % 180 >= 90) {
      const amount = (cost * 75n * TICKS) / (100_000n * this.#market.priceAt('BNB', time));
      if (this.#wallet.get('BNB') > amount * 20n) return { amount: formatAmount(amount), asset: 'BNB' };
    }
    return side === 'buy'
      ? { amount: formatAmount(quantity / 1_000n), asset: instrument.base }
      : { amount: formatAmount(cost / 1_000n), asset: 'USDT' };
  }

  #nextTradeId(symbol: string): number {
    const id = (this.#tradeIds.get(symbol) ?? 0) + this.#random.integer(1, 40_000);
    this.#tradeIds.set(symbol, id);
    return id;
  }

  #destination(asset: string): { network: string; address: string; transactionHash: string } {
    const hash = this.#random.hex(64);
    if (asset === 'BTC') {
      return { network: 'BTC', address: `bc1q${this.#random.hex(38)}`, transactionHash: hash };
    }
    return { network: 'ETH', address: `0x${this.#random.hex(40)}`, transactionHash: `0x${hash}` };
  }

  #push(event: TraderEvent): void {
    this.#wallet.apply(event);
    this.events.push(event);
  }
}

function floorTo(value: bigint, step: bigint): bigint {
  return (value / step) * step;
}

/** `count` positive parts of `total`, each on the lot step. Fewer when there are not enough lots. */
function splitLots(total: bigint, step: bigint, count: number, random: Stream): readonly bigint[] {
  const parts: bigint[] = [];
  let rest = total;
  for (let left = count; left > 1; left--) {
    const part = floorTo((rest * BigInt(random.integer(15, 85))) / (BigInt(left) * 50n), step);
    if (part <= 0n || part >= rest) break;
    parts.push(part);
    rest -= part;
  }
  return [...parts, rest];
}
