/** The mean of the deepest drawdowns (docs/metrics.md §3.1). */
import type { Outcome } from '../outcome.ts';
import { drawdowns } from './drawdown.ts';
import { OrderStatistics } from './quantile.ts';

/**
 * `conditionalDrawdown95`: minus the mean of the floor(0.05 (n − 1)) + 1 deepest dd_i (Chekhlov, Uryasev & Zabarankin
 * 2005), a positive magnitude of at most 1. `noData` without returns.
 * @param returns - all observed returns in time order, those over a gap too; not checked: that they are finite
 */
export function conditionalDrawdown95(returns: Float64Array): Outcome {
  if (returns.length === 0) return 'noData';
  return 0 - new OrderStatistics(drawdowns(returns)).lowerTailMean(0.05);
}
