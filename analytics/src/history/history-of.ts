/** The history of a book. */
import type { AccountBook } from '../book/account-book.ts';
import type { Journal } from '../book/journal.ts';
import type { EntryLog } from '../entries/entry-log.ts';
import type { AccountSnapshot } from '../entries/snapshot.ts';
import { InputError } from '../errors.ts';
import type { TradingRow } from '../matching/trading-rows.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { type FillConduct, OffMarketBooking } from '../valuation/off-market.ts';
import { reconcile } from '../valuation/reconciliation.ts';
import type { AccountHistory, ExactHistory, OpenLot } from './account-history.ts';
import { type DailyRecord, recordDays } from './daily-record.ts';
import { judgeRecord } from './data-quality.ts';
import { toDailyText, toOpenLots } from './text.ts';

/** An instant from this year on is a mistake. This bounds the number of days. */
const LATEST_AS_OF = Date.UTC(2200, 0);

/** The part of a history that depends on the question. Times in ms UTC. */
export interface HistoryQuestion {
  /** Live balances. The latest of each account anchors it. */
  readonly snapshots: readonly AccountSnapshot[];
  /** The history ends with the last UTC day that is finished at this instant. */
  readonly asOf: number;
  /** Entries from this instant on were read as they happened. Earlier ones were read afterwards. */
  readonly liveSince?: number;
}

/**
 * The history of a book.
 * @param log - of everything that the book received, and perhaps more; its contradictory copies are counted
 * @throws InputError `ledger_snapshot_malformed`, `analytics_range_invalid`
 */
export function historyOf(
  book: AccountBook,
  { asOf, snapshots, liveSince }: HistoryQuestion,
  log: Pick<EntryLog, 'conflicts'>,
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
    // There may be as many open lots as entries, and few callers read them.
    get openLots() {
      openLots ??= toOpenLots(tip.openLots());
      return openLots;
    },
    reconciliation: reconcile(anchor, prices, asOf),
    dataQuality: {
      ...judgeRecord(record),
      ...conductOf(book, record.bounds.at(-1)),
      internalTransferCount: book.internalTransferCount,
      conflictCount: book.countOf(log.conflicts),
    },
    exact: toExact(record, book.journal, prices),
  };
}

/** The conduct of the fills on the history's days. Later fills do not count. */
function conductOf({ journal, prices }: AccountBook, end = 0): FillConduct {
  return (journal.days.at(end)?.fills ?? new OffMarketBooking()).conduct(prices.hasRanges);
}

/** @throws InputError `analytics_range_invalid` for a value that is not an instant, or is too far in the future */
export function checkAsOf(asOf: number): void {
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
