/**
 * Mean and central moments in two passes (docs/metrics.md §0 "statistics"). The sums run in blocks, so that a million
 * terms lose no digits. They are in units of the largest magnitude, so that no power of a return leaves the range of a
 * double.
 */

/** Moments of a sample, with its minimum and maximum. NaN where the sample is too small for them. */
export interface Moments {
  readonly count: number;
  readonly least: number;
  readonly greatest: number;
  readonly mean: number;
  /** Sample standard deviation (ddof 1). 0 where it counts as zero. */
  readonly deviation: number;
  /** Population skewness g1 = m3 / m2^1.5. NaN for zero variance. */
  readonly skewness: number;
  /** Population excess kurtosis g2 = m4 / m2² − 3. NaN for zero variance. */
  readonly excessKurtosis: number;
}

/** A standard deviation of at most this share of the largest magnitude is zero. */
const ZERO_VARIANCE = 1e-12;
const BLOCK = 1024;

/**
 * Moments of `values`.
 * @param origin - magnitude of the numbers behind the values, if it is larger than theirs: a deviation that is small
 *   against it is zero
 */
export function moments(values: Float64Array, origin = 0): Moments {
  const count = values.length;
  const { least, greatest } = extremes(values);
  const magnitude = count === 0 ? 0 : Math.max(-least, greatest);
  const unit = powerOfTwo(magnitude);
  const center = scaledSum(values, 1 / unit) / count;
  const [c1, c2, c3, c4] = centredMeans(values, 1 / unit, center);
  // c1 is the rounding error of the first moment (Chan, Golub & LeVeque 1983, eq. 1.7).
  const m2 = Math.max(c2 - c1 ** 2, 0);
  const m3 = c3 - 3 * c1 * c2 + 2 * c1 ** 3;
  const m4 = c4 - 4 * c1 * c3 + 6 * c1 ** 2 * c2 - 3 * c1 ** 4;
  const deviation = nonZero(unit * Math.sqrt((m2 * count) / (count - 1)), Math.max(magnitude, origin));
  const isConstant = deviation === 0;
  return {
    count,
    least,
    greatest,
    mean: unit * (center + c1),
    deviation,
    skewness: isConstant ? Number.NaN : m3 / m2 ** 1.5,
    excessKurtosis: isConstant ? Number.NaN : m4 / m2 ** 2 - 3,
  };
}

/** `deviation`, or 0 if it is negligible against `magnitude` (docs/metrics.md §0 "zero variance"). */
export function nonZero(deviation: number, magnitude: number): number {
  return deviation <= ZERO_VARIANCE * magnitude ? 0 : deviation;
}

/** max|x|; 0 for none. */
export function largestMagnitude(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}

/** A power of two near `magnitude`. Dividing by it costs no digit. */
export function powerOfTwo(magnitude: number): number {
  return magnitude === 0 ? 1 : 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(magnitude))));
}

/** Smallest and largest of `values`. */
export function extremes(values: Float64Array): { least: number; greatest: number } {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return { least, greatest };
}

function scaledSum(values: Float64Array, scale: number): number {
  let sum = 0;
  for (let from = 0; from < values.length; from += BLOCK) {
    const to = Math.min(from + BLOCK, values.length);
    let block = 0;
    for (let i = from; i < to; i++) block += values[i]! * scale;
    sum += block;
  }
  return sum;
}

/** Means of c, c², c³, c⁴ with c = x · scale − center. */
function centredMeans(
  values: Float64Array,
  scale: number,
  center: number,
): readonly [number, number, number, number] {
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  for (let from = 0; from < values.length; from += BLOCK) {
    const to = Math.min(from + BLOCK, values.length);
    let b1 = 0;
    let b2 = 0;
    let b3 = 0;
    let b4 = 0;
    for (let i = from; i < to; i++) {
      const c = values[i]! * scale - center;
      const square = c * c;
      b1 += c;
      b2 += square;
      b3 += square * c;
      b4 += square * square;
    }
    s1 += b1;
    s2 += b2;
    s3 += b3;
    s4 += b4;
  }
  const n = values.length;
  return [s1 / n, s2 / n, s3 / n, s4 / n];
}
