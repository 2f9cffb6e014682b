/** Drawdown (docs/metrics.md §3): p_0 = 1 before the first return, so that a loss in the first period counts. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { ReturnSeries } from './return-series.ts';

/** One episode below a peak. Times in ms UTC. */
export interface Drawdown {
  /** Last time at the running maximum before it. The start of the record counts. */
  readonly peakTime: number;
  /** First time of its minimum. */
  readonly troughTime: number;
  /** First later time back at the peak. Null: not yet. */
  readonly recoveryTime: number | null;
  /** Positive magnitude, at most 1. */
  readonly depth: number;
  /** From the peak to the recovery, or else to the end of the record. */
  readonly durationDays: number;
}

/** The drawdown metrics of a record. */
export interface DrawdownRecord {
  /** Deepest first, ties by time. At most as many as requested. */
  readonly episodes: readonly Drawdown[];
  readonly episodeCount: number;
  /** Longest duration of all episodes. 0 without one. */
  readonly longestDays: number;
  /** Count of dd_i < 0. */
  readonly underwaterPeriods: number;
  /** −dd_n. */
  readonly current: number;
  /** sqrt(mean dd_i²). */
  readonly ulcerIndex: number;
  /** mean |dd_i|. */
  readonly painIndex: number;
}

/** Above this the path is rescaled by a power of two, so that a long record cannot leave the range of a double. */
const LARGE = 2 ** 512;

/** dd_i = p_i / P_i − 1 after each observed return. It is 0 or negative, and −1 for good once wiped out. */
export function drawdowns(returns: Float64Array): Float64Array {
  const depths = new Float64Array(returns.length);
  let value = 1;
  let peak = 1;
  for (let i = 0; i < returns.length; i++) {
    value *= 1 + returns[i]!;
    if (value < peak) {
      if (value < 0) value = 0;
      depths[i] = value / peak - 1;
    } else {
      if (value > LARGE) value /= LARGE;
      peak = value;
    }
  }
  return depths;
}

/** The drawdowns of an observed series, in one pass. At most twice `limit` episodes are in memory. */
export function drawdownRecord(series: ReturnSeries, limit: number): DrawdownRecord {
  const { returns } = series;
  const episodes = new DeepestEpisodes(series, limit);
  // Variables one by one, because values from an array literal would be boxed in the loop.
  let value = 1;
  let peak = 1;
  let peakIndex = -1;
  let trough = -1;
  let deepest = 0;
  let depth = 0;
  let underwaterPeriods = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < returns.length; i++) {
    value *= 1 + returns[i]!;
    if (value < peak) {
      if (value < 0) value = 0;
      depth = 1 - value / peak;
      if (depth > deepest) {
        deepest = depth;
        trough = i;
      }
      underwaterPeriods += 1;
      sum += depth;
      squares += depth * depth;
    } else {
      if (deepest > 0) episodes.add(peakIndex, trough, i, deepest);
      if (value > LARGE) value /= LARGE;
      peak = value;
      peakIndex = i;
      deepest = 0;
      depth = 0;
    }
  }
  if (deepest > 0) episodes.add(peakIndex, trough, null, deepest);
  return {
    ...episodes.result(),
    underwaterPeriods,
    current: depth,
    ulcerIndex: Math.sqrt(squares / returns.length),
    painIndex: sum / returns.length,
  };
}

/** Keeps the deepest of the added episodes. At twice the limit it drops the shallow ones. */
class DeepestEpisodes {
  readonly #series: ReturnSeries;
  readonly #limit: number;
  #kept: Drawdown[] = [];
  /** An episode at most this deep can no longer be among the deepest. */
  #threshold = 0;
  #count = 0;
  #longestDays = 0;

  constructor(series: ReturnSeries, limit: number) {
    this.#series = series;
    this.#limit = limit;
  }

  /** Indices into the series. Peak −1: the start of the record. */
  add(peak: number, trough: number, recovery: number | null, depth: number): void {
    const { starts, ends } = this.#series;
    const peakTime = peak === -1 ? starts[0]! : ends[peak]!;
    const recoveryTime = recovery === null ? null : ends[recovery]!;
    const durationDays = ((recoveryTime ?? ends.at(-1)!) - peakTime) / DAY_MS;
    this.#count += 1;
    this.#longestDays = Math.max(this.#longestDays, durationDays);
    if (depth <= this.#threshold) return;
    this.#kept.push({ peakTime, troughTime: ends[trough]!, recoveryTime, depth, durationDays });
    if (this.#kept.length >= 2 * this.#limit) this.#dropShallow();
  }

  result(): Pick<DrawdownRecord, 'episodes' | 'episodeCount' | 'longestDays'> {
    this.#dropShallow();
    return { episodes: this.#kept, episodeCount: this.#count, longestDays: this.#longestDays };
  }

  #dropShallow(): void {
    this.#kept.sort((a, b) => b.depth - a.depth || a.peakTime - b.peakTime);
    if (this.#kept.length < this.#limit) return;
    this.#kept.length = this.#limit;
    this.#threshold = this.#kept.at(-1)!.depth;
  }
}
