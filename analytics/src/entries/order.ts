/** One order and one copy of every entry (METRICS §6): time, then exchange, then id, numeric where numeric. */
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';
import type { LedgerEntry } from './entry.ts';

/** Entries by index, whoever holds them. What stands at an index never changes. */
export interface EntrySource {
  readonly length: number;
  at(index: number): LedgerEntry;
  /** `at(index).time`. */
  timeAt(index: number): number;
}

/** Indices of a source that came to count, and that count no more. */
export interface EntryChange {
  readonly added: readonly number[];
  readonly removed: readonly number[];
}

/**
 * Entries once each, in the order of arrival. Where one identity comes with two contents, the one whose canonical JSON
 * sorts last is kept, so that the order of arrival never decides, and the conflict is counted.
 */
export class DistinctEntries implements EntrySource {
  readonly #entries: LedgerEntry[] = [];
  readonly #byIdentity = new Map<string, number>();
  readonly #conflicts = new Set<string>();

  get length(): number {
    return this.#entries.length;
  }

  /** Identities that came with contradicting contents. */
  get conflictCount(): number {
    return this.#conflicts.size;
  }

  at(index: number): LedgerEntry {
    return this.#entries[index]!;
  }

  timeAt(index: number): number {
    return this.#entries[index]!.time;
  }

  add(entries: readonly LedgerEntry[]): EntryChange {
    const first = this.#entries.length;
    const replaced = new Set<number>();
    for (const entry of entries) {
      const identity = identityOf(entry);
      const known = this.#byIdentity.get(identity);
      if (known !== undefined && !this.#isReplaced(known, entry, identity)) continue;
      if (known !== undefined) replaced.add(known);
      this.#byIdentity.set(identity, this.#entries.push(entry) - 1);
    }
    const added: number[] = [];
    for (let i = first; i < this.#entries.length; i++) if (!replaced.has(i)) added.push(i);
    return { added, removed: [...replaced].filter((index) => index < first) };
  }

  #isReplaced(index: number, entry: LedgerEntry, identity: string): boolean {
    const [known, other] = [canonicalJson(this.#entries[index]!), canonicalJson(entry)];
    if (known !== other) this.#conflicts.add(identity);
    return known < other;
  }
}

const FIRST_CAPACITY = 256;

/** The order of the entries of a source: four bytes each. */
export class EntryOrder {
  readonly source: EntrySource;
  #order = new Uint32Array(FIRST_CAPACITY);
  #length = 0;

  constructor(source: EntrySource) {
    this.source = source;
  }

  get length(): number {
    return this.#length;
  }

  /** Index of the entry at a place in the order. */
  indexAt(place: number): number {
    return this.#order[place]!;
  }

  /** The entry at a place in the order. */
  entryAt(place: number): LedgerEntry {
    return this.source.at(this.#order[place]!);
  }

  timeAt(place: number): number {
    return this.source.timeAt(this.#order[place]!);
  }

  /** Applies a change. @returns the earliest instant at which anything is different; infinite: nothing is */
  change({ added, removed }: EntryChange): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const index of removed) {
      earliest = Math.min(earliest, this.source.timeAt(index));
      const place = this.#countBefore(index);
      this.#order.copyWithin(place, place + 1, this.#length);
      this.#length -= 1;
    }
    if (added.length === 0) return earliest;
    const sorted = Uint32Array.from(added).sort((a, b) => this.compare(a, b));
    this.#merge(sorted);
    return Math.min(earliest, this.source.timeAt(sorted[0]!));
  }

  /** Order of two entries by their indices. */
  compare(a: number, b: number): number {
    if (a === b) return 0;
    const { source } = this;
    return source.timeAt(a) - source.timeAt(b) || compareEntries(source.at(a), source.at(b));
  }

  #merge(sorted: Uint32Array): void {
    const from = this.#countBefore(sorted[0]!);
    const later = this.#order.slice(from, this.#length);
    this.#length += sorted.length;
    if (this.#length > this.#order.length) {
      const grown = new Uint32Array(Math.max(this.#length, 2 * this.#order.length));
      grown.set(this.#order.subarray(0, from));
      this.#order = grown;
    }
    let [next, other] = [0, 0];
    for (let place = from; place < this.#length; place++) {
      const takesSorted =
        other === later.length || (next < sorted.length && this.compare(sorted[next]!, later[other]!) < 0);
      this.#order[place] = takesSorted ? sorted[next++]! : later[other++]!;
    }
  }

  /** How many of the order come before an entry. */
  #countBefore(index: number): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(this.#order[middle]!, index) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** What identifies an entry once and for all: (venue, account, market, symbol or asset, kind, id). */
export function identityOf(entry: LedgerEntry): string {
  const subject = entry.kind === 'fill' ? entry.symbol : entry.asset;
  return `${entry.venue}\n${entry.account}\n${entry.market}\n${subject}\n${entry.kind}\n${entry.id}`;
}

/** Order of two entries; total over distinct identities. */
export function compareEntries(a: LedgerEntry, b: LedgerEntry): number {
  return (
    a.time - b.time ||
    compareText(a.venue, b.venue) ||
    compareIds(a.id, b.id) ||
    compareText(identityOf(a), identityOf(b))
  );
}

/** Numeric ids by value and before the others; the others by code units. */
export function compareIds(a: string, b: string): number {
  const [numericA, numericB] = [isNumeric(a), isNumeric(b)];
  if (numericA !== numericB) return numericA ? -1 : 1;
  if (!numericA) return compareText(a, b);
  const [digitsA, digitsB] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return digitsA.length - digitsB.length || compareText(digitsA, digitsB);
}

function isNumeric(id: string): boolean {
  return /^\d+$/.test(id);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
