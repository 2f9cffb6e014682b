/**
 * The book of a set of own accounts: everything that follows from their entries and prices. New entries and prices cost
 * work for what they change, not for everything in the book. The results do not depend on how often they were read, or
 * on how entries and marks were divided into batches.
 *
 * Entries are folded in order. For anything new, the book finds the earliest instant that it can affect. The book goes
 * back to a checkpoint before that instant and folds again from there.
 */
import type { Mark } from '../entries/mark.ts';
import { EntryOrder, type EntrySource } from '../entries/order.ts';
import { type ParsedEntry, type ParsedTransfer, parseEntry } from '../entries/parse.ts';
import type { AccountSnapshot } from '../entries/snapshot.ts';
import { AccountMoves, type Anchor, anchorHoldings } from '../holdings/anchor.ts';
import { InternalTransfers, matchInternalTransfers } from '../matching/transfers.ts';
import { earliestEffect, PriceBook } from '../prices/price-book.ts';
import { Checkpoints, isCheckpoint } from './checkpoints.ts';
import { Fold } from './fold.ts';
import { Journal } from './journal.ts';
import { type FoldTerms, type HistoryTerms, toFoldTerms } from './terms.ts';
import { ValuedDays } from './valued-days.ts';

/** What is new since the last append. */
export interface BookChange {
  /** Entries of the source, by their indices. No index comes twice. */
  readonly added: readonly number[];
  readonly marks: readonly Mark[];
}

export class AccountBook {
  readonly terms: FoldTerms;
  readonly journal = new Journal();
  readonly valuedDays: ValuedDays;
  readonly #order: EntryOrder;
  readonly #transfers = new Map<number, ParsedTransfer>();
  readonly #checkpoints = new Checkpoints();
  #internal = new InternalTransfers([]);
  #prices: PriceBook;
  #isBroken = false;

  /** @param source - grows at its end; {@link AccountBook.append} names the entries that belong to the book */
  constructor(source: EntrySource, terms: HistoryTerms) {
    this.terms = toFoldTerms(terms);
    this.valuedDays = new ValuedDays(this.terms.delistedAssets);
    this.#order = new EntryOrder(source);
    this.#prices = new PriceBook([], terms.reportingCurrency);
  }

  get prices(): PriceBook {
    return this.#prices;
  }

  /** Matched pairs of own transfers. */
  get internalTransferCount(): number {
    return this.#internal.count;
  }

  /** Time of the first entry, ms UTC. Null: there is no entry. */
  get earliest(): number | null {
    return this.#order.length === 0 ? null : this.#order.timeAt(0);
  }

  /** The state after the last entry. Nobody continues this fold. */
  get tip(): Fold {
    return this.#checkpoints.last ?? new Fold(this.#context());
  }

  /** How many of the given entries of the source, by their indices, are in the book. */
  countOf(indices: Iterable<number>): number {
    let count = 0;
    for (const index of indices) if (this.#order.has(index)) count += 1;
    return count;
  }

  /** The number of checkpoints. */
  get checkpointCount(): number {
    return this.#checkpoints.count;
  }

  /**
   * Adds what is new.
   * @throws InputError `ledger_*`; the book is of no use any more
   */
  append({ added, marks }: BookChange): void {
    this.#requireWhole();
    this.#isBroken = true;
    this.#prices = this.#prices.with(marks);
    const dirty = Math.min(this.#order.add(added), this.#matchTransfers(added));
    // A holding without an entry is valued on every day, so every mark counts here. The fold needs only marks of assets
    // that entries name.
    this.valuedDays.forget(Math.min(dirty, earliestEffect(marks)));
    const { tip } = this;
    this.#fold(
      Math.min(
        dirty,
        this.#prices.earliestUse(marks, (asset) => tip.firstSeen(asset)),
      ),
    );
    this.#isBroken = false;
  }

  /**
   * Compares the latest snapshots with the entries.
   * @throws InputError `ledger_snapshot_malformed`
   */
  anchor(snapshots: readonly AccountSnapshot[]): Anchor {
    this.#requireWhole();
    const { accounts } = this.tip;
    return anchorHoldings(snapshots, accounts.keys(), (account, time) => this.#movesUntil(account, time));
  }

  #requireWhole(): void {
    if (this.#isBroken) throw new Error('the book did not survive what it was given before');
  }

  #matchTransfers(added: readonly number[]): number {
    const known = this.#transfers.size;
    const { source } = this.#order;
    for (const index of added) {
      if (source.kindAt(index) !== 'transfer') continue;
      this.#transfers.set(index, parseEntry(source.at(index)) as ParsedTransfer);
    }
    if (this.#transfers.size === known) return Number.POSITIVE_INFINITY;
    const sorted = [...this.#transfers].sort(([a], [b]) => this.#order.compare(a, b));
    const before = this.#internal;
    this.#internal = matchInternalTransfers(sorted.map(([, transfer]) => transfer));
    return this.#internal.earliestChange(before);
  }

  #fold(dirty: number): void {
    const last = this.#checkpoints.last;
    if (last !== undefined && last.time < dirty && last.count === this.#order.length) return;
    const base = this.#checkpoints.before(dirty);
    this.#checkpoints.rewind(dirty);
    this.journal.rewind(base?.time ?? Number.NEGATIVE_INFINITY);
    const context = this.#context();
    const fold = new Fold(context, base);
    const { length } = this.#order;
    for (let place = fold.count; place < length; ) {
      const time = this.#order.timeAt(place);
      const entries: ParsedEntry[] = [];
      // A time that is not an instant does not equal even itself. Parsing such an entry throws.
      do entries.push(this.#parsed(place++));
      while (place < length && this.#order.timeAt(place) === time);
      fold.take(entries);
      if (isCheckpoint(length - place)) this.#checkpoints.add(new Fold(context, fold));
    }
    fold.end();
    this.#checkpoints.add(fold);
    this.#checkpoints.thin();
  }

  #parsed(place: number): ParsedEntry {
    return this.#transfers.get(this.#order.indexAt(place)) ?? parseEntry(this.#order.entryAt(place));
  }

  #movesUntil(account: string, time: number): AccountMoves {
    const { tip } = this;
    const isLater = tip.time > time;
    const base = isLater ? this.#checkpoints.before(time + 1) : tip;
    const known = base?.accounts.get(account);
    if (!isLater) return known ?? new AccountMoves();
    const moves = known?.clone() ?? new AccountMoves();
    for (let place = base?.count ?? 0; place < this.#order.length; place++) {
      if (this.#order.timeAt(place) > time) break;
      const entry = this.#order.entryAt(place);
      if (entry.account === account) moves.post(parseEntry(entry));
    }
    return moves;
  }

  #context() {
    return { ...this.terms, internal: this.#internal, prices: this.#prices, journal: this.journal };
  }
}
