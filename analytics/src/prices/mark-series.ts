/** The marks of one pair in order, and the search in them. */

import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import type { Amount } from '../amount/decimal.ts';
import type { Mark } from '../entries/mark.ts';
import { compareMarks, type DayVolume, type MinuteRange, type ReadMark } from './read-mark.ts';

/**
 * Marks, ascending in time. Of several at one instant the last counts. A series is a value: adding marks makes a new
 * one, which shares the common part.
 */
export class MarkSeries {
  readonly #times: number[];
  readonly #marks: ReadMark[];
  readonly length: number;

  /** @param marks - sorted, with their `times`; none when left out */
  constructor(times: number[] = [], marks: ReadMark[] = []) {
    this.#times = times;
    this.#marks = marks;
    this.length = marks.length;
  }

  /** Index of the last mark at or before `time`; −1: none. */
  indexAt(time: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#times[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  timeOf(index: number): number {
    return this.#times[index]!;
  }

  value(index: number): Amount {
    return this.#marks[index]!.value;
  }

  /** One over the price, to 40 decimals; null: the price is zero. */
  inverse(index: number): Amount | null {
    return this.#marks[index]!.inverse;
  }

  /** For a series of volumes: the last day that ended in the 24 hours up to `time`. Null: no source gives it. */
  volumeAt(time: number): DayVolume | null {
    const index = this.indexAt(time);
    return index < 0 || time - this.#times[index]! > DAY_MS ? null : this.#marks[index]!.day;
  }

  /** For a series of ranges: the range of the minute that holds `time`. Null: no source gives it. */
  rangeAt(time: number): MinuteRange | null {
    const end = (Math.floor(time / MINUTE_MS) + 1) * MINUTE_MS;
    const index = this.indexAt(end);
    return index < 0 || this.#times[index] !== end ? null : this.#marks[index]!.range;
  }

  /** A series with `added`, which are sorted. */
  with(added: readonly ReadMark[]): MarkSeries {
    const [first] = added;
    if (first === undefined) return this;
    const kept = this.#countBefore(first.mark);
    // No other series has grown from here, so the added marks go directly after the end of this one.
    const goesOn = kept > 0 && kept === this.length && this.#marks.length === kept;
    const times = goesOn ? this.#times : this.#times.slice(0, kept);
    const marks = goesOn ? this.#marks : this.#marks.slice(0, kept);
    let next = 0;
    for (let i = kept; i < this.length; i++) {
      const old = this.#marks[i]!;
      while (next < added.length && compareMarks(added[next]!.mark, old.mark) < 0)
        push(times, marks, added[next++]!);
      push(times, marks, old);
    }
    while (next < added.length) push(times, marks, added[next++]!);
    return new MarkSeries(times, marks);
  }

  /** How many marks come before `mark` in order. */
  #countBefore(mark: Mark): number {
    let count = this.indexAt(mark.time) + 1;
    while (count > 0 && compareMarks(this.#marks[count - 1]!.mark, mark) > 0) count -= 1;
    return count;
  }
}

function push(times: number[], marks: ReadMark[], mark: ReadMark): void {
  times.push(mark.mark.time);
  marks.push(mark);
}
