/** An account that grows in the same way as in the enclave: a log of entries, a log of marks, and a book of both. */
import { AccountBook } from '../../src/book/account-book.ts';
import type { HistoryTerms } from '../../src/book/terms.ts';
import type { LedgerEntry } from '../../src/entries/entry.ts';
import { EntryLog } from '../../src/entries/entry-log.ts';
import type { Mark } from '../../src/entries/mark.ts';
import { MarkLog } from '../../src/entries/mark-log.ts';
import type { AccountHistory } from '../../src/history/account-history.ts';
import { type HistoryQuestion, historyOf } from '../../src/history/history-of.ts';

/** Entries and marks that arrive together. */
export interface Additions {
  readonly entries?: readonly LedgerEntry[];
  readonly marks?: readonly Mark[];
}

export class GrowingAccount {
  readonly #entries = new EntryLog();
  readonly #marks = new MarkLog();
  readonly #book: AccountBook;

  constructor(terms: HistoryTerms) {
    this.#book = new AccountBook(this.#entries, terms);
  }

  append({ entries = [], marks = [] }: Additions): void {
    const [first, place] = [this.#entries.length, this.#marks.length];
    for (const entry of entries) this.#entries.push(entry);
    for (const mark of marks) this.#marks.push(mark);
    const added = Array.from({ length: this.#entries.length - first }, (_, i) => first + i);
    this.#book.append({ added, marks: this.#marks.since(place) });
  }

  history(question: HistoryQuestion): AccountHistory {
    return historyOf(this.#book, question, this.#entries);
  }
}
