import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { type CashFlowPeriod, cashFlowMetrics } from '../../src/series/cash-flow-metrics.ts';
import { expectClose } from '../closeness.ts';
import { type CashFlowCase, cashFlowCases } from '../goldens.ts';

const YEAR_MS = 365 * DAY_MS;
const period = (changes: Partial<CashFlowPeriod> = {}): CashFlowPeriod => ({
  startValue: 100,
  endValue: 110,
  startTime: 0,
  endTime: YEAR_MS,
  flows: [],
  ...changes,
});

describe.each(cashFlowCases)('when the period is golden case $id', (golden: CashFlowCase) => {
  const start = Date.parse(golden.start);
  const [startValue, endValue] = [golden.navs[0]!, golden.navs.at(-1)!];
  const metrics = cashFlowMetrics({
    startValue,
    endValue,
    startTime: start,
    endTime: start + golden.days * DAY_MS,
    // Daily data: a deposit counts from the start of its day, a withdrawal leaves at its end (docs/metrics.md §2).
    flows: golden.flows.map(({ day, amount }) => ({
      time: start + (amount > 0 ? day - 1 : day) * DAY_MS,
      amount,
    })),
  });

  it('agrees on modified Dietz and XIRR', () => {
    expectClose(metrics.modifiedDietz, golden.expected['modifiedDietz']);
    expectClose(metrics.xirr, golden.expected['xirr']);
    expect(metrics.xirrMultipleRoots).toBe(false);
  });

  it('has other fields that follow from the other goldens', () => {
    const deposited = golden.flows.reduce((sum, { amount }) => sum + Math.max(amount, 0), 0);
    expectClose(metrics.simpleReturnOnFlows, golden.expected['absoluteProfit']! / (startValue + deposited));
    expectClose(metrics.moneyWeightedReturn, (1 + golden.expected['xirr']!) ** (golden.days / 365) - 1);
    expect(metrics.undefinedReasons).toEqual({});
  });
});

describe('when there are no flows', () => {
  it('gives the same return by every method', () => {
    const metrics = cashFlowMetrics(period());
    for (const field of ['modifiedDietz', 'xirr', 'moneyWeightedReturn', 'simpleReturnOnFlows'] as const) {
      expectClose(metrics[field], 0.1);
    }
  });

  it('does not annualise the money-weighted return', () => {
    const metrics = cashFlowMetrics(period({ endTime: YEAR_MS / 2 }));
    expectClose(metrics.xirr, 1.1 ** 2 - 1);
    expectClose(metrics.moneyWeightedReturn, 0.1);
  });
});

describe('when a return on flows is undefined', () => {
  it.each<[string, Partial<CashFlowPeriod>, Readonly<Record<string, string>>]>([
    [
      'no value is known',
      { endValue: null },
      {
        modifiedDietz: 'noData',
        xirr: 'noData',
        moneyWeightedReturn: 'noData',
        simpleReturnOnFlows: 'noData',
      },
    ],
    [
      'no time elapses',
      { endTime: 0 },
      { modifiedDietz: 'noData', xirr: 'noData', moneyWeightedReturn: 'noData' },
    ],
    [
      'there is no capital',
      { startValue: 0 },
      {
        modifiedDietz: 'zeroDenominator',
        simpleReturnOnFlows: 'zeroDenominator',
        xirr: 'noData',
        moneyWeightedReturn: 'noData',
      },
    ],
    [
      'all is lost',
      { endValue: 0, flows: [{ time: 5, amount: 3 }] },
      { xirr: 'noConvergence', moneyWeightedReturn: 'noConvergence' },
    ],
    [
      'withdrawals outweigh what was there',
      { flows: [{ time: 1, amount: -200 }] },
      { modifiedDietz: 'zeroDenominator', xirr: 'noConvergence', moneyWeightedReturn: 'noConvergence' },
    ],
  ])('because %s, it has a reason', (_, changes, reasons) => {
    const metrics = cashFlowMetrics(period(changes));
    expect(metrics.undefinedReasons).toEqual(reasons);
    for (const field of Object.keys(reasons)) expect(metrics).toHaveProperty(field, null);
  });
});

describe('when the period is invalid', () => {
  it.each<[string, Partial<CashFlowPeriod>, string]>([
    ['a value is NaN', { startValue: Number.NaN }, 'analytics_parameter_invalid'],
    [
      'a flow is infinite',
      { flows: [{ time: 0, amount: Number.POSITIVE_INFINITY }] },
      'analytics_parameter_invalid',
    ],
    ['it ends before it begins', { endTime: -1 }, 'analytics_range_invalid'],
    ['it ends at no time', { endTime: Number.NaN }, 'analytics_range_invalid'],
    ['a flow lies after it', { flows: [{ time: YEAR_MS + 1, amount: 1 }] }, 'analytics_range_invalid'],
    ['a flow lies at no time', { flows: [{ time: Number.NaN, amount: 1 }] }, 'analytics_range_invalid'],
  ])('refuses it because %s', (_, changes, code) => {
    const act = () => cashFlowMetrics(period(changes));
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code }));
  });
});
