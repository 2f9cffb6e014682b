/** Quantiles and means of tails by selection. A million values need no sorting. */

/** A range of at most this size is selected from directly, without a sample of it. */
const SAMPLED_ABOVE = 600;
/** In a random order about ten rounds suffice. Each costs at most the length of the range. */
const MAX_ROUNDS = 64;

/**
 * Order statistics of a sample. It holds a copy. Every answer leaves the copy a little more sorted, so that later
 * answers cost less.
 */
export class OrderStatistics {
  readonly #values: Float64Array;
  /** Indices whose value is already the one that sorting would put there, ascending. */
  readonly #settled: number[] = [];

  /** @param values - finite numbers; they are copied */
  constructor(values: Float64Array) {
    this.#values = values.slice();
  }

  /** Quantile by linear interpolation, Hyndman-Fan type 7 (docs/metrics.md §0); NaN for none. */
  quantile(p: number): number {
    const last = this.#values.length - 1;
    if (last < 0) return Number.NaN;
    const h = last * p;
    const below = Math.floor(h);
    if (below >= last) return this.#at(last);
    // The smaller side first: its neighbour is then the extreme of few values.
    const upperFirst = below < last / 2;
    if (upperFirst) this.#at(below + 1);
    const low = this.#at(below);
    return low + (h - below) * (this.#at(below + 1) - low);
  }

  /** Mean of the floor((n − 1) alpha) + 1 smallest values; NaN for none. */
  lowerTailMean(alpha: number): number {
    if (this.#values.length === 0) return Number.NaN;
    const last = Math.floor((this.#values.length - 1) * alpha);
    this.#at(last);
    let sum = 0;
    for (let i = 0; i <= last; i++) sum += this.#values[i]!;
    return sum / (last + 1);
  }

  /** The value that has `rank` smaller ones before it. */
  #at(rank: number): number {
    const next = this.#settled.findIndex((index) => index >= rank);
    if (this.#settled[next] !== rank) {
      const place = next === -1 ? this.#settled.length : next;
      const from = (this.#settled[place - 1] ?? -1) + 1;
      const to = (this.#settled[place] ?? this.#values.length) - 1;
      select(this.#values, rank, from, to);
      this.#settled.splice(place, 0, rank);
    }
    return this.#values[rank]!;
  }
}

/**
 * Floyd and Rivest 1975, "Algorithm 489: SELECT": puts the value of `rank` in its place within `values[from .. to]`,
 * smaller ones before and larger ones after it. When a hostile order needs more than `maxRounds`, the rest is sorted.
 */
export function select(
  values: Float64Array,
  rank: number,
  from: number,
  to: number,
  maxRounds = MAX_ROUNDS,
): void {
  let [left, right] = [from, to];
  for (let rounds = 0; right > left; rounds++) {
    if (rounds === maxRounds) {
      values.subarray(left, right + 1).sort();
      return;
    }
    if (right - left > SAMPLED_ABOVE) {
      const [sampleLeft, sampleRight] = sampleAround(rank, left, right);
      select(values, rank, sampleLeft, sampleRight);
    }
    const split = partition(values, rank, left, right);
    if (split <= rank) left = split + 1;
    if (rank <= split) right = split - 1;
  }
}

/** A range about `rank` whose middle is probably near the wanted value. */
function sampleAround(rank: number, left: number, right: number): readonly [number, number] {
  const size = right - left + 1;
  const offset = rank - left + 1;
  const spread = 0.5 * Math.exp((2 * Math.log(size)) / 3);
  const deviation =
    0.5 * Math.sqrt((Math.log(size) * spread * (size - spread)) / size) * Math.sign(offset - size / 2);
  return [
    Math.max(left, Math.floor(rank - (offset * spread) / size + deviation)),
    Math.min(right, Math.floor(rank + ((size - offset) * spread) / size + deviation)),
  ];
}

/** Partitions a range by its value at `rank`. Returns the index where that value ends up. */
function partition(values: Float64Array, rank: number, left: number, right: number): number {
  const pivot = values[rank]!;
  let [i, j] = [left, right];
  swap(values, left, rank);
  if (values[right]! > pivot) swap(values, left, right);
  while (i < j) {
    swap(values, i, j);
    i += 1;
    j -= 1;
    while (values[i]! < pivot) i += 1;
    while (values[j]! > pivot) j -= 1;
  }
  if (values[left] === pivot) {
    swap(values, left, j);
  } else {
    j += 1;
    swap(values, j, right);
  }
  return j;
}

function swap(values: Float64Array, i: number, j: number): void {
  const value = values[i]!;
  values[i] = values[j]!;
  values[j] = value;
}
