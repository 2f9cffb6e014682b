import { buildAccountHistory, historyOf, type LedgerEntry, toHistoryJson } from '@perf-aggregator/analytics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Books } from '../../src/sessions/books.ts';
import { Ledger } from '../../src/sessions/ledger.ts';
import { fillOf, markOf, NOON } from './states.ts';

const DAY_MS = 86_400_000;
const question = { asOf: NOON, snapshots: [] };
const terms = { account: null, reportingCurrency: 'USDT', method: 'fifo' } as const;

function ledgerOf(...fills: readonly LedgerEntry[]): Ledger {
  const ledger = new Ledger();
  ledger.append({ entries: fills, marks: [1, 2, 3].map((day) => markOf(day)) }, 'fetched');
  return ledger;
}

/** A version with more entries, which the version before does not contain. */
function grown(ledger: Ledger, ...fills: readonly LedgerEntry[]): Ledger {
  const next = ledger.fork();
  next.append({ entries: fills, marks: [] }, 'fetched');
  return next;
}

function said(books: Books, ledger: Ledger, account: string | null = null): unknown {
  return toHistoryJson(historyOf(books.of(ledger, { ...terms, account }), question, ledger.entries));
}

function fromScratch(ledger: Ledger, account: string | null = null): unknown {
  const entries = [...ledger.entries].filter((entry) => account === null || entry.account === account);
  return toHistoryJson(
    buildAccountHistory({ ...question, entries, marks: [...ledger.marks], reportingCurrency: 'USDT' }),
  );
}

const sold = (id: string, daysAgo: number) =>
  fillOf(id, { time: NOON - daysAgo * DAY_MS, side: 'sell', quantity: '0.0004', price: '90000' });

describe('when a ledger grows', () => {
  it('its book adds the new entries, and is the same book', () => {
    const [books, first] = [new Books(), ledgerOf(fillOf('1'))];
    const book = books.of(first, terms);
    const next = grown(first, sold('2', 0.5));
    expect(books.of(next, terms)).toBe(book);
    expect(said(books, next)).toEqual(fromScratch(next));
  });
});

describe('when a ledger grows in place', () => {
  it('its book adds the new entries too', () => {
    const [books, ledger] = [new Books(), ledgerOf(fillOf('1'))];
    books.of(ledger, terms);
    ledger.append({ entries: [sold('2', 0.5)], marks: [] }, 'fetched');
    expect(said(books, ledger)).toEqual(fromScratch(ledger));
    // The second question is asked when this ledger already has a book.
    ledger.append({ entries: [sold('3', 0.4)], marks: [] }, 'fetched');
    expect(said(books, ledger)).toEqual(fromScratch(ledger));
  });
});

describe('when a version was discarded', () => {
  const first = ledgerOf(fillOf('1', { time: NOON - 2 * DAY_MS }));
  const lost = grown(first, sold('2', 1));
  const stored = grown(first, sold('3', 0.7), sold('4', 0.5));

  it('its entries are in no answer of the version that replaced it', () => {
    const books = new Books();
    const [ofLost, ofStored] = [fromScratch(lost), fromScratch(stored)];
    expect(said(books, lost)).toEqual(ofLost);
    expect(said(books, stored)).toEqual(ofStored);
    expect(ofStored).not.toEqual(ofLost);
  });

  it('answers of the version before do not contain them either, and leave the book of the newer version', () => {
    const books = new Books();
    const book = books.of(lost, terms);
    expect(said(books, first)).toEqual(fromScratch(first));
    expect(books.of(lost, terms)).toBe(book);
  });

  it('a version that grew from another copy of the ledger is not confused with it', () => {
    const books = new Books();
    expect(said(books, lost)).toEqual(fromScratch(lost));
    const reopened = ledgerOf(...first.entries, sold('5', 1), sold('6', 0.5));
    expect(said(books, reopened)).toEqual(fromScratch(reopened));
  });
});

