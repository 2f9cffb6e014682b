/** The content of a history: daily values and returns of a set of own accounts, and the inputs behind them. */
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
  /** In the reporting currency. Null: the asset has no price. */
  readonly value: Decimal | null;
  /**
   * Whether this is a rebate or other credit on a day whose credits exceed 1 % of NAV. It is not income until it is
   * classified.
   */
  readonly unclassifiedCredit: boolean;
  /**
   * Whether this is the difference between a fill outside its market and the mark that books it. A better price is a
   * deposit.
   */
  readonly offMarket: boolean;
}

/** An open lot. `price` in the reporting currency; null when the cost is not known. */
export interface OpenLot {
  readonly asset: string;
  readonly time: number;
  readonly quantity: Decimal;
  readonly price: Decimal | null;
}

/** The exact amounts behind the text, for metrics. */
export interface ExactHistory {
  /** At `startTime` and at the end of each day: one more value than days. */
  readonly nav: readonly (Amount | null)[];
  /**
   * Like `nav`, with assets without a price and money in unread wallets at 0. `adverseReturn` starts from these values.
   */
  readonly floorNav: readonly Amount[];
  /** Returns of `floorNav`. Days with unvalued large flows are included by the formula. */
  readonly floorReturns: Float64Array;
  /** The gain of holdings too large for their markets on each day. `illiquidPnlShare` of a period sums these days. */
  readonly illiquidPnl: readonly Amount[];
  readonly flows: readonly Flow[];
  readonly trading: readonly TradingRow[];
  readonly closedTrades: TimedList<ClosedTrade>;
  /** Open positions at the same instants as `nav`. */
  readonly open: readonly (readonly OpenPosition[])[];
  readonly prices: PriceBook;
}

/** Daily arrays have one element for each day; money is exact text in the reporting currency. */
export interface AccountHistory {
  readonly reportingCurrency: string;
  readonly asOf: number;
  readonly liveSince: number | null;
  /** Time of the first entry. Null: there is none. */
  readonly earliestActivity: number | null;
  /** 00:00 UTC of the first day. Null: there is no whole day yet. */
  readonly startTime: number | null;
  /** End of each day: 00:00 UTC of the next. */
  readonly days: readonly number[];
  readonly navAtStart: Decimal | null;
  /** Net asset value at the end of each day. Null: a held asset has no price, or a wallet is not read. */
  readonly nav: readonly (Decimal | null)[];
  readonly deposits: readonly Decimal[];
  readonly withdrawals: readonly Decimal[];
  /** Return of each day. NaN: none. */
  readonly returns: Float64Array;
  readonly flows: readonly AccountFlow[];
  readonly openLots: readonly OpenLot[];
  readonly reconciliation: Reconciliation;
  readonly dataQuality: DataQuality;
  readonly exact: ExactHistory;
}

/** {@link AccountHistory} as plain JSON: null where there is no return, and without the exact amounts. */
export interface AccountHistoryJson extends Omit<AccountHistory, 'returns' | 'exact'> {
  readonly returns: readonly (number | null)[];
}

/** The history as plain JSON (docs/metrics.md §12). */
export function toHistoryJson(history: AccountHistory): AccountHistoryJson {
  const { exact: _, returns, ...rest } = history;
  return { ...rest, returns: Array.from(returns, (value) => (Number.isNaN(value) ? null : value)) };
}
