/** The one order of entries (docs/metrics.md §6): time, then exchange, then id. Numeric ids compare as numbers. */
import type { LedgerEntry } from './entry.ts';
import { identityOf } from './identity.ts';

/** Entries by index, in any store. The entry at an index never changes. */
export interface EntrySource {
  readonly length: number;
  at(index: number): LedgerEntry;
  /** `at(index).kind`. */
  kindAt(index: number): LedgerEntry['kind'];
  /** `at(index).time`. */
  timeAt(index: number): number;
}

const FIRST_CAPACITY = 256;

/** The order of the entries of a source. It takes four bytes for each entry. */
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

  /** Whether an entry is in the order, by its index. */
  has(index: number): boolean {
    const place = this.#countBefore(index);
    return place < this.#length && this.#order[place] === index;
  }

  /** Adds entries by their indices. @returns their earliest instant; infinity: there are none */
  add(indices: readonly number[]): number {
    if (indices.length === 0) return Number.POSITIVE_INFINITY;
    const sorted = Uint32Array.from(indices).sort((a, b) => this.compare(a, b));
    this.#merge(sorted);
    return this.source.timeAt(sorted[0]!);
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

  /** How many entries of the order come before an entry. */
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

/** Order of two entries. It is total over distinct identities. */
export function compareEntries(a: LedgerEntry, b: LedgerEntry): number {
  return (
    a.time - b.time ||
    compareText(a.venue, b.venue) ||
    compareIds(a.id, b.id) ||
    compareText(identityOf(a), identityOf(b))
  );
}

/** Numeric ids come first, by value. The others follow, by code units. */
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
