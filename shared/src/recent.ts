/** A bounded memory. The least recently used value is dropped first. */

/** Values by key, at most `places` of them. */
export class Recent<Key, Value> {
  readonly #places: number;
  /** Least recently used first, because a Map keeps the order of insertion. */
  readonly #kept = new Map<Key, Value>();

  readonly #onEvicted: (key: Key) => void;

  /**
   * @param places - at least 1
   * @param onEvicted - called with what was dropped for a newer value
   */
  constructor(places: number, onEvicted: (key: Key) => void = () => undefined) {
    if (!Number.isInteger(places) || places < 1) throw new RangeError(`${places} places`);
    this.#places = places;
    this.#onEvicted = onEvicted;
  }

  get size(): number {
    return this.#kept.size;
  }

  has(key: Key): boolean {
    return this.#kept.has(key);
  }

  /** The value, which now counts as used. Undefined: there is none. */
  get(key: Key): Value | undefined {
    const value = this.#kept.get(key);
    if (value !== undefined || this.#kept.has(key)) this.set(key, value as Value);
    return value;
  }

  /** The value. It does not count as used. */
  peek(key: Key): Value | undefined {
    return this.#kept.get(key);
  }

  /** Keeps the value as the most recent one. */
  set(key: Key, value: Value): void {
    this.#kept.delete(key);
    this.#kept.set(key, value);
    if (this.#kept.size <= this.#places) return;
    const [oldest] = this.#kept.keys();
    this.#kept.delete(oldest!);
    this.#onEvicted(oldest!);
  }

  /** @returns whether there was one */
  delete(key: Key): boolean {
    return this.#kept.delete(key);
  }
}
