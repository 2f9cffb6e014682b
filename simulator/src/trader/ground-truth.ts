/**
 * The true numbers of a simulated account, computed directly and exactly from its own events and the market. This
 * shares no code with the tested rooms (`analytics`, `enclave`). It follows docs/metrics.md §1, §2, §6. A price at an
 * instant is the close of the last minute that ended at or before it. Returns are linked at every external flow. Lots
 * are first in, first out.
 */

import { DAY_MS } from '@perf-aggregator/shared/time';
import { Decimal } from 'decimal.js';
import { formatAmount, formatScaled, parseAmount, parsePrice, smallest, TICKS } from '../market/amount.ts';
import type { Base } from '../market/history.ts';
import { INSTRUMENTS, type Market } from '../market/market.ts';
import type { TraderAccount, TraderDeposit, TraderEvent, TraderFill, TraderWithdrawal } from './event.ts';
import { growth } from './growth.ts';
import { Wallet } from './wallet.ts';

/** One UTC day of the account. Money in USDT, exact. */
export interface DayTruth {
  /** Days since the epoch. */
  readonly day: number;
  /** Midnight at the end of the day, ms: the instant of `balances` and `nav`. */
  readonly end: number;
  readonly balances: Readonly<Record<string, string>>;
  readonly nav: string;
  /** External flows of the day, each valued at its own instant. */
  readonly deposits: string;
  readonly withdrawals: string;
  /** Time-weighted, linked at every flow. Null while there is no capital to earn on. */
  readonly return: number | null;
}

/** All true numbers up to and including a day. Money in USDT, exact. */
export interface GroundTruth {
  readonly days: readonly DayTruth[];
  readonly totalReturn: number;
  /** Positive magnitude. */
  readonly maxDrawdown: number;
  readonly fillCount: number;
  readonly tradingVolume: string;
  /** Trading fees, each at the price of its fill (base) or of its minute (third currency). */
  readonly fees: string;
  /** Network fees of withdrawals at the minute's price; not part of `fees`. */
  readonly transferFees: string;
  /** Gross, first in first out, by symbol. A fee in a third currency, or of a withdrawal, is a disposal. */
  readonly realizedPnl: Readonly<Record<string, string>>;
  /** The rest of each asset's lots, oldest first: quantity and price per unit. */
  readonly openLots: Readonly<
    Record<string, readonly { readonly quantity: string; readonly price: string }[]>
  >;
}

const RECORDED: ReadonlySet<string> = new Set(INSTRUMENTS.map(({ symbol }) => symbol));

/**
 * The truth about `account` at the end of `throughDay` (default: its last day).
 * @throws RangeError for an account of more than the spot wallet or the recorded markets: `accountTruth` knows those
 */
export function groundTruth(
  account: TraderAccount,
  market: Market,
  throughDay = account.lastDay,
): GroundTruth {
  const isRecorded = account.events.every((event) => event.kind !== 'fill' || RECORDED.has(event.symbol));
  if (account.more?.length || !isRecorded)
    throw new RangeError('not an account of the recorded spot markets');
  const end = (throughDay + 1) * DAY_MS;
  const events = account.events.filter(({ time }) => time < end);
  const days = dailyTruth(events, market, account.firstDay, throughDay);
  const fills = events.filter((event) => event.kind === 'fill');
  const lots = matchLots(events, market);
  return {
    days,
    ...growth(days),
    fillCount: fills.length,
    tradingVolume: money(sum(fills.map((fill) => parseAmount(fill.quantity) * parsePrice(fill.price)))),
    fees: money(sum(fills.map((fill) => feeValue(fill, market)))),
    transferFees: money(
      sum(
        events.map((e) =>
          e.kind === 'withdrawal' ? worthOf(e.asset, parseAmount(e.fee), e.time, market) : 0n,
        ),
      ),
    ),
    ...lots,
  };
}

// Values below are bigints of 1e-10 USDT: an amount in units of 1e-8 times a price in ticks of 0.01.

function dailyTruth(events: readonly TraderEvent[], market: Market, first: number, last: number): DayTruth[] {
  const wallet = new Wallet();
  const days: DayTruth[] = [];
  let start = 0n;
  let next = 0;
  for (let day = first; day <= last; day++) {
    const end = (day + 1) * DAY_MS;
    let factor: Decimal | null = null;
    let deposits = 0n;
    let withdrawals = 0n;
    for (; next < events.length && events[next]!.time < end; next++) {
      const event = events[next]!;
      if (event.kind === 'fill') {
        wallet.apply(event);
        continue;
      }
      const { before, flow } = flowOf(event, wallet, market);
      if (start > 0n) factor = (factor ?? new Decimal(1)).times(ratio(before, start));
      if (flow > 0n) deposits += flow;
      else withdrawals -= flow;
      start = before + flow;
      wallet.apply(event);
    }
    const nav = sum(
      wallet
        .entries()
        .map(([asset, amount]) => amount * (asset === 'USDT' ? TICKS : market.dayClose(asset as Base, day))),
    );
    if (start > 0n) factor = (factor ?? new Decimal(1)).times(ratio(nav, start));
    start = nav;
    days.push({
      day,
      end,
      balances: Object.fromEntries(wallet.entries().map(([asset, amount]) => [asset, formatAmount(amount)])),
      nav: money(nav),
      deposits: money(deposits),
      withdrawals: money(withdrawals),
      return: factor === null ? null : factor.minus(1).toNumber(),
    });
  }
  return days;
}

