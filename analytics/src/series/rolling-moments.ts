/**
 * Moments of every window of a sample, in time proportional to its length. A running sum is never reduced, because the
 * rounding of the removed values would remain. Instead the sample is cut at every multiple of the window. A window that
 * crosses a cut merges a part before it and a part after it. Both parts grow from the cut outwards (Chan, Golub &
 * LeVeque 1983), with values relative to the one at the cut.
 */
import { nonZero } from './moments.ts';

/** Moments of one window, or of a part of one. Values are relative to those at the cut. */
export class WindowMoments {
  count = 0;
  meanX = 0;
  meanY = 0;
  /** Centred sums. */
  xx = 0;
  yy = 0;
  xy = 0;
  /** max|x| and max|y|, of the original values. */
  largestX = 0;
  largestY = 0;
  /** Values at the cut. */
  shiftX = 0;
  shiftY = 0;

  /** Arithmetic mean of x. */
  get mean(): number {
    return this.shiftX + this.meanX;
  }

  /** Sample standard deviation of x (ddof 1). 0 where it counts as zero. */
  get deviation(): number {
    return nonZero(Math.sqrt(this.xx / (this.count - 1)), this.largestX);
  }

  /** cov(x, y) / var(y). NaN where y does not vary. */
  get beta(): number {
    const deviation = nonZero(Math.sqrt(this.yy / (this.count - 1)), this.largestY);
    return deviation === 0 ? Number.NaN : this.xy / this.yy;
  }

  /** Empties the moments, and starts at a new cut. */
  restart(shiftX: number, shiftY: number): void {
    this.count = this.meanX = this.meanY = this.xx = this.yy = this.xy = this.largestX = this.largestY = 0;
    this.shiftX = shiftX;
    this.shiftY = shiftY;
  }

  /** Adds one pair. */
  add(x: number, y: number): void {
    this.count += 1;
    const fromX = x - this.shiftX - this.meanX;
    const fromY = y - this.shiftY - this.meanY;
    this.meanX += fromX / this.count;
    this.meanY += fromY / this.count;
    const toY = y - this.shiftY - this.meanY;
    this.xx += fromX * (x - this.shiftX - this.meanX);
    this.yy += fromY * toY;
    this.xy += fromX * toY;
    this.largestX = Math.max(this.largestX, Math.abs(x));
    this.largestY = Math.max(this.largestY, Math.abs(y));
  }

  /** Becomes the merged moments of two parts at one cut. */
  merge(a: WindowMoments, b: WindowMoments): void {
    const count = a.count + b.count;
    const share = b.count / count;
    const apartX = b.meanX - a.meanX;
    const apartY = b.meanY - a.meanY;
    this.count = count;
    this.meanX = a.meanX + apartX * share;
    this.meanY = a.meanY + apartY * share;
    this.xx = a.xx + b.xx + apartX * apartX * a.count * share;
    this.yy = a.yy + b.yy + apartY * apartY * a.count * share;
    this.xy = a.xy + b.xy + apartX * apartY * a.count * share;
    this.largestX = Math.max(a.largestX, b.largestX);
    this.largestY = Math.max(a.largestY, b.largestY);
    this.shiftX = a.shiftX;
    this.shiftY = a.shiftY;
  }
}

/** Calls `visit` with the moments of each window. `last` is the index of its last value. */
export function eachWindow(
  x: Float64Array,
  y: Float64Array,
  window: number,
  visit: (last: number, moments: WindowMoments) => void,
): void {
  const [before, after, whole] = [new WindowMoments(), new WindowMoments(), new WindowMoments()];
  const stored = new StoredMoments(Math.min(window, x.length));
  for (let cut = 0; cut < x.length; cut += window) {
    before.restart(x[cut]!, y[cut]!);
    for (let i = cut - 1; i >= 0 && i > cut - window; i--) {
      before.add(x[i]!, y[i]!);
      stored.write(cut - i, before);
    }
    after.restart(x[cut]!, y[cut]!);
    for (let i = cut; i < cut + window && i < x.length; i++) {
      after.add(x[i]!, y[i]!);
      const missing = window - after.count;
      if (missing === 0) {
        visit(i, after);
      } else if (cut > 0) {
        stored.read(missing, before);
        whole.merge(before, after);
        visit(i, whole);
      }
    }
  }
}

const COLUMNS = 7;

/** Moments of the parts before a cut, by length. */
class StoredMoments {
  readonly #cells: Float64Array;

  constructor(longest: number) {
    this.#cells = new Float64Array((longest + 1) * COLUMNS);
  }

  write(length: number, moments: WindowMoments): void {
    const [cells, at] = [this.#cells, length * COLUMNS];
    cells[at] = moments.meanX;
    cells[at + 1] = moments.meanY;
    cells[at + 2] = moments.xx;
    cells[at + 3] = moments.yy;
    cells[at + 4] = moments.xy;
    cells[at + 5] = moments.largestX;
    cells[at + 6] = moments.largestY;
  }

  /** Copies into a part at the same cut. */
  read(length: number, part: WindowMoments): void {
    const [cells, at] = [this.#cells, length * COLUMNS];
    part.count = length;
    part.meanX = cells[at]!;
    part.meanY = cells[at + 1]!;
    part.xx = cells[at + 2]!;
    part.yy = cells[at + 3]!;
    part.xy = cells[at + 4]!;
    part.largestX = cells[at + 5]!;
    part.largestY = cells[at + 6]!;
  }
}