describe('when versions fork and are used in any order', () => {
  it('each answers with its own contents, for all accounts or for one', () => {
    const act = fc.record({
      version: fc.nat(20),
      grows: fc.boolean(),
      account: fc.constantFrom(null, 'a0', 'a1'),
      of: fc.constantFrom('a0', 'a1'),
      hoursAgo: fc.integer({ min: 1, max: 70 }),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      priced: fc.option(fc.nat(4)),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 20 }), (acts) => {
        const books = new Books();
        const versions = [ledgerOf(fillOf('first', { time: NOON - 3 * DAY_MS }))];
        acts.forEach(({ version, grows, account, of, hoursAgo, side, priced }, i) => {
          const ledger = versions[version % versions.length]!;
          const time = NOON - hoursAgo * 3_600_000;
          if (grows) {
            const next = ledger.fork();
            const marks = priced === null ? [] : [markOf(priced, String(100 + i))];
            next.append({ entries: [fillOf(String(i), { account: of, time, side })], marks }, 'fetched');
            versions.push(next);
          } else expect(said(books, ledger, account)).toEqual(fromScratch(ledger, account));
        });
        const last = versions.at(-1)!;
        expect(said(books, last)).toEqual(fromScratch(last));
      }),
    );
  });
});

describe('when a venue returns two versions of one entry', () => {
  const other = { ...fillOf('1'), price: '99000' };
  const conflicts = (books: Books, ledger: Ledger, account: string | null = null) =>
    historyOf(books.of(ledger, { ...terms, account }), question, ledger.entries).dataQuality.conflictCount;

  it('the first counts, and the history of every version says whether there was another', () => {
    const books = new Books();
    const first = ledgerOf(fillOf('1'));
    const said = historyOf(books.of(first, terms), question, first.entries);
    const next = grown(first, other);
    const later = grown(next, sold('2', 0.5), { ...other, price: '98000' });
    expect([first, next, later, first].map((ledger) => conflicts(books, ledger))).toEqual([0, 1, 1, 0]);
    expect(historyOf(books.of(next, terms), question, next.entries).nav).toEqual(said.nav);
  });

  it('that is reported in the history of its account, and of all accounts', () => {
    const books = new Books();
    const ledger = grown(ledgerOf(fillOf('1'), fillOf('2', { account: 'a1' })), other);
    expect([null, 'a0', 'a1'].map((account) => conflicts(books, ledger, account))).toEqual([1, 1, 0]);
  });
});

describe('when an entry is malformed', () => {
  it('every question fails, and a question about a ledger without it does not', () => {
    const books = new Books();
    const first = ledgerOf(fillOf('1'));
    books.of(first, terms);
    const bad = grown(first, fillOf('2', { quantity: 'much' }));
    for (let i = 0; i < 2; i++) {
      expect(() => books.of(bad, terms)).toThrow(
        expect.objectContaining({ code: 'ledger_decimal_malformed' }),
      );
    }
    expect(said(books, first)).toEqual(fromScratch(first));
  });
});

describe('when books with many terms are used', () => {
  it('only a few are kept', () => {
    const [books, ledger] = [new Books(), ledgerOf(fillOf('1'))];
    const all = (['fifo', 'lifo', 'hifo', 'average'] as const).map((method) => ({ ...terms, method }));
    for (const each of all) books.of(ledger, each);
    expect(all.map((each) => books.has(each))).toEqual([false, true, true, true]);
  });

  it('a book that was created again is the most recent', () => {
    const [books, ledger] = [new Books(), ledgerOf(fillOf('1'))];
    const [a, b, c, d] = (['fifo', 'lifo', 'hifo', 'average'] as const).map((method) => ({
      ...terms,
      method,
    }));
    for (const each of [a!, b!, c!]) books.of(ledger, each);
    books.of(ledgerOf(fillOf('2')), a!);
    books.of(ledger, d!);
    expect([a, b, c, d].map((each) => books.has(each!))).toEqual([true, false, true, true]);
  });
});
