/** Builds a history in one step from all its inputs. It uses the code of a growing account once. */
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';
import { AccountBook } from '../book/account-book.ts';
import type { HistoryTerms } from '../book/terms.ts';
import type { LedgerEntry } from '../entries/entry.ts';
import { EntryLog } from '../entries/entry-log.ts';
import { identityOf } from '../entries/identity.ts';
import type { Mark } from '../entries/mark.ts';
import { MarkLog } from '../entries/mark-log.ts';
import { compareMarks } from '../prices/read-mark.ts';
import type { AccountHistory } from './account-history.ts';
import { checkAsOf, type HistoryQuestion, historyOf } from './history-of.ts';

/** What a history is built from. Times in ms UTC. */
export interface HistoryInput extends HistoryTerms, HistoryQuestion {
  /** Of all own accounts, in any order; copies are dropped. */
  readonly entries: readonly LedgerEntry[];
  /**
   * Prices, in any quotes. An asset without a price in `reportingCurrency` is priced over another currency. Minute
   * marks at external flows link the days there. Ranges of minutes and volumes of days are used where they are given.
   */
  readonly marks: readonly Mark[];
}

/**
 * Builds the history. Deterministic: the order and copies of the inputs change nothing. Of copies that contradict each
 * other one counts. For entries it is the one whose canonical JSON sorts last. For marks it is the one that a price
 * book uses. Not checked: whether entries and marks are true or complete.
 * @throws InputError `ledger_*` for malformed entries, marks and snapshots, `analytics_range_invalid`
 */
export function buildAccountHistory(input: HistoryInput): AccountHistory {
  checkAsOf(input.asOf);
  const entries = logOf(input.entries);
  const marks = new MarkLog();
  for (const mark of [...input.marks].sort((a, b) => compareMarks(b, a))) marks.push(mark);
  const book = new AccountBook(entries, input);
  book.append({ added: Array.from({ length: entries.length }, (_, index) => index), marks: marks.since(0) });
  return historyOf(book, input, entries);
}

/** The log of entries in any order. Where copies contradict each other, the one that counts is added first. */
function logOf(entries: readonly LedgerEntry[]): EntryLog {
  const log = new EntryLog();
  for (const entry of entries) log.push(entry);
  if (log.conflicts.size === 0) return log;
  const contradicted = new Set(Array.from(log.conflicts, (index) => identityOf(log.at(index))));
  const copies = entries
    .filter((entry) => contradicted.has(identityOf(entry)))
    .map((entry) => ({ entry, text: canonicalJson(entry) }))
    .sort((a, b) => (a.text < b.text ? 1 : -1));
  const sorted = new EntryLog();
  for (const { entry } of copies) sorted.push(entry);
  for (const entry of entries) sorted.push(entry);
  return sorted;
}
