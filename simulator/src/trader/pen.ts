/**
 * Writes the history of an account event by event, in order of time, at the market's own prices. It keeps the books, so
 * that nothing is written that could not happen. What the venue does by itself is written by itself: interest of every
 * hour while something is owed, funding of every 8 hours while a position is open.
 */
import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import { formatAmount, UNIT } from '../market/amount.ts';
import { type Contracts, createContracts, FUNDING_MS, fundingRate } from '../market/contracts.ts';
import type { Market } from '../market/market.ts';
import { type Series, toFine } from '../market/series.ts';
import { Books, type Effect } from './books.ts';
import type { TraderAccount, TraderEvent } from './event.ts';
import { type Stream, streamOf } from './splitmix.ts';
import { type AnyEvent, firstWhere, timelineOf } from './timeline.ts';
import type { WalletEvent, WalletName } from './wallet-event.ts';

/** Interest of a day: 3 of 10,000. */
const DAILY_RATE = 30_000n;

/** What a history begins with. */
export interface PenOptions {
  readonly seed: string;
  readonly market: Market;
  /** First and last day, days since the epoch, UTC. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** An account whose events stay as they are. The pen writes between them. */
  readonly over?: TraderAccount;
}

/** The pen. Instants must not go back. */
export class Pen {
  readonly market: Market;
  readonly contracts: Contracts;
  readonly books: Books;
  readonly random: Stream;
  readonly #options: PenOptions;
  readonly #written: AnyEvent[] = [];
  readonly #over: readonly AnyEvent[];
  readonly #series: ReadonlyMap<string, Series>;
  readonly #tradeIds = new Map<string, number>();
  /** Trade ids of the account that is written over, by market. */
  readonly #overIds = new Map<string, { readonly time: number; readonly id: number }[]>();
  #overNext = 0;
  #due: readonly WalletEvent[] = [];
  #time: number;
  #id = 90_000_000_000;

  constructor(options: PenOptions) {
    this.market = options.market;
    this.contracts = createContracts(options.market);
    this.books = new Books(this.contracts);
    this.random = streamOf(options.seed, 'pen');
    this.#options = options;
    this.#over = options.over ? timelineOf(options.over) : [];
    this.#series = new Map(options.market.spot.map((series) => [series.symbol, series]));
    this.#time = options.firstDay * DAY_MS;
    for (const event of this.#over) {
      if (event.kind !== 'fill') continue;
      this.#overIds.set(event.symbol, [...(this.#overIds.get(event.symbol) ?? []), event]);
    }
  }

  /** First day of the history, days since the epoch. */
  get firstDay(): number {
    return this.#options.firstDay;
  }

