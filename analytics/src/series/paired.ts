/** Two series paired by span (docs/metrics.md §4), and their comoments. */
import { largestMagnitude, nonZero, powerOfTwo } from './moments.ts';
import type { ReturnSeries } from './return-series.ts';

/** Returns of both series over the same spans. */
export interface PairedReturns {
  readonly returns: Float64Array;
  readonly benchmark: Float64Array;
  /** The last return of the first series in each pair, by its index. */
  readonly indices: Uint32Array;
  /** The length of each pair in steps of the coarser series. */
  readonly steps: Float64Array;
}

/**
 * Pairs two observed series. A pair begins and ends at instants at which both have a value; the returns of each side are
 * linked over it. So a missing close makes a longer pair and drops none. A stretch in which a side has no return at all,
 * as a missing row in a file of returns, is in no pair.
 */
export function pairReturns(series: ReturnSeries, benchmark: ReturnSeries): PairedReturns {
  const pairs = new Pairs(Math.min(series.returns.length, benchmark.returns.length));
  const isCoarser = series.periodsPerYear <= benchmark.periodsPerYear;
  const [own, other] = [new Side(series), new Side(benchmark)];
  while (!own.isOver && !other.isOver) {
    if (own.from < other.from) own.skip();
    else if (own.from > other.from) other.skip();
    else if (own.to < other.to) own.link();
    else if (own.to > other.to) other.link();
    else {
      pairs.add(own.linked, other.linked, own.index, isCoarser ? own.steps : other.steps);
      own.next();
      other.next();
    }
  }
  return pairs.result();
}

/** One side of the pair under way: returns `from … to` of a series, linked. */
class Side {
  readonly #series: ReturnSeries;
  /** Index of the latest linked return. */
  index = -1;
  from = 0;
  to = 0;
  linked = 0;
  steps = 0;

  constructor(series: ReturnSeries) {
    this.#series = series;
    this.next();
  }

  get isOver(): boolean {
    return this.index >= this.#series.returns.length;
  }

  /** Begins a pair with the next return. */
  next(): void {
    this.index += 1;
    if (this.isOver) return;
    this.from = this.#series.starts[this.index]!;
    this.#take(this.#series.returns[this.index]!, 0);
  }

  /** Drops the first return: the other side has no value at its beginning. */
  skip(): void {
    // Returns that were linked already begin later than this one.
    this.next();
  }

  /** Links the next return. Where it does not follow at once, the pair begins anew with it. */
  link(): void {
    const { starts, returns } = this.#series;
    if (starts[this.index + 1] !== this.to) {
      this.next();
      return;
    }
    this.index += 1;
    const value = returns[this.index]!;
    this.#take(this.linked + value + this.linked * value, this.steps);
  }

  #take(linked: number, steps: number): void {
    this.linked = linked;
    this.steps = steps + (this.#series.steps?.[this.index] ?? 1);
    this.to = this.#series.ends[this.index]!;
  }
}

/** Pairs found so far, in arrays that have room for all. */
class Pairs {
  readonly #returns: Float64Array;
  readonly #benchmark: Float64Array;
  readonly #indices: Uint32Array;
  readonly #steps: Float64Array;
  #count = 0;

  constructor(room: number) {
    this.#returns = new Float64Array(room);
    this.#benchmark = new Float64Array(room);
    this.#indices = new Uint32Array(room);
    this.#steps = new Float64Array(room);
  }

  add(own: number, other: number, index: number, steps: number): void {
    this.#returns[this.#count] = own;
    this.#benchmark[this.#count] = other;
    this.#indices[this.#count] = index;
    this.#steps[this.#count] = steps;
    this.#count += 1;
  }

  result(): PairedReturns {
    return {
      returns: this.#returns.subarray(0, this.#count),
      benchmark: this.#benchmark.subarray(0, this.#count),
      indices: this.#indices.subarray(0, this.#count),
      steps: this.#steps.subarray(0, this.#count),
    };
  }
}

/** Joint statistics of two samples of one length. NaN where there are too few values. */
export interface Comoments {
  readonly count: number;
  readonly meanX: number;
  readonly meanY: number;
  /** Sample standard deviations (ddof 1), 0 where they count as zero. */
  readonly deviationX: number;
  readonly deviationY: number;
  /** Pearson; NaN where a deviation is zero. */
  readonly correlation: number;
}

/** Comoments in two passes, each sample in units of its own largest magnitude. */
export function comoments(x: Float64Array, y: Float64Array): Comoments {
  const count = x.length;
  const [largestX, largestY] = [largestMagnitude(x), largestMagnitude(y)];
  const [unitX, unitY] = [powerOfTwo(largestX), powerOfTwo(largestY)];
  const [scaleX, scaleY] = [1 / unitX, 1 / unitY];
  let centerX = 0;
  let centerY = 0;
  for (let i = 0; i < count; i++) {
    centerX += x[i]! * scaleX;
    centerY += y[i]! * scaleY;
  }
  centerX /= count;
  centerY /= count;
  let dx = 0;
  let dy = 0;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < count; i++) {
    const a = x[i]! * scaleX - centerX;
    const b = y[i]! * scaleY - centerY;
    dx += a;
    dy += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  // dx and dy are the rounding errors of the first moments (Chan, Golub & LeVeque 1983).
  const sumXx = Math.max(xx - dx ** 2 / count, 0);
  const sumYy = Math.max(yy - dy ** 2 / count, 0);
  const deviationX = nonZero(unitX * Math.sqrt(sumXx / (count - 1)), largestX);
  const deviationY = nonZero(unitY * Math.sqrt(sumYy / (count - 1)), largestY);
  const isDefined = deviationX > 0 && deviationY > 0;
  const pearson = (xy - (dx * dy) / count) / Math.sqrt(sumXx) / Math.sqrt(sumYy);
  return {
    count,
    meanX: unitX * (centerX + dx / count),
    meanY: unitY * (centerY + dy / count),
    deviationX,
    deviationY,
    correlation: isDefined ? Math.max(-1, Math.min(1, pearson)) : Number.NaN,
  };
}
