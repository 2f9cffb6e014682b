/** Instants in order. */

/** Index of the first of ascending `times` that is at or after `time`, searched from index `from` on. */
export function firstAtOrAfter(times: ArrayLike<number>, time: number, from = 0): number {
  let [low, high] = [from, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
