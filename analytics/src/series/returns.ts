/** Returns over a record (docs/metrics.md §2). Every function takes the observed returns only. */
import { finiteOr, type Outcome } from '../outcome.ts';
import { type Growth, growth, powerReturn, returnOf } from './growth.ts';
import type { Moments } from './moments.ts';

/** Metrics of a record as a whole. `noData` without returns. */
export interface RecordReturns {
  readonly totalReturn: Outcome;
  readonly annualizedReturn: Outcome;
  readonly geometricMeanReturn: Outcome;
  readonly averagePeriodReturn: Outcome;
  readonly bestPeriodReturn: Outcome;
  readonly worstPeriodReturn: Outcome;
}

/** All fields of {@link RecordReturns}. `product` and `sample` are growth and moments of `returns`. */
export function recordReturns(
  returns: Float64Array,
  product: Growth,
  { mean, greatest, least }: Moments,
  periodsPerYear: number,
): RecordReturns {
  const count = returns.length;
  return {
    totalReturn: totalOf(product, count),
    annualizedReturn: annualizedReturn(product, count, periodsPerYear),
    geometricMeanReturn: count === 0 ? 'noData' : finiteOr(powerReturn(product, 1 / count), 'noConvergence'),
    averagePeriodReturn: count === 0 ? 'noData' : finiteOr(mean, 'noConvergence'),
    bestPeriodReturn: count === 0 ? 'noData' : greatest,
    worstPeriodReturn: count === 0 ? 'noData' : least,
  };
}

/** `totalReturn`: prod(1 + r) − 1. −1 once wiped out. */
export function totalReturn(returns: Float64Array): Outcome {
  return totalOf(growth(returns), returns.length);
}

/** `annualizedReturn` of `count` returns that grew to `product`: (1 + totalReturn)^(A/n) − 1. */
export function annualizedReturn(product: Growth, count: number, periodsPerYear: number): Outcome {
  if (count === 0) return 'noData';
  return finiteOr(powerReturn(product, periodsPerYear / count), 'tooFewObservations');
}

function totalOf(product: Growth, count: number): Outcome {
  return count === 0 ? 'noData' : finiteOr(returnOf(product), 'noConvergence');
}
