/**
 * Profit in money, and profit relative to money (docs/metrics.md §2). These are no measures of performance. They are
 * additional.
 */
import { type Amount, toNumber, ZERO } from '../amount/decimal.ts';
import { type CashFlowMetrics, cashFlowMetrics } from '../series/cash-flow-metrics.ts';
import type { DatedAmount } from '../series/xirr.ts';
import { absoluteProfit } from '../valuation/absolute-profit.ts';
import type { Flow } from '../valuation/flows.ts';

/** The inputs of these metrics in a period. */
export interface MoneyPeriod {
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly navStart: Amount | null;
  readonly navEnd: Amount | null;
  readonly flows: readonly Pick<Flow, 'time' | 'direction' | 'value'>[];
}

/** Metrics of the flows of a period, with every flow at its own time. All are null when a value is not known. */
export function cashFlowsOf(period: MoneyPeriod): CashFlowMetrics {
  const { startTime, endTime, navStart, navEnd, flows } = period;
  const known = absoluteProfit(period) !== null && startTime !== null && endTime !== null;
  return cashFlowMetrics({
    startValue: known && navStart !== null ? toNumber(navStart) : null,
    endValue: known && navEnd !== null ? toNumber(navEnd) : null,
    startTime: startTime ?? 0,
    endTime: endTime ?? 0,
    flows: known ? flows.map(toDatedAmount) : [],
  });
}

/**
 * V_s + sum f_k (T − t_k)/T: the capital at work in the period, and the denominator of `modifiedDietz`. Null: not above
 * 0.
 */
export function timeWeightedCapital({ startTime, endTime, navStart, flows }: MoneyPeriod): number | null {
  if (navStart === null || startTime === null || endTime === null) return null;
  const capital = flows.map(toDatedAmount).reduce((sum, { time, amount }) => {
    return sum + amount * ((endTime - time) / (endTime - startTime));
  }, toNumber(navStart));
  return capital > 0 ? capital : null;
}

function toDatedAmount({ time, direction, value }: MoneyPeriod['flows'][number]): DatedAmount {
  return { time, amount: (direction === 'deposit' ? 1 : -1) * toNumber(value ?? ZERO) };
}
