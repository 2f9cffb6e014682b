/** Round trips of a period: what was opened and closed again, order by order (docs/metrics.md §6). */
import {
  type Amount,
  type Decimal,
  formatDecimal,
  formatMoney,
  fromNumber,
  toNumber,
  ZERO,
} from '../amount/decimal.ts';
import type { AccountHistory } from '../history/account-history.ts';
import type { ClosedTrade } from '../lots/closed-trade.ts';
import type { PeriodBounds } from '../time/period-bounds.ts';
import { selectPeriod } from './period.ts';

/** Decimals of prices. One unit of an asset may be worth very little of the reporting currency. */
const PRICE_DECIMALS = 18;

export interface RoundTripsParameters extends PeriodBounds {
  /** Of this symbol only. */
  readonly symbol?: string;
}

/**
 * What the fills of one order closed. Money and prices are in the reporting currency at the time of the fills. Prices
 * are for one unit of `quantity`. Money has 12 decimals, half-even.
 */
export interface RoundTrip {
  /**
   * The name of the round trip: its first closing fill of the period, then venue, account, wallet, symbol and
   * order. A later fill changes neither the name nor the place in the list.
   */
  readonly id: string;
  readonly venue: string;
  readonly account: string;
  readonly symbol: string;
  /** Null: the venue names no order, and the fill is a round trip of its own. */
  readonly orderId: string | null;
  readonly direction: 'long' | 'short';
  /** Mean opening time of what was closed, weighted by quantity, ms UTC. */
  readonly openTime: number;
  /** Time of the last closing fill. */
  readonly closeTime: number;
  readonly fillCount: number;
  /** Quantity closed against lots of known cost, in base; for contracts, in contracts. */
  readonly quantity: Decimal;
  readonly entryPrice: Decimal;
  readonly exitPrice: Decimal;
  /** Gross of fees. */
  readonly realizedPnl: Decimal;
  /** Fees of opening and closing, in proportion. */
  readonly fees: Decimal;
  readonly netPnl: Decimal;
}

/** Round trips, newest first by their first closing fill, and the sums of all. */
export interface RoundTrips {
  /** First instant and end (exclusive) of the period, ms UTC. Null: no whole day is in it. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly trips: readonly RoundTrip[];
  readonly realizedPnl: Decimal;
  readonly fees: Decimal;
  readonly netPnl: Decimal;
  /**
   * Profit of disposals that are no trade: fees paid in another asset, quotes that were spent. Together with
   * `realizedPnl` it gives `realizedPnl` of the metrics of the same period (and symbol).
   */
  readonly otherRealizedPnl: Decimal;
}

/**
 * Round trips that were closed on the days of `history` that are wholly in the period.
 * @throws InputError `analytics_range_invalid`
 */
export function roundTrips(history: AccountHistory, parameters: RoundTripsParameters = {}): RoundTrips {
  const { symbol } = parameters;
  const period = selectPeriod(history, parameters);
  const isMeant = (row: { readonly symbol: string }) => symbol === undefined || row.symbol === symbol;
  const orders = foldOrders(period.closedTrades).filter(isMeant);
  const realizedPnl = sum(orders, (order) => order.realizedPnl);
  const fees = sum(orders, (order) => order.fees);
  const all = sum(period.trading.filter(isMeant), (row) => row.realizedPnl);
  return {
    startTime: period.startTime,
    endTime: period.endTime,
    trips: orders.map((order) => order.toTrip()).sort((a, b) => compareRoundTripIds(a.id, b.id)),
    realizedPnl: formatMoney(realizedPnl),
    fees: formatMoney(fees),
    netPnl: formatMoney(realizedPnl.minus(fees)),
    otherRealizedPnl: formatMoney(all.minus(realizedPnl)),
  };
}

/** Order of the list, by {@link RoundTrip.id}: newest first, then by name. */
export function compareRoundTripIds(a: string, b: string): number {
  return Number.parseInt(b, 10) - Number.parseInt(a, 10) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * The closing fills of one order, under way. Fields are set one by one: lists are long, and a spread took half the
 * time.
 */
class Order {
  readonly id: string;
  readonly symbol: string;
  realizedPnl = ZERO;
  fees = ZERO;
  readonly #first: ClosedTrade;
  #closeTime = 0;
  #fillCount = 0;
  #quantity = ZERO;
  #openValue = ZERO;
  #closeValue = ZERO;
  /** Σ quantity × opening time. */
  #openings = ZERO;

  /** @param name - name of the order, unique among the orders of the wallet and symbol at the instant */
  constructor(first: ClosedTrade, name: string) {
    const { time, venue, account, wallet, symbol } = first;
    this.id = `${time} ${venue} ${account} ${wallet} ${symbol} ${name}`;
    this.symbol = symbol;
    this.#first = first;
  }

  add(trade: ClosedTrade): void {
    this.#closeTime = trade.time;
    this.#fillCount += 1;
    this.#quantity = this.#quantity.plus(trade.quantity);
    this.#openValue = this.#openValue.plus(trade.openValue);
    this.#closeValue = this.#closeValue.plus(trade.closeValue);
    this.realizedPnl = this.realizedPnl.plus(trade.realizedPnl);
    this.fees = this.fees.plus(trade.fees);
    this.#openings = this.#openings.plus(trade.quantity.times(fromNumber(trade.openTime)));
  }

  toTrip(): RoundTrip {
    const { venue, account, symbol, orderId, direction } = this.#first;
    const quantity = this.#quantity;
    return {
      id: this.id,
      venue,
      account,
      symbol,
      orderId,
      direction,
      openTime: toNumber(this.#openings.dividedBy(quantity, 0)),
      closeTime: this.#closeTime,
      fillCount: this.#fillCount,
      quantity: formatDecimal(quantity),
      entryPrice: formatDecimal(this.#openValue.dividedBy(quantity, PRICE_DECIMALS)),
      exitPrice: formatDecimal(this.#closeValue.dividedBy(quantity, PRICE_DECIMALS)),
      realizedPnl: formatMoney(this.realizedPnl),
      fees: formatMoney(this.fees),
      netPnl: formatMoney(this.realizedPnl.minus(this.fees)),
    };
  }
}

function foldOrders(trades: readonly ClosedTrade[]): Order[] {
  const orders = new Map<string, Order>();
  let unnamed = 0;
  let instant = Number.NaN;
  for (const trade of trades) {
    // The place among the fills of one instant distinguishes fills without an order.
    if (trade.time !== instant) unnamed = 0;
    instant = trade.time;
    const { venue, account, wallet, symbol, orderId } = trade;
    const name = orderId ?? `#${++unnamed}`;
    const key = `${venue}\n${account}\n${wallet}\n${symbol}\n${orderId === null ? trade.time : ''}\n${name}`;
    let order = orders.get(key);
    if (order === undefined) {
      order = new Order(trade, name);
      orders.set(key, order);
    }
    order.add(trade);
  }
  return [...orders.values()];
}

function sum<T>(items: readonly T[], of: (item: T) => Amount): Amount {
  return items.reduce((total, item) => total.plus(of(item)), ZERO);
}
