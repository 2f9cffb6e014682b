/** What a history says: daily values and returns of a set of own accounts, and what they rest on. */
import type { Amount, Decimal } from '../amount/decimal.ts';
import type { TimedList } from '../book/timed.ts';
import type { ClosedTrade } from '../lots/closed-trade.ts';
import type { OpenPosition } from '../lots/open-position.ts';
import type { TradingRow } from '../matching/trading-rows.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { Flow } from '../valuation/flows.ts';
import type { Reconciliation } from '../valuation/reconciliation.ts';
import type { DataQuality } from './data-quality.ts';

/** One external flow, valued at its own time. */
export interface AccountFlow {
  readonly id: string;
  readonly time: number;
  readonly venue: string;
  readonly account: string;
  readonly direction: 'deposit' | 'withdrawal';
  readonly asset: string;
  readonly amount: Decimal;
  /** In the reporting currency; null: the asset has no price. */
  readonly value: Decimal | null;
  /** A rebate or other credit of a day with more than 1 % of NAV of them, not income until classified. */
  readonly unclassifiedCredit: boolean;
  /** What a fill outside its market was better (a deposit) or worse than the mark at which it is booked. */
  readonly offMarket: boolean;
}

/** An open lot; `price` in the reporting currency, null when the cost is not known. */
export interface OpenLot {
  readonly asset: string;
  readonly time: number;
  readonly quantity: Decimal;
  readonly price: Decimal | null;
}

/** Exact amounts behind the text, for metrics. */
export interface ExactHistory {
  /** At `startTime` and at the end of each day: one more than there are days. */
  readonly nav: readonly (Amount | null)[];
  /** As `nav`, with assets without a price and money in unread wallets at 0: what `adverseReturn` starts from. */
  readonly floorNav: readonly Amount[];
  /** Returns of `floorNav`, days with unvalued large flows included by the formula. */
  readonly floorReturns: Float64Array;
  /** What holdings too large for their markets gained on each day: what `illiquidPnlShare` of a period sums. */
  readonly illiquidPnl: readonly Amount[];
  readonly flows: readonly Flow[];
  readonly trading: readonly TradingRow[];
  readonly closedTrades: TimedList<ClosedTrade>;
  /** What is open at the same instants as `nav`. */
  readonly open: readonly (readonly OpenPosition[])[];
  readonly prices: PriceBook;
}

/** Daily arrays have one element for each day; money is exact text in the reporting currency. */
export interface AccountHistory {
  readonly reportingCurrency: string;
  readonly asOf: number;
  readonly liveSince: number | null;
  /** Time of the first entry; null: nothing happened. */
  readonly earliestActivity: number | null;
  /** 00:00 UTC of the first day; null: no whole day yet. */
  readonly startTime: number | null;
  /** End of each day: 00:00 UTC of the next. */
  readonly days: readonly number[];
  readonly navAtStart: Decimal | null;
  /** Net asset value at the end of each day; null: a held asset has no price, or a wallet is not read. */
  readonly nav: readonly (Decimal | null)[];
  readonly deposits: readonly Decimal[];
  readonly withdrawals: readonly Decimal[];
  /** Return of each day; NaN: none. */
  readonly returns: Float64Array;
  readonly flows: readonly AccountFlow[];
  readonly openLots: readonly OpenLot[];
  readonly reconciliation: Reconciliation;
  readonly dataQuality: DataQuality;
  readonly exact: ExactHistory;
}

/** {@link AccountHistory} as plain JSON: returns with null for none, without the exact amounts. */
export interface AccountHistoryJson extends Omit<AccountHistory, 'returns' | 'exact'> {
  readonly returns: readonly (number | null)[];
}

/** The history as plain JSON (docs/metrics.md §12). */
export function toHistoryJson(history: AccountHistory): AccountHistoryJson {
  const { exact: _, returns, ...rest } = history;
  return { ...rest, returns: Array.from(returns, (value) => (Number.isNaN(value) ? null : value)) };
}
