/**
 * The prices of a ledger, once each. Like logs of entries, forks share their common part, and each grows on its own
 * without a copy.
 */
import { markIdentity } from './identity.ts';
import type { Mark } from './mark.ts';

/** The data that logs of one origin share. */
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

  /** Whether this mark would change the log. */
  isNews(mark: Mark): boolean {
    return !this.has(markIdentity(mark));
  }

  /**
   * Adds a mark. A mark with a known identity is a copy and is left out, because the first one counts.
   * @returns whether it was news
   */
  push(mark: Mark): boolean {
    const identity = markIdentity(mark);
    if (this.has(identity)) return false;
    // Another log of the same origin has grown. Its new marks do not belong to this log.
    if (this.#store.marks.length > this.#length) this.#store = this.#copy();
    this.#store.places.set(identity, this.#store.marks.push(mark) - 1);
    this.#length += 1;
    return true;
  }

  /** The marks from a place on. */
  since(place: number): readonly Mark[] {
    return this.#store.marks.slice(place, this.#length);
  }

  /** A log with the same marks. Neither log gets what is added to the other. */
  fork(): MarkLog {
    const fork = new MarkLog();
    fork.#store = this.#store;
    fork.#length = this.#length;
    return fork;
  }

  /** Whether the other log starts with the content of this one. */
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