/**
 * Value just before an external flow, and the signed flow across the boundary. A withdrawal's network fee is a cost
 * before the flow, because withdrawals leave last in the formula of docs/metrics.md §2.
 */
function flowOf(
  event: TraderDeposit | TraderWithdrawal,
  wallet: Wallet,
  market: Market,
): { before: bigint; flow: bigint } {
  const held = sum(wallet.entries().map(([asset, amount]) => worthOf(asset, amount, event.time, market)));
  const amount = worthOf(event.asset, parseAmount(event.amount), event.time, market);
  if (event.kind === 'deposit') return { before: held, flow: amount };
  return { before: held - worthOf(event.asset, parseAmount(event.fee), event.time, market), flow: -amount };
}

interface Lot {
  quantity: bigint;
  readonly price: bigint;
}

function matchLots(
  events: readonly TraderEvent[],
  market: Market,
): Pick<GroundTruth, 'realizedPnl' | 'openLots'> {
  const lots = new Map<string, Lot[]>();
  const realized = new Map<string, bigint>();
  const open = (asset: string, quantity: bigint, price: bigint): void => {
    if (asset !== 'USDT' && quantity > 0n) lots.set(asset, [...(lots.get(asset) ?? []), { quantity, price }]);
  };
  /** Uses the oldest lots. With a price, their gain is realised under the asset's symbol. */
  const take = (asset: string, quantity: bigint, price?: bigint): void => {
    if (asset === 'USDT') return;
    let rest = quantity;
    const queue = lots.get(asset) ?? [];
    while (rest > 0n && queue[0]) {
      const lot = queue[0];
      const matched = smallest(lot.quantity, rest);
      if (price !== undefined) {
        const symbol = `${asset}/USDT`;
        realized.set(symbol, (realized.get(symbol) ?? 0n) + matched * (price - lot.price));
      }
      lot.quantity -= matched;
      rest -= matched;
      if (lot.quantity === 0n) queue.shift();
    }
  };
  for (const event of events) {
    if (event.kind === 'deposit') {
      open(event.asset, parseAmount(event.amount), priceAt(event.asset, event.time, market));
    } else if (event.kind === 'withdrawal') {
      take(event.asset, parseAmount(event.amount));
      // A fee is spent and not moved. It is a disposal at its price, so that profit less `transferFees` adds up.
      take(event.asset, parseAmount(event.fee), priceAt(event.asset, event.time, market));
    } else {
      matchFill(event, market, open, take);
    }
  }
  return {
    realizedPnl: Object.fromEntries(byKey(realized).map(([symbol, value]) => [symbol, money(value)])),
    openLots: Object.fromEntries(
      byKey(lots).map(([asset, queue]) => [
        asset,
        queue.map((lot) => ({ quantity: formatAmount(lot.quantity), price: formatScaled(lot.price, 2) })),
      ]),
    ),
  };
}

function matchFill(
  fill: TraderFill,
  market: Market,
  open: (asset: string, quantity: bigint, price: bigint) => void,
  take: (asset: string, quantity: bigint, price?: bigint) => void,
): void {
  const [base = '', quote = ''] = fill.symbol.split('/');
  const quantity = parseAmount(fill.quantity);
  const price = parsePrice(fill.price);
  const fee = parseAmount(fill.fee.amount);
  const inBase = fill.fee.asset === base;
  if (fill.side === 'buy') open(base, inBase ? quantity - fee : quantity, price);
  else take(base, inBase ? quantity + fee : quantity, price);
  if (!inBase && fill.fee.asset !== quote) {
    take(fill.fee.asset, fee, priceAt(fill.fee.asset, fill.time, market));
  }
}

function feeValue(fill: TraderFill, market: Market): bigint {
  const fee = parseAmount(fill.fee.amount);
  return fill.fee.asset === fill.symbol.split('/')[0]
    ? fee * parsePrice(fill.price)
    : worthOf(fill.fee.asset, fee, fill.time, market);
}

function priceAt(asset: string, time: number, market: Market): bigint {
  return asset === 'USDT' ? TICKS : market.minuteClose(asset as Base, time);
}

function worthOf(asset: string, amount: bigint, time: number, market: Market): bigint {
  return amount * priceAt(asset, time, market);
}

function ratio(numerator: bigint, denominator: bigint): Decimal {
  return new Decimal(numerator.toString()).div(denominator.toString());
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

function money(value: bigint): string {
  return formatScaled(value, 10);
}

function byKey<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
