/**
 * The true numbers of a simulated account over all its wallets, computed exactly from its events and the market. Like
 * `ground-truth.ts`, which knows spot alone and lots, it shares no code with the tested rooms (`analytics`, `enclave`).
 * It follows docs/metrics.md §1 and §2: returns are linked at every external flow, at the minute of the flow.
 *
 * External flows are deposits, withdrawals, bank and card payments, payments of other persons, transfers of
 * sub-accounts, and credits that no list shows. Dividends and rewards are income, however large. A withdrawal that
 * fails is no flow.
 */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { Decimal } from 'decimal.js';
import { formatAmount, formatScaled, parseAmount } from '../market/amount.ts';
import { createContracts } from '../market/contracts.ts';
import type { Market } from '../market/market.ts';
import { Books } from './books.ts';
import type { TraderAccount } from './event.ts';
import { growth } from './growth.ts';
import { type AnyEvent, timelineOf } from './timeline.ts';
import { type Totals, totalsOf } from './totals.ts';
import { createValuation, VALUE_DIGITS, type Valuation } from './valuation.ts';

/** One UTC day of all wallets. Money in USDT, exact. */
export interface AccountDay {
  /** Days since the epoch. */
  readonly day: number;
  /** Midnight at the end of the day, ms. */
  readonly end: number;
  /** Balances by wallet and asset. In margin wallets what is borrowed is in them. */
  readonly balances: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly nav: string;
  /** External flows of the day, each valued at its own instant. */
  readonly deposits: string;
  readonly withdrawals: string;
  /** Time-weighted, linked at every flow. Null while there is no capital to earn on. */
  readonly return: number | null;
}

/** All true numbers up to and including a day. */
export interface AccountTruth extends Totals {
  readonly days: readonly AccountDay[];
  readonly totalReturn: number;
  /** Positive magnitude. */
  readonly maxDrawdown: number;
}

/** The truth about `account` at the end of `throughDay` (default: its last day). */
export function accountTruth(
  account: TraderAccount,
  market: Market,
  throughDay = account.lastDay,
): AccountTruth {
  const contracts = createContracts(market);
  const valuation = createValuation(market, contracts);
  const end = (throughDay + 1) * DAY_MS;
  const events = timelineOf(account).filter(({ time }) => time < end);
  const walk = new Walk(new Books(contracts), valuation);
  const days: AccountDay[] = [];
  let next = 0;
  for (let day = account.firstDay; day <= throughDay; day++) {
    for (; next < events.length && events[next]!.time < (day + 1) * DAY_MS; next++) walk.event(events[next]!);
    days.push(walk.close(day));
  }
  return { days, ...growth(days), ...totalsOf(events, contracts, valuation) };
}

/** Goes through the events and links returns. */
class Walk {
  readonly #books: Books;
  readonly #valuation: Valuation;
  #start = 0n;
  #factor: Decimal | null = null;
  #deposits = 0n;
  #withdrawals = 0n;

  constructor(books: Books, valuation: Valuation) {
    this.#books = books;
    this.#valuation = valuation;
  }

  event(event: AnyEvent): void {
    const flow = flowOf(event);
    if (flow !== null) {
      const { asset, amount, cost } = flow;
      const held = this.#valuation.nav(this.#books, event.time);
      // The fee of a withdrawal is a cost before the flow (docs/metrics.md §2).
      this.#link(held - this.#valuation.worth(asset, cost, event.time));
      const worth = this.#valuation.worth(asset, amount, event.time);
      if (worth > 0n) this.#deposits += worth;
      else this.#withdrawals -= worth;
      this.#start += worth;
    }
    this.#books.apply(event);
  }

  close(day: number): AccountDay {
    const end = (day + 1) * DAY_MS;
    const nav = this.#valuation.nav(this.#books, end);
    this.#link(nav);
    const result: AccountDay = {
      day,
      end,
      balances: balancesOf(this.#books),
      nav: money(nav),
      deposits: money(this.#deposits),
      withdrawals: money(this.#withdrawals),
      return: this.#factor === null ? null : this.#factor.minus(1).toNumber(),
    };
    this.#factor = null;
    this.#deposits = 0n;
    this.#withdrawals = 0n;
    return result;
  }

  #link(value: bigint): void {
    if (this.#start > 0n) {
      const ratio = new Decimal(value.toString()).div(this.#start.toString());
      this.#factor = (this.#factor ?? new Decimal(1)).times(ratio);
    }
    this.#start = value;
  }
}

/** The external flow of an event: what crosses the boundary, signed, and what the venue keeps of it. */
function flowOf(
  event: AnyEvent,
): { readonly asset: string; readonly amount: bigint; readonly cost: bigint } | null {
  switch (event.kind) {
    case 'deposit':
    case 'credit':
      return { asset: event.asset, amount: parseAmount(event.amount), cost: 0n };
    case 'withdrawal':
      if (event.fails) return null;
      return { asset: event.asset, amount: -parseAmount(event.amount), cost: parseAmount(event.fee) };
    case 'fiat':
      if (event.direction === 'deposit')
        return { asset: event.asset, amount: parseAmount(event.amount), cost: 0n };
      return { asset: event.asset, amount: -parseAmount(event.amount), cost: parseAmount(event.fee) };
    case 'card':
    case 'personal':
    case 'subTransfer': {
      const sign = event.direction === 'in' || event.direction === 'buy' ? 1n : -1n;
      return { asset: event.asset, amount: sign * parseAmount(event.amount), cost: 0n };
    }
    case 'fill':
    case 'marginFill':
    case 'contractFill':
    case 'settlement':
    case 'funding':
    case 'loan':
    case 'interest':
    case 'order':
    case 'transfer':
    case 'earn':
    case 'reward':
    case 'dividend':
    case 'dust':
    case 'convert':
    case 'returned':
    case 'rename':
      return null;
  }
}

function balancesOf(books: Books): AccountDay['balances'] {
  return Object.fromEntries(
    books
      .wallets()
      .map((wallet) => [
        wallet,
        Object.fromEntries(books.balances(wallet).map(([asset, amount]) => [asset, formatAmount(amount)])),
      ]),
  );
}

function money(value: bigint): string {
  return formatScaled(value, VALUE_DIGITS);
}
