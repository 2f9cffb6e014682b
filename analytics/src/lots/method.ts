/** Which lot a disposal uses first (docs/metrics.md §6 "Methods"). */
import { InputError } from '../errors.ts';

/**
 * `fifo`: the oldest. `lifo`: the newest. `hifo`: the one with the least profit, that is, the highest entry price of a
 * long position and the lowest of a short one; of equals the oldest. `average`: all in proportion.
 */
export const COST_METHODS = ['fifo', 'lifo', 'hifo', 'average'] as const;
export type CostMethod = (typeof COST_METHODS)[number];

/**
 * Reads a method.
 * @throws InputError `analytics_parameter_invalid`
 */
export function parseCostMethod(text: string): CostMethod {
  const method = COST_METHODS.find((known) => known === text);
  if (method === undefined) {
    throw new InputError('analytics_parameter_invalid', `a cost method is one of ${COST_METHODS.join(', ')}`);
  }
  return method;
}
