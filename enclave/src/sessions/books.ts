/**
 * Books of a session's accounts, each fed with what its ledger got since it was last asked. They belong to no version:
 * a version that was thrown away, or one that is older than what a book has seen, gets a book of its own.
 */
import { AccountBook, type HistoryTerms } from '@perf-aggregator/analytics';
import { Recent } from '@perf-aggregator/shared/recent';
import { Ledger } from './ledger.ts';

/** As many as histories are kept; a book takes some hundred bytes for each closed trade. */
const PLACES = 3;

interface Kept {
  readonly book: AccountBook;
  /** All that the book was given. */
  readonly seen: Ledger;
}

/** What a book is of. */
export interface BookTerms extends HistoryTerms {
  /** Null: all accounts. */
  readonly account: string | null;
}

export class Books {
  readonly #kept = new Recent<string, Kept>(PLACES);

  /** Whether there is a book of these terms, whatever it has seen. */
  has(terms: BookTerms): boolean {
    return this.#kept.has(keyOf(terms));
  }

  /**
   * The book of what `ledger` holds, no more and no less.
   * @throws InputError `ledger_*`; no book of the terms is kept then
   */
  of(ledger: Ledger, terms: BookTerms): AccountBook {
    const key = keyOf(terms);
    const kept = this.#kept.peek(key);
    if (kept?.seen.isBeginningOf(ledger) === true) {
      // A book that does not survive what it is given is not kept.
      this.#kept.delete(key);
      feed(kept.book, kept.seen, ledger, terms);
      this.#kept.set(key, { book: kept.book, seen: ledger.fork() });
      return kept.book;
    }
    const nothing = new Ledger();
    const book = new AccountBook(ledger.entries.fork(), terms);
    feed(book, nothing, ledger, terms);
    // An older version is asked for once, if at all: the book of the newer one stays.
    if (kept === undefined || !ledger.isBeginningOf(kept.seen))
      this.#kept.set(key, { book, seen: ledger.fork() });
    return book;
  }
}

/** Gives a book what `ledger` has beyond `seen`. */
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
