/** Two series on equal timestamps (docs/metrics.md §4), and their comoments. */
import { largestMagnitude, nonZero, powerOfTwo } from './moments.ts';
import type { ReturnSeries } from './return-series.ts';

/** Returns of the periods that both series have, and the index of each in the first series. */
export interface PairedReturns {
  readonly returns: Float64Array;
  readonly benchmark: Float64Array;
  /** Indices into the first series. */
  readonly indices: Uint32Array;
}

/** Pairs the periods that have the same start and end. A period without a return on either side is dropped. */
export function pairReturns(series: ReturnSeries, benchmark: ReturnSeries): PairedReturns {
  const length = Math.min(series.returns.length, benchmark.returns.length);
  const pairs = {
    returns: new Float64Array(length),
    benchmark: new Float64Array(length),
    indices: new Uint32Array(length),
  };
  let count = 0;
  for (let i = 0, j = 0; i < series.returns.length && j < benchmark.returns.length; ) {
    const apart = series.starts[i]! - benchmark.starts[j]!;
    if (apart === 0 && isPair(series, i, benchmark, j)) {
      pairs.returns[count] = series.returns[i]!;
      pairs.benchmark[count] = benchmark.returns[j]!;
      pairs.indices[count] = i;
      count += 1;
    }
    if (apart <= 0) i += 1;
    if (apart >= 0) j += 1;
  }
  return {
    returns: pairs.returns.subarray(0, count),
    benchmark: pairs.benchmark.subarray(0, count),
    indices: pairs.indices.subarray(0, count),
  };
}

function isPair(series: ReturnSeries, i: number, benchmark: ReturnSeries, j: number): boolean {
  const isObserved = !Number.isNaN(series.returns[i]!) && !Number.isNaN(benchmark.returns[j]!);
  return isObserved && series.ends[i] === benchmark.ends[j];
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
