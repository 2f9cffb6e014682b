/** What happened, by instant: grows at its end and is cut back to an instant. */

/** What happened until somebody asked. */
export class TimedList<T> implements Iterable<T> {
  readonly length: number;
  readonly #times: readonly number[];
  readonly #items: readonly T[];

  /** @param items - may grow, and `times` with them */
  constructor(times: readonly number[], items: readonly T[]) {
    this.length = items.length;
    this.#times = times;
    this.#items = items;
  }

  /** The last at or before `time`. */
  at(time: number): T | undefined {
    return this.#items[countUntil(this.#times, this.length, time) - 1];
  }

  /** Those with `from <= time < until`. */
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
  /** How many were given out, and must stay. */
  #given = 0;

  get length(): number {
    return this.#items.length;
  }

  get last(): T | undefined {
    return this.#items.at(-1);
  }

  /** @param time - not before the one before it */
  push(time: number, item: T): void {
    this.#times.push(time);
    this.#items.push(item);
  }

  /** The last at or before `time`. */
  at(time: number): T | undefined {
    return this.#items[this.#countUntil(time) - 1];
  }

  /** Forgets what came after `time`. */
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

  /** All of it, as it is now: it stays so. */
  list(): TimedList<T> {
    this.#given = this.#items.length;
    return new TimedList(this.#times, this.#items);
  }

  #countUntil(time: number): number {
    return countUntil(this.#times, this.#times.length, time);
  }
}

/** How many of the first `length` are not after `time`. */
function countUntil(times: readonly number[], length: number, time: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