  /** An instant on a day of the history (0 is the first), at an hour, a little past it. */
  at(day: number, hour: number): number {
    return (this.#options.firstDay + day) * DAY_MS + Math.round(hour * HOUR_MS) + 12_345;
  }

  /** All that a wallet holds of an asset at an instant. */
  all(wallet: WalletName, asset: string, time: number): string {
    this.advance(time);
    return formatAmount(this.books.balance(wallet, asset));
  }

  /** Price of a spot market at an instant, fine. @throws RangeError for a symbol that is none */
  spotPrice(symbol: string, time: number): bigint {
    const series = this.seriesOf(symbol);
    return toFine(series.priceAt(time), series.digits);
  }

  /** Price of an asset in USDT, fine. @throws RangeError for one without a market */
  usdtPrice(asset: string, time: number): bigint {
    return asset === 'USDT' ? UNIT : this.spotPrice(`${asset}/USDT`, time);
  }

  seriesOf(symbol: string): Series {
    const series = this.#series.get(symbol);
    if (!series) throw new RangeError(`no market ${symbol}`);
    return series;
  }

  /** A number that no other event has. */
  nextId(): string {
    this.#id += this.random.integer(1, 9_000);
    return String(this.#id);
  }

  /**
   * Trade ids rise with time in each market: between those of the account that is written over, where it has some.
   * @throws RangeError where two of its neighbours leave no room
   */
  nextTradeId(market: string, time: number): number {
    const own = this.#tradeIds.get(market) ?? 5_000_000;
    const others = this.#overIds.get(market) ?? [];
    const next = firstWhere(others, (other) => other.time > time);
    const floor = Math.max(own, others[next - 1]?.id ?? 0);
    const room = (others[next]?.id ?? Number.MAX_SAFE_INTEGER) - floor - 1;
    if (room < 1) throw new RangeError(`no trade id is left in ${market}`);
    const id = floor + this.random.integer(1, Math.min(room, 40));
    this.#tradeIds.set(market, id);
    return id;
  }

  /**
   * Writes an event.
   * @throws RangeError when it is earlier than the one before
   * @throws NegativeBalanceError when it cannot be paid
   */
  write(event: AnyEvent): Effect {
    this.advance(event.time);
    this.#written.push(event);
    return this.books.apply(event);
  }

  /** Writes an event of the future. It happens when the pen gets there. */
  writeLater(event: WalletEvent): void {
    this.#due = [...this.#due, event].toSorted((a, b) => a.time - b.time);
  }

  /** Lets time pass. @throws RangeError when it would go back */
  advance(time: number): void {
    if (time < this.#time) throw new RangeError('the pen does not go back in time');
    for (let hour = nextHour(this.#time); hour <= time; hour += HOUR_MS) {
      this.#passOver(hour);
      this.#accrue(hour);
      if (hour % FUNDING_MS === 0) this.#fund(hour);
    }
    this.#passOver(time);
    this.#time = time;
  }

  /** The account: what was written, and the account that it was written over. */
  account(): TraderAccount {
    const { seed, firstDay, lastDay, over } = this.#options;
    this.advance((lastDay + 1) * DAY_MS - 1);
    const events = [...(over?.events ?? []), ...this.#written.filter(isOfSpot)];
    const more = [...(over?.more ?? []), ...this.#written.filter((event) => !isOfSpot(event))];
    return {
      seed,
      firstDay: Math.min(firstDay, over?.firstDay ?? firstDay),
      lastDay,
      events: events.toSorted((a, b) => a.time - b.time),
      more: (more as WalletEvent[]).toSorted((a, b) => a.time - b.time),
    };
  }

  #passOver(time: number): void {
    for (
      let next = this.#over[this.#overNext];
      next && next.time <= time;
      next = this.#over[this.#overNext]
    ) {
      this.books.apply(next);
      this.#overNext++;
    }
    const due = this.#due.filter((event) => event.time <= time);
    this.#due = this.#due.filter((event) => event.time > time);
    for (const event of due) this.#self(event);
  }

  #accrue(time: number): void {
    for (const { wallet, asset, owed } of this.books.debts()) {
      if (owed.principal === 0n) continue;
      // The venue rounds in its own favour.
      const amount = (owed.principal * DAILY_RATE + 24n * UNIT - 1n) / (24n * UNIT);
      this.#self({
        kind: 'interest',
        id: this.nextId(),
        time,
        wallet,
        asset,
        principal: formatAmount(owed.principal),
        rate: formatAmount(DAILY_RATE),
        amount: formatAmount(amount),
      });
    }
  }

  #fund(time: number): void {
    for (const contract of this.contracts.all) {
      const isOpen = this.books.positions(contract.wallet).some((one) => one.contract === contract.id);
      if (!isOpen || contract.expiry !== null) continue;
      this.#self({
        kind: 'funding',
        id: this.nextId(),
        time,
        wallet: contract.wallet,
        contract: contract.id,
        rate: formatAmount(fundingRate(contract, time)),
        mark: formatAmount(this.contracts.markAt(contract, time)),
      });
    }
  }

  #self(event: WalletEvent): void {
    this.#written.push(event);
    this.books.apply(event);
  }
}

function isOfSpot(event: AnyEvent): event is TraderEvent {
  return event.kind === 'fill' || event.kind === 'deposit' || event.kind === 'withdrawal';
}

function nextHour(time: number): number {
  return (Math.floor(time / HOUR_MS) + 1) * HOUR_MS;
}
