import { DAY_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { type DatedAmount, xirr } from '../../src/series/xirr.ts';
import { expectClose } from '../closeness.ts';

/** Amounts at intervals of a year of 365 days. */
const yearly = (...amounts: number[]): DatedAmount[] =>
  amounts.map((amount, i) => ({ time: i * 365 * DAY_MS, amount }));

const presentValue = (flows: readonly DatedAmount[], rate: number) =>
  flows.reduce((sum, { time, amount }) => sum + amount * (1 + rate) ** (-time / (365 * DAY_MS)), 0);

describe('when there is one root', () => {
  it.each([
    [yearly(-100, 110), 0.1],
    [yearly(-100, 0, 121), 0.1],
    [yearly(100, -110), 0.1],
    [yearly(-100, 100), 0],
    [yearly(-100, 0.001), -0.99999],
    [yearly(-1, 900_000), 899_999],
  ])('%j has the root %d', (flows, rate) => {
    expect(xirr(flows)).toMatchObject({ xirrMultipleRoots: false, undefinedReasons: {} });
    expectClose(xirr(flows).xirr, rate);
  });

  it('nets flows at the same instant, in any order', () => {
    const flows = [...yearly(-100, 110), { time: 0, amount: 50 }, { time: 0, amount: -50 }];
    expectClose(xirr(flows.toReversed()).xirr, 0.1);
  });

  it('counts fractions of a day', () => {
    const flows = [
      { time: 0, amount: -100 },
      { time: 0.25 * DAY_MS, amount: 100.1 },
    ];
    expectClose(xirr(flows).xirr, 1.001 ** (365 * 4) - 1);
  });

  it("finds the root where Newton's method leaves the domain", () => {
    const flows = yearly(-1000, -50, 20, 0, 1);
    const { xirr: rate } = xirr(flows);
    expect(rate!).toBeLessThan(-0.8);
    expect(Math.abs(presentValue(flows, rate!))).toBeLessThan(1e-6);
  });
});

describe('when there are several roots', () => {
  it('gives the root nearest to 0 and reports that there are more', () => {
    // Roots at 10 % and 20 %, and at −50 %, 10 % and 300 %.
    expectClose(xirr(yearly(-1, 2.3, -1.32)).xirr, 0.1);
    expect(xirr(yearly(-1, 2.3, -1.32)).xirrMultipleRoots).toBe(true);
    const cubic = [1, -(0.5 + 1.1 + 4), 0.5 * 1.1 + 0.5 * 4 + 1.1 * 4, -0.5 * 1.1 * 4];
    expectClose(xirr(yearly(...cubic)).xirr, 0.1);
    expect(xirr(yearly(...cubic)).xirrMultipleRoots).toBe(true);
  });

  it('finds a root that lies on the grid', () => {
    const { xirr: rate, xirrMultipleRoots } = xirr(yearly(-1, 2.5, -1.5));
    expectClose({ rate, xirrMultipleRoots }, { rate: 0, xirrMultipleRoots: true });
  });
});

describe('when there is no root', () => {
  it.each<[string, DatedAmount[], string]>([
    ['of nothing', [], 'noData'],
    ['of one amount', yearly(-100), 'noData'],
    ['of one instant', [...yearly(-100), ...yearly(110)], 'noData'],
    ['of amounts of 0', yearly(0, 0, 0), 'noData'],
    ['of one sign', yearly(-100, -50), 'noConvergence'],
    ['of a sum that never is 0', yearly(-1, 1, -1), 'noConvergence'],
    ['of one beyond the last rate', yearly(-1, 2_000_000), 'noConvergence'],
    ['of one below the first rate', yearly(-1, 1e-9), 'noConvergence'],
  ])('%s, it gives the reason', (_, flows, reason) => {
    expect(xirr(flows)).toEqual({ xirr: null, xirrMultipleRoots: false, undefinedReasons: { xirr: reason } });
  });

  it.each([
    { time: Number.NaN, amount: 1 },
    { time: 0, amount: Number.POSITIVE_INFINITY },
  ])('refuses %j', (flow) => {
    expect(() => xirr([flow])).toThrow(InputError);
    expect(() => xirr([flow])).toThrow(expect.objectContaining({ code: 'analytics_parameter_invalid' }));
  });
});

describe('when amounts are random', () => {
  const flow = fc.record({
    time: fc.integer({ min: 0, max: 4000 }).map((day) => day * DAY_MS),
    amount: fc.integer({ min: -1000, max: 1000 }),
  });

  it('gives a rate at which the net present value is zero', () => {
    fc.assert(
      fc.property(fc.array(flow, { minLength: 2, maxLength: 40 }), (flows) => {
        const result = xirr(flows);
        if (result.xirr === null) return;
        const last = Math.max(...flows.map(({ time }) => time)) / (365 * DAY_MS);
        const size =
          Math.max(1, (1 + result.xirr) ** -last) * flows.reduce((s, f) => s + Math.abs(f.amount), 0);
        expect(Math.abs(presentValue(flows, result.xirr)) / size).toBeLessThan(1e-9);
      }),
    );
  });

  it('gives the growth rate of an investment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -90, max: 400 }),
        fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 30 }),
        (percent, days) => {
          const growth = 1 + percent / 100;
          const end = 2500;
          const paid = days.map((day) => ({ time: day * DAY_MS, amount: -100 }));
          const worth = days.reduce((sum, day) => sum + 100 * growth ** ((end - day) / 365), 0);
          expectClose(xirr([...paid, { time: end * DAY_MS, amount: worth }]).xirr, percent / 100);
        },
      ),
    );
  });
});
