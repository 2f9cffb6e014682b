/** Profit in money (docs/metrics.md §2). */
import type { Amount } from '../amount/decimal.ts';
import { type Flow, sumFlows } from './flows.ts';

/** A period by its values and flows. */
export interface ValuedPeriod {
  readonly navStart: Amount | null;
  readonly navEnd: Amount | null;
  readonly flows: readonly Pick<Flow, 'direction' | 'value'>[];
}

/** `absoluteProfit`: V_end − V_start − sum(D) + sum(W); null when a value is not known. */
export function absoluteProfit({ navStart, navEnd, flows }: ValuedPeriod): Amount | null {
  if (navStart === null || navEnd === null || flows.some((flow) => flow.value === null)) return null;
  return navEnd.minus(navStart).minus(sumFlows(flows, 'deposit')).plus(sumFlows(flows, 'withdrawal'));
}
