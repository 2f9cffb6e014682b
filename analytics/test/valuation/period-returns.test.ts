import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { type Amount, toNumber, ZERO } from '../../src/amount/decimal.ts';
import { cashFlowsOf } from '../../src/metrics/money.ts';
import { toReturnSeries } from '../../src/series/return-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';
import { absoluteProfit } from '../../src/valuation/absolute-profit.ts';
import type { FlowPoint } from '../../src/valuation/flows.ts';
import { periodReturns } from '../../src/valuation/period-returns.ts';
import { amount } from '../entries/entries.ts';
import { type CashFlowCase, cashFlowCases, workedExamples } from '../goldens.ts';

interface FlowSpec {
  readonly time: number;
  readonly amount: number;
  readonly before?: number;
}

function point({ time, amount: size, before }: FlowSpec): FlowPoint {
  return {
    time,
    deposits: size > 0 ? amount(size) : ZERO,
    withdrawals: size < 0 ? amount(-size) : ZERO,
    count: 1,
    priced: true,
    valueBefore: before === undefined ? null : amount(before),
  };
}

/** Days with a length of 1 ms: navs[0] at 0, navs[i] at i. */
function link(
  navs: readonly (number | null)[],
  flows: readonly FlowSpec[] = [],
  unvaluedLargeFlows: 'null' | 'formula' = 'null',
) {
  const amounts = navs.map((nav): Amount | null => (nav === null ? null : amount(nav)));
  const { returns, ...counts } = periodReturns({
    navAtStart: amounts[0] ?? null,
    ends: amounts.slice(1).map((_, i) => i + 1),
    nav: amounts.slice(1),
    flows: flows.map(point),
    unvaluedLargeFlows,
  });
  return { returns: Array.from(returns), ...counts };
}

const relative = (actual: number, expected: number) =>
  Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-3);

describe.each(cashFlowCases)('when only daily values exist: $id', (golden: CashFlowCase) => {
  const start = Date.parse(golden.start);
  // Daily data: a deposit counts from the start of its day, a withdrawal leaves at its end (docs/metrics.md §2).
  const flows = golden.flows.map(({ day, amount }) => ({ time: day - 1, amount }));
  const linked = link(golden.navs, flows, 'formula');
  const metrics = returnsMetrics(toReturnSeries(linked.returns, start));
  const money = {
    startTime: start,
    endTime: start + golden.days * DAY_MS,
    navStart: amount(golden.navs[0]!),
    navEnd: amount(golden.navs.at(-1)!),
    flows: golden.flows.map(({ day, amount: size }) => ({
      time: start + (size > 0 ? day - 1 : day) * DAY_MS,
      direction: size > 0 ? ('deposit' as const) : ('withdrawal' as const),
      value: amount(Math.abs(size)),
    })),
  };

  it('links the returns', () => {
    golden.expected.firstFiveSubReturns.forEach((expected, i) => {
      expect(Math.abs(linked.returns[i]! - expected)).toBeLessThanOrEqual(1e-12);
    });
    expect(relative(metrics.totalReturn!, golden.expected['twr']!)).toBeLessThanOrEqual(1e-9);
    expect(relative(metrics.annualizedReturn!, golden.expected['twrAnnualized']!)).toBeLessThanOrEqual(1e-9);
  });

  it('computes profit and modified Dietz', () => {
    const profit = toNumber(absoluteProfit(money)!);
    expect(relative(profit, golden.expected['absoluteProfit']!)).toBeLessThanOrEqual(1e-9);
    const dietz = cashFlowsOf(money).modifiedDietz!;
    expect(relative(dietz, golden.expected['modifiedDietz']!)).toBeLessThanOrEqual(1e-9);
  });
});

