import { DAY_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Amount, ZERO } from '../../src/amount/decimal.ts';
import { navReturns } from '../../src/valuation/nav-record.ts';

const amount = (value: number) => new Amount(BigInt(Math.round(value * 1e6)), 6);

function returnsOf(navs: readonly (number | null)[], flows: Readonly<Record<number, number>> = {}) {
  const periods = Array.from({ length: navs.length - 1 }, (_, i) => flows[i + 1] ?? 0);
  const record = navReturns({
    navs: navs.map((nav) => (nav === null ? null : amount(nav))),
    times: navs.map((_, i) => i * DAY_MS),
    deposits: periods.map((flow) => (flow > 0 ? amount(flow) : ZERO)),
    withdrawals: periods.map((flow) => (flow < 0 ? amount(-flow) : ZERO)),
  });
  return { ...record, returns: [...record.series.returns] };
}

describe('when values and flows are linked', () => {
  it('a deposit counts from the start of its period, a withdrawal leaves at its end', () => {
    const { returns, largeFlowsUnvalued } = returnsOf([100, 220, 120], { 1: 100, 2: -122 });
    expect(returns[0]).toBeCloseTo(0.1, 14);
    expect(returns[1]).toBeCloseTo(0.1, 14);
    expect(largeFlowsUnvalued).toBe(2);
  });

  it('flows of a gap are added up, and the return covers the gap', () => {
    const { returns, gapCount, series } = returnsOf([100, null, 165], { 1: 20, 2: 30 });
    expect(returns[0]).toBeNaN();
    expect(returns[1]).toBeCloseTo(0.1, 14);
    expect([series.starts[1], series.ends[1], gapCount]).toEqual([0, 2 * DAY_MS, 1]);
  });

  it('an empty account has no return, before the first deposit and after the last withdrawal', () => {
    const { returns, nonPositiveNavCount } = returnsOf([0, 0, 110, 0, 0, 5], { 2: 100 });
    expect(returns.map((r) => (Number.isNaN(r) ? null : Number(r.toFixed(12))))).toEqual([
      null,
      0.1,
      -1,
      null,
      null,
    ]);
    expect(nonPositiveNavCount).toBe(3);
  });

  it('a withdrawal of everything is no loss', () => {
    expect(returnsOf([100, 0], { 1: -100 }).returns).toEqual([0]);
  });

  it('flows of at most 1 % are not large', () => {
    expect(returnsOf([100, 101, 100], { 1: 1, 2: -1 }).largeFlowsUnvalued).toBe(0);
  });

  it('a record of one value has no return', () => {
    expect(returnsOf([100])).toMatchObject({ returns: [], gapCount: 0 });
    expect(returnsOf([null, null])).toMatchObject({ gapCount: 0, nonPositiveNavCount: 0 });
  });
});

describe('when only flows differ', () => {
  const rate = fc.double({ min: -0.5, max: 0.5, noNaN: true });
  const flow = fc.double({ min: -0.9, max: 5, noNaN: true });

  it('the returns are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(rate, flow), { minLength: 1, maxLength: 30 }), (periods) => {
        const navs = [1_000];
        const flows: Record<number, number> = {};
        for (const [i, [r, share]] of periods.entries()) {
          const before = navs[i]!;
          const moved = Math.round(before * share * 100) / 100;
          const grown =
            moved > 0
              ? (before + moved) * (1 + r)
              : before * (1 + r) + Math.max(moved, -before * (1 + r) * 0.9);
          flows[i + 1] = moved > 0 ? moved : Math.max(moved, -before * (1 + r) * 0.9);
          navs.push(grown);
        }
        const { returns } = returnsOf(navs, flows);
        for (const [i, [r]] of periods.entries()) {
          if (navs[i]! > 1) expect(Math.abs(returns[i]! - r)).toBeLessThan(1e-5);
        }
      }),
    );
  });
});
