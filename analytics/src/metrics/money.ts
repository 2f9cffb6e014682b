/** Profit in money and over money (METRICS §2). None of these is a performance; they stand beside it. */
import { type Amount, toNumber, ZERO } from '../ledger/decimal.ts';
import { type Flow, sumFlows } from '../valuation/flows.ts';
import type { Outcome } from './outcome.ts';

/** What these metrics need of a period. */
export interface MoneyPeriod {
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly navStart: Amount | null;
  readonly navEnd: Amount | null;
  readonly flows: readonly Pick<Flow, 'time' | 'direction' | 'value'>[];
}

/** `absoluteProfit`: V_end − V_start − sum(D) + sum(W); null when a value is not known. */
export function absoluteProfit({ navStart, navEnd, flows }: MoneyPeriod): Amount | null {
  if (navStart === null || navEnd === null || flows.some((flow) => flow.value === null)) return null;
  return navEnd.minus(navStart).minus(sumFlows(flows, 'deposit')).plus(sumFlows(flows, 'withdrawal'));
}

/** `simpleReturnOnFlows`: absoluteProfit / (V_start + sum D). */
export function simpleReturnOnFlows(period: MoneyPeriod): Outcome {
  const profit = absoluteProfit(period);
  if (profit === null || period.navStart === null) return 'noData';
  const capital = period.navStart.plus(sumFlows(period.flows, 'deposit'));
  return capital.isPositive() ? toNumber(profit) / toNumber(capital) : 'zeroDenominator';
}

/** `modifiedDietz`: (V_e − V_s − F) / (V_s + sum f_k (T − t_k)/T), every flow at its own time. */
export function modifiedDietz(period: MoneyPeriod): Outcome {
  const profit = absoluteProfit(period);
  const { startTime, endTime, navStart } = period;
  if (profit === null || navStart === null || startTime === null || endTime === null) return 'noData';
  const weighted = period.flows.reduce((sum, { time, direction, value }) => {
    const share = (endTime - time) / (endTime - startTime);
    return sum + (direction === 'deposit' ? 1 : -1) * toNumber(value ?? ZERO) * share;
  }, toNumber(navStart));
  return weighted > 0 ? toNumber(profit) / weighted : 'zeroDenominator';
}
