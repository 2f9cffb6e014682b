/**
 * Records of one kind that are few, each once. Like logs of entries, forks share their common part, and each grows on
 * its own without a copy.
 */
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';

/** The data that logs of one origin share. */
interface Store<T> {
  readonly records: T[];
  /** Places by content. */
  readonly places: Map<string, number>;
}

export class RecordLog<T> implements Iterable<T> {
  #store: Store<T> = { records: [], places: new Map() };
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Whether this record would change the log: the log has no record of the same content. */
  isNews(record: T): boolean {
    const place = this.#store.places.get(canonicalJson(record));
    return place === undefined || place >= this.#length;
  }

  /**
   * Adds a record. A copy of a known one is left out.
   * @returns whether it was news
   */
  push(record: T): boolean {
    if (!this.isNews(record)) return false;
    // Another log of the same origin has grown. Its new records do not belong to this log.
    if (this.#store.records.length > this.#length) this.#store = this.#copy();
    this.#store.places.set(canonicalJson(record), this.#store.records.push(record) - 1);
    this.#length += 1;
    return true;
  }

  /** A log with the same records. Neither log gets what is added to the other. */
  fork(): RecordLog<T> {
    const fork = new RecordLog<T>();
    fork.#store = this.#store;
    fork.#length = this.#length;
    return fork;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#store.records.slice(0, this.#length)[Symbol.iterator]();
  }

  #copy(): Store<T> {
    const records = this.#store.records.slice(0, this.#length);
    return { records, places: new Map(records.map((record, place) => [canonicalJson(record), place])) };
  }
}
