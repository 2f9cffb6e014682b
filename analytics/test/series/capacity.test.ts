import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { type CapacityInput, capacity, type TradedDay } from '../../src/series/capacity.ts';
import { expectClose } from '../closeness.ts';
import { confidenceGoldens } from '../goldens.ts';

const day = (ownValue: number, marketValue: number | null, dailySigma: number | null): TradedDay => ({
  ownValue,
  marketValue,
  dailySigma,
});
const capacityOf = (rows: readonly TradedDay[], netPnl: number | null = 100) => capacity({ rows, netPnl });

const { input, expected } = confidenceGoldens.capacity;
const GOLDEN: CapacityInput = {
  rows: input['rows [own value, market value of the day without own, daily sigma]'].map((row) => day(...row)),
  netPnl: input.netPnl,
};

describe('when an account trades in markets of a known size', () => {
  it('has the numbers of the golden, in any order of rows', () => {
    expectClose(capacity(GOLDEN), expected);
    expectClose(capacity({ ...GOLDEN, rows: GOLDEN.rows.toReversed() }), expected);
  });

  it('the share is the one that 95 % of the value stays at or below', () => {
    const rows = (rest: number) => [day(100 - rest, 10_000, 0.02), day(rest, 10, 0.02)];
    expectClose(capacityOf(rows(5)).participation95, 0.0095);
    expectClose(capacityOf(rows(5)).capacityMultiple, 0.01 / 0.0095);
    expectClose(capacityOf(rows(5.01)).participation95, 0.501);
  });

  it('a row without own value counts for nothing', () => {
    expect(capacity({ ...GOLDEN, rows: [day(0, null, null), ...GOLDEN.rows, day(0, 0, 0.1)] })).toEqual(
      capacity(GOLDEN),
    );
  });

  it('a larger account trades a larger share at a larger cost', () => {
    const rows = fc.array(
      fc.record({
        ownValue: fc.integer({ min: 1, max: 1000 }),
        marketValue: fc.integer({ min: 1, max: 1e6 }),
        dailySigma: fc.integer({ min: 1, max: 99 }).map((k) => k / 1000),
      }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(rows, (small) => {
        const large = small.map((row) => ({ ...row, ownValue: 4 * row.ownValue }));
        const [a, b] = [capacityOf(small), capacityOf(large)];
        expectClose(b.participation95, 4 * Number(a.participation95));
        expectClose(b.impactPerTraded, 2 * Number(a.impactPerTraded));
        expect(Number(b.breakEvenMultiple)).toBeLessThan(Number(a.breakEvenMultiple));
        const shares = small.map(({ ownValue, marketValue }) => ownValue / marketValue);
        expect(shares).toContain(a.participation95);
      }),
    );
  });
});

describe('when volumes or deviations are not known', () => {
  const KNOWN = day(95, 9500, 0.02);
  const COSTLY = day(95, 950, 0.05);

  it('up to 5 % of the value counts as the largest share, at the largest impact', () => {
    const rows = [KNOWN, COSTLY, day(10, null, 0.01)];
    const impact = (95 * 0.02 * Math.sqrt(0.01) + 105 * 0.05 * Math.sqrt(0.1)) / 200;
    expectClose(capacityOf(rows), {
      participation95: 0.1,
      capacityMultiple: 0.1,
      impactPerTraded: impact,
      breakEvenMultiple: (1 + 100 / (impact * 200)) ** 2,
    });
    expectClose(capacityOf([KNOWN, COSTLY, day(10, null, 0)]).impactPerTraded, impact);
    expectClose(capacityOf([KNOWN, COSTLY, day(10, 1e9, null)]).impactPerTraded, impact);
    expectClose(capacityOf([KNOWN, COSTLY, day(10, 0, 0.9)]).impactPerTraded, impact);
  });

  it('beyond that there is no number', () => {
    expect(capacityOf([KNOWN, day(5.1, null, 0.02)])).toEqual({
      participation95: 'unknownValue',
      capacityMultiple: 'unknownValue',
      impactPerTraded: 'unknownValue',
      breakEvenMultiple: 'unknownValue',
    });
    const young = capacityOf([KNOWN, day(5.1, 510, null)]);
    expectClose(young.participation95, 0.01);
    expect(young).toMatchObject({
      impactPerTraded: 'tooFewObservations',
      breakEvenMultiple: 'tooFewObservations',
    });
    expect(capacityOf([KNOWN, day(5.1, 0, 0.02)])).toEqual({
      participation95: 'zeroDenominator',
      capacityMultiple: 'zeroDenominator',
      impactPerTraded: 'zeroDenominator',
      breakEvenMultiple: 'zeroDenominator',
    });
  });

  it('a small account is judged as a large one', () => {
    const small = [day(0.095, 9.5, 0.02), day(0.0051, null, 0.02)];
    expect(capacityOf(small).participation95).toBe('unknownValue');
    expectClose(capacityOf([day(0.095, 9.5, 0.02), day(0.0049, null, 0.02)]).participation95, 0.01);
  });

  it('each of several causes counts', () => {
    const rows = [day(94, 9400, 0.02), day(3, null, 0.02), day(3, 0, 0.02)];
    expect(capacityOf(rows)).toMatchObject({
      participation95: 'zeroDenominator',
      impactPerTraded: 'zeroDenominator',
    });
    expect(capacityOf([...rows.slice(0, 2), day(3, 300, null)])).toMatchObject({
      participation95: 0.01,
      impactPerTraded: 'tooFewObservations',
    });
  });

  it('has no data if nothing was traded', () => {
    for (const rows of [[], [day(0, 100, 0.1)]]) {
      expect(capacityOf(rows)).toEqual({
        participation95: 'noData',
        capacityMultiple: 'noData',
        impactPerTraded: 'noData',
        breakEvenMultiple: 'noData',
      });
    }
  });
});

describe('when there is no profit to eat', () => {
  it.each<[number | null, string]>([
    [0, 'belowReference'],
    [-5, 'belowReference'],
    [null, 'unknownValue'],
  ])('with %d: %s', (netPnl, reason) => {
    expect(capacity({ ...GOLDEN, netPnl }).breakEvenMultiple).toBe(reason);
    expectClose(capacity({ ...GOLDEN, netPnl }).impactPerTraded, expected['impactPerTraded']);
  });

  it('any profit is one', () => {
    expectClose(capacityOf([day(100, 10_000, 0.02)], 0.5).breakEvenMultiple, (1 + 0.5 / 0.2) ** 2);
  });

  it('has no multiple where nothing moves a price', () => {
    expect(capacityOf([day(10, 100, 0)])).toMatchObject({
      impactPerTraded: 0,
      breakEvenMultiple: 'zeroDenominator',
    });
    expect(capacityOf([day(10, 1000, 1e-300)], 1e200).breakEvenMultiple).toBe('noConvergence');
    expect(capacityOf([day(1e-10, 1e306, 0.1)]).capacityMultiple).toBe('noConvergence');
    expect(capacityOf([day(1e200, 1, 1e100)]).impactPerTraded).toBe('noConvergence');
  });
});

describe('when a row is malformed', () => {
  it.each<[string, TradedDay, number?]>([
    ['a negative own value', day(-1, 1, 1)],
    ['an infinite own value', day(Number.POSITIVE_INFINITY, 1, 1)],
    ['a negative volume', day(1, -1, 1)],
    ['a volume that is no number', day(1, Number.NaN, 1)],
    ['a negative deviation', day(1, 1, -1)],
    ['a deviation that is no number', day(1, 1, Number.NaN)],
    ['a profit that is no number', day(1, 1, 1), Number.NaN],
  ])('refuses %s', (_, row, netPnl = 1) => {
    const act = () => capacityOf([day(1, 1, 1), row], netPnl);
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'analytics_parameter_invalid' }));
  });
});
