/** Returns below a minimum acceptable return, per period (docs/metrics.md §3). */
import { finiteOr, type Outcome } from '../outcome.ts';
import { type Moments, powerOfTwo } from './moments.ts';
import { insufficient } from './risk.ts';

/** Returns compared with the minimum. The sums are over all n of them. */
export interface Downside {
  readonly count: number;
  /** sqrt(sum min(r − k mar, 0)² / k / n), not annualised. */
  readonly deviation: number;
  /** sum max(r − k mar, 0). */
  readonly gains: number;
  /** sum max(k mar − r, 0). */
  readonly shortfalls: number;
}

/**
 * Measures `returns`, whose moments are known, against `minimum` per step. A return over k steps is measured against k
 * times the minimum; its square counts by 1/k.
 * @param steps - k of each return. Left out: one each
 */
export function downside(
  returns: Float64Array,
  { least, greatest }: Moments,
  minimum: number,
  steps?: Float64Array,
): Downside {
  const magnitude = returns.length === 0 ? 0 : Math.max(-least, greatest, Math.abs(minimum));
  const unit = powerOfTwo(magnitude);
  const scale = 1 / unit;
  let squares = 0;
  let gains = 0;
  let shortfalls = 0;
  for (let i = 0; i < returns.length; i++) {
    const k = steps === undefined ? 1 : steps[i]!;
    const distance = (returns[i]! - k * minimum) * scale;
    const size = Math.abs(distance);
    // One of the two is 0, the other the size. This avoids a branch that no processor can predict.
    const shortfall = (size - distance) / 2;
    gains += (size + distance) / 2;
    shortfalls += shortfall;
    squares += (shortfall * shortfall) / k;
  }
  return {
    count: returns.length,
    deviation: unit * Math.sqrt(squares / returns.length),
    gains: unit * gains,
    shortfalls: unit * shortfalls,
  };
}

/** `downsideDeviationAnnualized`: sqrt(sum min(r − mar, 0)² / n) sqrt(A), over all n. */
export function downsideDeviationAnnualized(measured: Downside, periodsPerYear: number): Outcome {
  return (
    insufficient(measured.count, 1) ??
    finiteOr(measured.deviation * Math.sqrt(periodsPerYear), 'noConvergence')
  );
}

/** `sortinoRatio`: mean(r − mar) A / downsideDeviationAnnualized. */
export function sortinoRatio(
  measured: Downside,
  average: number,
  minimum: number,
  periodsPerYear: number,
): Outcome {
  const { count, deviation } = measured;
  const undefinedBecause = insufficient(count, 2) ?? (deviation === 0 ? 'noLosses' : undefined);
  const ratio = ((average - minimum) / deviation) * Math.sqrt(periodsPerYear);
  return undefinedBecause ?? finiteOr(ratio, 'noConvergence');
}

/** `omegaRatio`: sum max(r − mar, 0) / sum max(mar − r, 0). */
export function omegaRatio({ count, gains, shortfalls }: Downside): Outcome {
  const undefinedBecause = insufficient(count, 2) ?? (shortfalls === 0 ? 'noLosses' : undefined);
  return undefinedBecause ?? finiteOr(gains / shortfalls, 'noConvergence');
}
