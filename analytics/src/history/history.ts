/** The history of a set of own accounts: entries, prices and live balances in; daily values and returns out. */

import type { Amount, Decimal } from '../amount/decimal.ts';
import { AccountBook } from '../book/account-book.ts';
import type { FoldTerms } from '../book/fold.ts';
import type { Journal } from '../book/journal.ts';
import type { TimedList } from '../book/timed.ts';
import type { LedgerEntry } from '../entries/entry.ts';
import type { Mark } from '../entries/mark.ts';
import { DistinctEntries } from '../entries/order.ts';
import type { AccountSnapshot } from '../entries/snapshot.ts';
import { InputError } from '../errors.ts';
import type { ClosedTrade } from '../lots/closed-trade.ts';
import type { CostMethod } from '../lots/method.ts';
import type { OpenPosition } from '../lots/open-position.ts';
import type { TradingRow } from '../matching/trading-rows.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { Flow } from '../valuation/flows.ts';
import { type FillConduct, OffMarketBooking } from '../valuation/off-market.ts';
import { type Reconciliation, reconcile } from '../valuation/reconciliation.ts';
import { type DailyRecord, recordDays } from './daily-record.ts';
import { type DataQuality, judgeRecord } from './data-quality.ts';
import { toDailyText, toOpenLots } from './text.ts';

export type { DataQuality } from './data-quality.ts';

/** What a history is built from. Times in ms UTC. */
export interface HistoryInput {
  /** Of all own accounts, in any order; copies are dropped. */
  readonly entries: readonly LedgerEntry[];
  /**
   * Prices, in whatever quotes: what has none in `reportingCurrency` is priced over another currency. Minute marks at
   * external flows link the days there; ranges of minutes and volumes of days are used where they are told.
   */
  readonly marks: readonly Mark[];
  /** Live balances; the latest of each account anchors it. */
  readonly snapshots: readonly AccountSnapshot[];
  /** `USDT`, `USD`, `EUR`, `BTC`, or any currency to which marks lead. */
  readonly reportingCurrency: string;
  /** The history ends with the last UTC day that is over at this instant. */
  readonly asOf: number;
  /** Since when the entries were read as they happened; what lies before was read afterwards. */
  readonly liveSince?: number;
  /** Which lots a disposal takes first; FIFO when left out. */
  readonly method?: CostMethod;
  /** Assets that no market prices any more, or ever did: worth 0 where no mark is known (METRICS §1). */
  readonly delistedAssets?: readonly string[];
}

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

/** A year after which an instant is a mistake: it bounds the number of days. */
const LATEST_AS_OF = Date.UTC(2200, 0);

/** More of what a history is built from. */
export interface HistoryAdditions {
  readonly entries?: readonly LedgerEntry[];
  readonly marks?: readonly Mark[];
}

/** What of a history is not built but asked for. */
export type HistoryQuestion = Pick<HistoryInput, 'snapshots' | 'asOf' | 'liveSince'>;

/** What a history is in. */
export type HistoryTerms = Pick<HistoryInput, 'reportingCurrency' | 'method' | 'delistedAssets'>;

/**
 * A history that grows. What it says is what {@link buildAccountHistory} says of all that it was given, in however many
 * pieces and whatever order; more costs what it changes. Histories that it gave out stay as they are.
 */
export class HistoryBuilder {
  readonly #entries = new DistinctEntries();
  readonly #book: AccountBook;

  constructor(terms: HistoryTerms) {
    this.#book = new AccountBook(this.#entries, toFoldTerms(terms));
  }

  /**
   * Takes more entries and marks; copies are dropped.
   * @throws InputError `ledger_*` for malformed ones; the builder is of no use any more
   */
  append({ entries = [], marks = [] }: HistoryAdditions): void {
    this.#book.append({ ...this.#entries.add(entries), marks });
  }

  /** @throws InputError `ledger_snapshot_malformed`, `analytics_range_invalid` */
  history(question: HistoryQuestion): AccountHistory {
    return historyOf(this.#book, question, this.#entries.conflictCount);
  }
}

/** What a book needs to know of a history. */
export function toFoldTerms({
  reportingCurrency,
  method = 'fifo',
  delistedAssets = [],
}: HistoryTerms): FoldTerms {
  return { reportingCurrency, method, delistedAssets: new Set(delistedAssets) };
}

/**
 * Builds the history. Deterministic: the order and copies of the inputs change nothing.
 * Not checked: whether entries and marks are true or complete.
 * @throws InputError `ledger_*` for malformed entries, marks and snapshots, `analytics_range_invalid`
 */
export function buildAccountHistory(input: HistoryInput): AccountHistory {
  checkAsOf(input.asOf);
  const builder = new HistoryBuilder(input);
  builder.append(input);
  return builder.history(input);
}

/**
 * The history that a book tells.
 * @param conflictCount - identities of entries that came with contradicting contents
 * @throws InputError `ledger_snapshot_malformed`, `analytics_range_invalid`
 */
export function historyOf(
  book: AccountBook,
  { asOf, snapshots, liveSince }: HistoryQuestion,
  conflictCount: number,
): AccountHistory {
  checkAsOf(asOf);
  const { prices, tip, earliest } = book;
  const anchor = book.anchor(snapshots);
  const earliestActivity = earliest !== null && earliest <= asOf ? earliest : null;
  const record = recordDays(book, anchor.opening, earliestActivity, asOf);
  let openLots: readonly OpenLot[] | null = null;
  return {
    reportingCurrency: book.terms.reportingCurrency,
    asOf,
    liveSince: liveSince ?? null,
    earliestActivity,
    ...toDailyText(record),
    returns: record.linked.returns,
    // There may be as many as entries, and few ask for them.
    get openLots() {
      openLots ??= toOpenLots(tip.openLots());
      return openLots;
    },
    reconciliation: reconcile(anchor, prices, asOf),
    dataQuality: {
      ...judgeRecord(record),
      ...conductOf(book, record.bounds.at(-1)),
      internalTransferCount: book.internalTransferCount,
      conflictCount,
    },
    exact: toExact(record, book.journal, prices),
  };
}

/** Of the fills of the history's days, not of what happened since. */
function conductOf({ journal, prices }: AccountBook, end = 0): FillConduct {
  return (journal.days.at(end)?.fills ?? new OffMarketBooking()).conduct(prices.hasRanges);
}

/** The history as plain JSON (METRICS §12). */
export function toHistoryJson(history: AccountHistory): AccountHistoryJson {
  const { exact: _, returns, ...rest } = history;
  return { ...rest, returns: Array.from(returns, (value) => (Number.isNaN(value) ? null : value)) };
}

function checkAsOf(asOf: number): void {
  if (!Number.isSafeInteger(asOf) || asOf < 0 || asOf > LATEST_AS_OF) {
    throw new InputError('analytics_range_invalid', 'asOf is not an instant');
  }
}

function toExact(record: DailyRecord, { days, closedTrades }: Journal, prices: PriceBook): ExactHistory {
  const folded = days.list();
  let trading: readonly TradingRow[] | null = null;
  return {
    prices,
    closedTrades: closedTrades.list(),
    open: record.bounds.map((bound) => folded.at(bound)?.open ?? []),
    nav: record.valuations.map(({ value }) => value),
    floorNav: record.valuations.map(({ floor }) => floor),
    floorReturns: record.floorReturns,
    illiquidPnl: record.illiquidPnl,
    flows: record.flows,
    get trading() {
      trading ??= Array.from(folded, ({ rows }) => rows).flat();
      return trading;
    },
  };
}
