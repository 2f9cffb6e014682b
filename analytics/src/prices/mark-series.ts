/** Marks of one pair in order, and the search in them. */

import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import type { Amount } from '../amount/decimal.ts';
import type { Mark } from '../entries/mark.ts';
import { compareMarks, type DayVolume, type MinuteRange, type ReadMark } from './read-mark.ts';

/**
 * Marks ascending in time; of several at one instant the last counts. A value: with more marks it is another one,
 * which shares what both have.
 */
export class MarkSeries {
  readonly #times: number[];
  readonly #marks: ReadMark[];
  readonly length: number;

  /** @param marks - sorted, `times` theirs; none when left out */
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

  /** Of a series of volumes: the last day that ended in the 24 hours up to `time`; null: nobody says. */
  volumeAt(time: number): DayVolume | null {
    const index = this.indexAt(time);
    return index < 0 || time - this.#times[index]! > DAY_MS ? null : this.#marks[index]!.day;
  }

  /** Of a series of ranges: that of the minute that holds `time`; null: nobody says. */
  rangeAt(time: number): MinuteRange | null {
    const end = (Math.floor(time / MINUTE_MS) + 1) * MINUTE_MS;
    const index = this.indexAt(end);
    return index < 0 || this.#times[index] !== end ? null : this.#marks[index]!.range;
  }

  /** With `added`, which are sorted. */
  with(added: readonly ReadMark[]): MarkSeries {
    const [first] = added;
    if (first === undefined) return this;
    const kept = this.#countBefore(first.mark);
    // Nobody else has gone on from here: what is added stands behind the end of this one.
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

  /** How many come before `mark` in order. */
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
