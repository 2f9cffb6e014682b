/** Prices of a ledger, once each. As entries do, forks share what they have in common, and grow apart without a copy. */
import { markIdentity } from './identity.ts';
import type { Mark } from './mark.ts';

/** What logs of one origin share. */
interface Store {
  readonly marks: Mark[];
  /** Places by identity. */
  readonly places: Map<string, number>;
}

export class MarkLog implements Iterable<Mark> {
  #store: Store = { marks: [], places: new Map() };
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Whether a mark of this identity is in the log. */
  has(identity: string): boolean {
    const place = this.#store.places.get(identity);
    return place !== undefined && place < this.#length;
  }

  /** Whether the log would be another one with this mark. */
  isNews(mark: Mark): boolean {
    return !this.has(markIdentity(mark));
  }

  /**
   * Takes a mark; one whose identity is known is a copy, and left out: the first one counts.
   * @returns whether it was news
   */
  push(mark: Mark): boolean {
    const identity = markIdentity(mark);
    if (this.has(identity)) return false;
    // Another log of the same origin has grown: what it has is not of this one.
    if (this.#store.marks.length > this.#length) this.#store = this.#copy();
    this.#store.places.set(identity, this.#store.marks.push(mark) - 1);
    this.#length += 1;
    return true;
  }

  /** Those from a place on. */
  since(place: number): readonly Mark[] {
    return this.#store.marks.slice(place, this.#length);
  }

  /** A log with the same marks; what either takes is not of the other. */
  fork(): MarkLog {
    const fork = new MarkLog();
    fork.#store = this.#store;
    fork.#length = this.#length;
    return fork;
  }

  /** Whether the other log began as this one. */
  isBeginningOf(other: MarkLog): boolean {
    return this.#store === other.#store && this.#length <= other.#length;
  }

  [Symbol.iterator](): Iterator<Mark> {
    return this.since(0)[Symbol.iterator]();
  }

  #copy(): Store {
    const marks = this.#store.marks.slice(0, this.#length);
    return { marks, places: new Map(marks.map((mark, place) => [markIdentity(mark), place])) };
  }
}
