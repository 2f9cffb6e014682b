/** Round trips of a period: what was opened and closed again, order by order (METRICS §6). */
import type { AccountHistory } from '../history.ts';
import type { ClosedTrade } from '../ledger/closed-trade.ts';
import { type Amount, formatDecimal, formatMoney, fromNumber, toNumber, ZERO } from '../ledger/decimal.ts';
import type { Decimal } from '../ledger/entry.ts';
import { selectPeriod } from './period.ts';
import type { PeriodBounds } from './period-bounds.ts';

/** Decimals of prices: an asset may be worth very little of the reporting currency. */
const PRICE_DECIMALS = 18;

export interface RoundTripsParameters extends PeriodBounds {
  /** Of this symbol only. */
  readonly symbol?: string;
}

/**
 * What the fills of one order closed. Money and prices in the reporting currency at the time of the fills, for one
 * unit of `quantity`; money with 12 decimals, half-even.
 */
export interface RoundTrip {
  /**
   * Names it: its first closing fill of the period, then venue, account, symbol and order. A fill that comes later
   * changes neither this nor the place in the list.
   */
  readonly id: string;
  readonly venue: string;
  readonly account: string;
  readonly symbol: string;
  /** Null: the venue names none, and the fill stands for itself. */
  readonly orderId: string | null;
  readonly direction: 'long' | 'short';
  /** When what was closed was opened: the mean, weighted by quantity, ms UTC. */
  readonly openTime: number;
  /** Of the last closing fill. */
  readonly closeTime: number;
  readonly fillCount: number;
  /** In base, contracts in contracts; closed against lots of known cost. */
  readonly quantity: Decimal;
  readonly entryPrice: Decimal;
  readonly exitPrice: Decimal;
  /** Gross of fees. */
  readonly realizedPnl: Decimal;
  /** Of opening and closing, in proportion. */
  readonly fees: Decimal;
  readonly netPnl: Decimal;
}

/** Round trips, newest first by their first closing fill, and the sums of them all. */
export interface RoundTrips {
  /** First instant and end (exclusive) of the period, ms UTC; null: no whole day lies in it. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly trips: readonly RoundTrip[];
  readonly realizedPnl: Decimal;
  readonly fees: Decimal;
  readonly netPnl: Decimal;
  /**
   * Realised by disposals that are no trade: fees paid in another asset, quotes that were spent. With `realizedPnl` it
   * is `realizedPnl` of the metrics of the same period (and symbol).
   */
  readonly otherRealizedPnl: Decimal;
}

/**
 * Round trips that were closed on the days of `history` that lie wholly in the period.
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
    trips: orders.map(toTrip).sort((a, b) => compareRoundTripIds(a.id, b.id)),
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

/** Sums of the closing fills of one order. */
interface Order extends Pick<ClosedTrade, 'venue' | 'account' | 'symbol' | 'orderId' | 'direction'> {
  readonly id: string;
  closeTime: number;
  fillCount: number;
  quantity: Amount;
  openValue: Amount;
  closeValue: Amount;
  realizedPnl: Amount;
  fees: Amount;
  /** Σ quantity × opening time. */
  openings: Amount;
}

function foldOrders(trades: readonly ClosedTrade[]): Order[] {
  const orders = new Map<string, Order>();
  let unnamed = 0;
  let instant = Number.NaN;
  for (const trade of trades) {
    // Fills without an order are told apart by their place among those of the same instant.
    if (trade.time !== instant) [instant, unnamed] = [trade.time, 0];
    const { venue, account, symbol, orderId } = trade;
    const name = orderId === null ? `${trade.time} #${unnamed++}` : `=${orderId}`;
    const key = `${venue}\n${account}\n${symbol}\n${name}`;
    const known = orders.get(key);
    if (known === undefined) orders.set(key, newOrder(trade, unnamed));
    else addTrade(known, trade);
  }
  return [...orders.values()];
}

function newOrder(trade: ClosedTrade, unnamed: number): Order {
  const { venue, account, symbol, orderId, direction, time } = trade;
  const name = orderId === null ? `#${unnamed}` : orderId;
  const order: Order = {
    ...{ venue, account, symbol, orderId, direction },
    id: `${time} ${venue} ${account} ${symbol} ${name}`,
    ...{ closeTime: time, fillCount: 0 },
    ...{ quantity: ZERO, openValue: ZERO, closeValue: ZERO, realizedPnl: ZERO, fees: ZERO, openings: ZERO },
  };
  addTrade(order, trade);
  return order;
}

function addTrade(order: Order, trade: ClosedTrade): void {
  order.closeTime = trade.time;
  order.fillCount += 1;
  order.quantity = order.quantity.plus(trade.quantity);
  order.openValue = order.openValue.plus(trade.openValue);
  order.closeValue = order.closeValue.plus(trade.closeValue);
  order.realizedPnl = order.realizedPnl.plus(trade.realizedPnl);
  order.fees = order.fees.plus(trade.fees);
  order.openings = order.openings.plus(trade.quantity.times(fromNumber(trade.openTime)));
}

function toTrip(order: Order): RoundTrip {
  const { id, venue, account, symbol, orderId, direction, closeTime, fillCount, quantity } = order;
  const perUnit = (value: Amount) => formatDecimal(value.dividedBy(quantity, PRICE_DECIMALS));
  return {
    ...{ id, venue, account, symbol, orderId, direction },
    openTime: toNumber(order.openings.dividedBy(quantity, 0)),
    ...{ closeTime, fillCount },
    quantity: formatDecimal(quantity),
    entryPrice: perUnit(order.openValue),
    exitPrice: perUnit(order.closeValue),
    realizedPnl: formatMoney(order.realizedPnl),
    fees: formatMoney(order.fees),
    netPnl: formatMoney(order.realizedPnl.minus(order.fees)),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => Amount): Amount {
  return items.reduce((total, item) => total.plus(of(item)), ZERO);
}