describe('when flows can be valued at their own time', () => {
  it('links the returns there: a deposit is no profit', () => {
    const example = workedExamples.find(({ id }) => id === 'twr-deposit-not-profit')!;
    const [first, second] = (
      example.input as unknown as { subPeriods: { beginValue: number; endValueBeforeFlow: number }[] }
    ).subPeriods;
    const { returns } = link(
      [first!.beginValue, second!.endValueBeforeFlow],
      [{ time: 0.5, amount: 10_000, before: first!.endValueBeforeFlow }],
    );
    expect(returns[0]).toBeCloseTo(0.045, 14);
  });

  it('shows a loss that a deposit on the same day would hide', () => {
    const { returns } = link([100, 9950], [{ time: 0.9, amount: 9900, before: 50 }]);
    expect(returns).toEqual([-0.5]);
  });

  it('links the returns at a withdrawal', () => {
    const { returns } = link([100, 66], [{ time: 0.5, amount: -50, before: 110 }]);
    expect(returns[0]).toBeCloseTo(1.1 * 1.1 - 1, 14);
  });
});

describe('when a large flow cannot be valued', () => {
  it('has no return for the period, counts it, and continues after it', () => {
    const linked = link([100, 9950, 19_900], [{ time: 0.9, amount: 9900 }]);
    expect(linked).toEqual({ returns: [Number.NaN, 1], gapCount: 0, largeFlowsUnvalued: 1 });
  });

  it('applies the same to many small flows', () => {
    const pieces = [0.6, 0.7].map((time) => ({ time, amount: 0.9 }));
    expect(link([100, 101.8], pieces)).toEqual({
      returns: [Number.NaN],
      gapCount: 0,
      largeFlowsUnvalued: 2,
    });
  });

  it('uses the formula for a flow of exactly 1 %', () => {
    const linked = link([100, 102.01], [{ time: 0.5, amount: 1 }]);
    expect(linked.returns[0]).toBeCloseTo(0.01, 14);
    expect(linked.largeFlowsUnvalued).toBe(0);
  });
});

describe('when there is no capital', () => {
  it('starts with the first deposit', () => {
    const { returns } = link([0, 0, 110], [{ time: 1.5, amount: 100, before: 0 }]);
    expect(returns[0]).toBeNaN();
    expect(returns[1]).toBeCloseTo(0.1, 14);
  });

  it('has no return for a value without a starting value, and none for a negative value', () => {
    expect(link([0, 5]).returns).toEqual([Number.NaN]);
    expect(link([-5, 5]).returns).toEqual([Number.NaN]);
  });

  it('keeps the day on which all money leaves', () => {
    const { returns } = link([100, 0, 0], [{ time: 0.5, amount: -120, before: 120 }]);
    expect(returns[0]).toBeCloseTo(0.2, 14);
    expect(returns[1]).toBeNaN();
  });
});

describe('when a valuation is missing', () => {
  it('the next return covers the gap, and the gap is counted', () => {
    expect(link([100, null, null, 121])).toEqual({
      returns: [Number.NaN, Number.NaN, 0.21],
      gapCount: 1,
      largeFlowsUnvalued: 0,
    });
  });

  it('keeps the flows of the gap', () => {
    const { returns } = link([100, null, 331], [{ time: 0.5, amount: 200, before: 100 }]);
    expect(returns[1]).toBeCloseTo(331 / 300 - 1, 14);
  });

  it('starts after the gap when the first valuations are missing', () => {
    expect(link([null, null, 100, 110])).toEqual({
      returns: [Number.NaN, Number.NaN, 0.1],
      gapCount: 0,
      largeFlowsUnvalued: 0,
    });
  });
});

describe('when profit is divided by capital', () => {
  it('gives the modified Dietz return of the worked examples', () => {
    const money = (begin: number, end: number, days: number, flow?: { day: number; amount: number }) => ({
      startTime: 0,
      endTime: days,
      navStart: amount(begin),
      navEnd: amount(end),
      flows: flow ? [{ time: flow.day, direction: 'deposit' as const, value: amount(flow.amount) }] : [],
    });
    const worked = cashFlowsOf(money(100, 300, 730, { day: 365, amount: 50 }));
    expect(worked.modifiedDietz).toBeCloseTo(1.2, 12);
    expect(worked.simpleReturnOnFlows).toBe(1);
    expect(cashFlowsOf(money(0, 10, 30)).undefinedReasons).toMatchObject({
      modifiedDietz: 'zeroDenominator',
      simpleReturnOnFlows: 'zeroDenominator',
    });
  });
});
