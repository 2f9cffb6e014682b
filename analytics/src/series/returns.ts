/** Returns over a record (docs/metrics.md §2). Every function takes the observed returns only. */
import { finiteOr, type Outcome } from '../outcome.ts';
import { type Growth, growth, powerReturn, returnOf } from './growth.ts';
import type { Sample } from './sample.ts';

/** Metrics of a record as a whole. `noData` without returns. */
export interface RecordReturns {
  readonly totalReturn: Outcome;
  readonly annualizedReturn: Outcome;
  readonly geometricMeanReturn: Outcome;
  readonly averagePeriodReturn: Outcome;
  readonly bestPeriodReturn: Outcome;
  readonly worstPeriodReturn: Outcome;
}

/**
 * All fields of {@link RecordReturns}. `product` is the growth of all returns. Means go by the covered steps. The best
 * period is one of a single step; the worst may be longer.
 */
export function recordReturns(
  product: Growth,
  { all, single, covered }: Sample,
  periodsPerYear: number,
): RecordReturns {
  const { count, mean, least } = all;
  const ifAny = (value: number): Outcome => (count === 0 ? 'noData' : finiteOr(value, 'noConvergence'));
  return {
    totalReturn: totalOf(product, count),
    annualizedReturn: annualizedReturn(product, covered, periodsPerYear),
    geometricMeanReturn: ifAny(powerReturn(product, 1 / covered)),
    averagePeriodReturn: ifAny(mean),
    bestPeriodReturn: count > 0 && single.count === 0 ? 'tooFewObservations' : ifAny(single.greatest),
    worstPeriodReturn: ifAny(least),
  };
}

/** `totalReturn`: prod(1 + r) − 1. −1 once wiped out. */
export function totalReturn(returns: Float64Array): Outcome {
  return totalOf(growth(returns), returns.length);
}

/** `annualizedReturn` of returns over `covered` steps that grew to `product`: (1 + totalReturn)^(A/c) − 1. */
export function annualizedReturn(product: Growth, covered: number, periodsPerYear: number): Outcome {
  if (covered === 0) return 'noData';
  return finiteOr(powerReturn(product, periodsPerYear / covered), 'tooFewObservations');
}

function totalOf(product: Growth, count: number): Outcome {
  return count === 0 ? 'noData' : finiteOr(returnOf(product), 'noConvergence');
}
