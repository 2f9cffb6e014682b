/** Returns on the money that flowed in and out (docs/metrics.md §2), from two values and the flows between them. */

import { DAY_MS } from '@perf-aggregator/shared/time';
import { InputError } from '../errors.ts';
import { finiteOr, type Outcome, settle, type UndefinedReason } from '../outcome.ts';
import { type DatedAmount, xirr } from './xirr.ts';

/** Values and flows of a period, in one currency. Times in ms UTC. */
export interface CashFlowPeriod {
  /** Value at the start, before the flows of that instant. Null: not known. */
  readonly startValue: number | null;
  /** Value at the end, after the flows of that instant. Null: not known. */
  readonly endValue: number | null;
  readonly startTime: number;
  readonly endTime: number;
  /** Positive: deposit. In daily data, deposits are at the start of their day and withdrawals at its end. */
  readonly flows: readonly DatedAmount[];
}

/** Fields that are a number, or null with an entry in `undefinedReasons`. */
export type CashFlowField = 'modifiedDietz' | 'xirr' | 'moneyWeightedReturn' | 'simpleReturnOnFlows';

/** Names of docs/metrics.md §2. */
export interface CashFlowMetrics extends Readonly<Record<CashFlowField, number | null>> {
  readonly xirrMultipleRoots: boolean;
  readonly undefinedReasons: Readonly<Partial<Record<CashFlowField, UndefinedReason>>>;
}

/**
 * Metrics of a period's flows.
 * @throws InputError `analytics_parameter_invalid` for a value that is not a finite number, `analytics_range_invalid`
 *   when the period ends before it begins, or a flow is outside it
 */
export function cashFlowMetrics(period: CashFlowPeriod): CashFlowMetrics {
  checkPeriod(period);
  const { startValue, endValue } = period;
  if (startValue === null || endValue === null) return { ...settled(ALL_UNKNOWN), xirrMultipleRoots: false };
  const known = { ...period, startValue, endValue };
  const root = xirr(investorFlows(known));
  const rate = root.xirr ?? root.undefinedReasons.xirr ?? 'noConvergence';
  return {
    ...settled({
      modifiedDietz: modifiedDietz(known),
      simpleReturnOnFlows: simpleReturnOnFlows(known),
      xirr: rate,
      moneyWeightedReturn: moneyWeightedReturn(known, rate),
    }),
    xirrMultipleRoots: root.xirrMultipleRoots,
  };
}

type KnownPeriod = CashFlowPeriod & { readonly startValue: number; readonly endValue: number };

const ALL_UNKNOWN: Readonly<Record<CashFlowField, Outcome>> = {
  modifiedDietz: 'noData',
  simpleReturnOnFlows: 'noData',
  xirr: 'noData',
  moneyWeightedReturn: 'noData',
};

function settled(outcomes: Readonly<Record<CashFlowField, Outcome>>) {
  const { values, reasons } = settle(outcomes);
  return { ...values, undefinedReasons: reasons };
}

/** (V_e − V_s − F) / (V_s + sum f_k (T − t_k)/T). */
function modifiedDietz({ startValue, endValue, startTime, endTime, flows }: KnownPeriod): Outcome {
  if (endTime === startTime) return 'noData';
  let [profit, capital] = [endValue - startValue, startValue];
  for (const { time, amount } of flows) {
    profit -= amount;
    capital += amount * ((endTime - time) / (endTime - startTime));
  }
  return capital > 0 ? finiteOr(profit / capital, 'noConvergence') : 'zeroDenominator';
}

/** (V_e − V_s − F) / (V_s + sum of deposits). */
function simpleReturnOnFlows({ startValue, endValue, flows }: KnownPeriod): Outcome {
  let [profit, capital] = [endValue - startValue, startValue];
  for (const { amount } of flows) {
    profit -= amount;
    capital += Math.max(amount, 0);
  }
  return capital > 0 ? finiteOr(profit / capital, 'noConvergence') : 'zeroDenominator';
}

/** (1 + xirr)^(T/365) − 1, over the period and not annualised. */
function moneyWeightedReturn({ startTime, endTime }: KnownPeriod, rate: Outcome): Outcome {
  if (typeof rate !== 'number') return rate;
  const years = (endTime - startTime) / (365 * DAY_MS);
  return finiteOr(Math.expm1(Math.log1p(rate) * years), 'noConvergence');
}

/** Signs of the investor: −V_s, −deposit, +withdrawal, +V_e. */
function investorFlows({ startValue, endValue, startTime, endTime, flows }: KnownPeriod): DatedAmount[] {
  return [
    { time: startTime, amount: -startValue },
    ...flows.map(({ time, amount }) => ({ time, amount: -amount })),
    { time: endTime, amount: endValue },
  ];
}

function checkPeriod({ startValue, endValue, startTime, endTime, flows }: CashFlowPeriod): void {
  const numbers = [startValue ?? 0, endValue ?? 0, ...flows.map(({ amount }) => amount)];
  if (!numbers.every(Number.isFinite)) {
    throw new InputError('analytics_parameter_invalid', 'a value or flow is not a number');
  }
  if (!Number.isFinite(startTime) || !Number.isFinite(endTime) || startTime > endTime) {
    throw new InputError('analytics_range_invalid', 'the period ends before it begins');
  }
  if (!flows.every(({ time }) => time >= startTime && time <= endTime)) {
    throw new InputError('analytics_range_invalid', 'a flow lies outside of the period');
  }
}
