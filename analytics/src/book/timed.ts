/** Items by instant. The list grows at its end, and can be cut back to an instant. */

/** The items up to the time at which the list was read. */
export class TimedList<T> implements Iterable<T> {
  readonly length: number;
  readonly #times: readonly number[];
  readonly #items: readonly T[];

  /** @param items - they may grow together with `times` */
  constructor(times: readonly number[], items: readonly T[]) {
    this.length = items.length;
    this.#times = times;
    this.#items = items;
  }

  /** The last item at or before `time`. */
  at(time: number): T | undefined {
    return this.#items[countUntil(this.#times, this.length, time) - 1];
  }

  /** The items with `from <= time < until`. */
  between(from: number, until: number): readonly T[] {
    const first = countUntil(this.#times, this.length, from - 1);
    return this.#items.slice(first, countUntil(this.#times, this.length, until - 1));
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.length; i++) yield this.#items[i]!;
  }
}

export class Timed<T> {
  #times: number[] = [];
  #items: T[] = [];
  /** How many items were returned to readers. They must stay. */
  #given = 0;

  get length(): number {
    return this.#items.length;
  }

  get last(): T | undefined {
    return this.#items.at(-1);
  }

  /** @param time - at or after that of the last item */
  push(time: number, item: T): void {
    this.#times.push(time);
    this.#items.push(item);
  }

  /** The last item at or before `time`. */
  at(time: number): T | undefined {
    return this.#items[this.#countUntil(time) - 1];
  }

  /** Forgets the items after `time`. */
  rewind(time: number): void {
    const length = this.#countUntil(time);
    if (length < this.#given) {
      this.#times = this.#times.slice(0, length);
      this.#items = this.#items.slice(0, length);
      this.#given = 0;
    }
    this.#times.length = length;
    this.#items.length = length;
  }

  /** All present items. The returned list does not change. */
  list(): TimedList<T> {
    this.#given = this.#items.length;
    return new TimedList(this.#times, this.#items);
  }

  #countUntil(time: number): number {
    return countUntil(this.#times, this.#times.length, time);
  }
}

/** How many of the first `length` times are at or before `time`. */
function countUntil(times: readonly number[], length: number, time: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
