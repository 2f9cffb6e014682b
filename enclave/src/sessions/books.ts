/**
 * Books of a session's accounts. Each gets the new part of its ledger when it is read. Books belong to no version. A
 * discarded version, or a version older than what a book has seen, gets its own book.
 */
import { AccountBook, type HistoryTerms } from '@perf-aggregator/analytics';
import { Recent } from '@perf-aggregator/shared/recent';
import { Ledger } from './ledger.ts';

/** The same number as histories. A book takes some hundred bytes for each closed trade. */
const PLACES = 3;

interface Kept {
  readonly book: AccountBook;
  /** Everything that the book has received. */
  readonly seen: Ledger;
}

/** The terms of a book. */
export interface BookTerms extends HistoryTerms {
  /** Null: all accounts. */
  readonly account: string | null;
}

export class Books {
  readonly #kept = new Recent<string, Kept>(PLACES);

  /** Whether a book of these terms exists, whatever it has seen. */
  has(terms: BookTerms): boolean {
    return this.#kept.has(keyOf(terms));
  }

  /**
   * The book of exactly what `ledger` holds.
   * @throws InputError `ledger_*`; no book of the terms is kept then
   */
  of(ledger: Ledger, terms: BookTerms): AccountBook {
    const key = keyOf(terms);
    const kept = this.#kept.peek(key);
    if (kept?.seen.isBeginningOf(ledger) === true) {
      // A book that fails on its input is not kept.
      this.#kept.delete(key);
      feed(kept.book, kept.seen, ledger, terms);
      this.#kept.set(key, { book: kept.book, seen: ledger.fork() });
      return kept.book;
    }
    const nothing = new Ledger();
    const book = new AccountBook(ledger.entries.fork(), terms);
    feed(book, nothing, ledger, terms);
    // An older version is requested once, if ever. So the book of the newer version stays.
    if (kept === undefined || !ledger.isBeginningOf(kept.seen))
      this.#kept.set(key, { book, seen: ledger.fork() });
    return book;
  }
}

/** Adds to a book what `ledger` has beyond `seen`. */
function feed(book: AccountBook, seen: Ledger, ledger: Ledger, { account }: BookTerms): void {
  const added: number[] = [];
  for (let index = seen.entries.length; index < ledger.entries.length; index++) {
    if (account === null || ledger.entries.at(index).account === account) added.push(index);
  }
  book.append({ added, marks: ledger.marks.since(seen.marks.length) });
}

function keyOf({ account, reportingCurrency, method }: BookTerms): string {
  return `${account ?? ''} ${reportingCurrency} ${method ?? ''}`;
}
