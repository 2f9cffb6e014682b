import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bootstrap, bootstrap, bootstrapBlockLength, RESAMPLES } from '../../src/series/bootstrap.ts';
import { drawdowns } from '../../src/series/drawdown.ts';
import { totalReturn } from '../../src/series/returns.ts';
import { bootstrapState, nextWord } from '../../src/series/xoshiro128.ts';
import { expectClose } from '../closeness.ts';
import { confidenceGoldens } from '../goldens.ts';

function resultOf(returns: readonly number[], periodsPerYear = 365, riskFree = 0): Bootstrap {
  const result = bootstrap(Float64Array.from(returns), periodsPerYear, riskFree);
  if (typeof result === 'string') throw new Error(result);
  return result;
}

/** The draws as the definition has them, one list for each resample. */
function naiveResamples(returns: readonly number[], blockLength: number): number[][] {
  const state = bootstrapState();
  const anIndex = () => Math.floor((nextWord(state) * returns.length) / 2 ** 32);
  return Array.from({ length: RESAMPLES }, () => {
    const indices = [anIndex()];
    while (indices.length < returns.length) {
      const isNew = nextWord(state) < Math.floor(2 ** 32 / blockLength);
      indices.push(isNew ? anIndex() : (indices.at(-1)! + 1) % returns.length);
    }
    return indices.map((index) => returns[index]!);
  });
}

function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const h = (sorted.length - 1) * p;
  const low = sorted[Math.floor(h)]!;
  return low + (h - Math.floor(h)) * (sorted[Math.ceil(h)]! - low);
}

/** Everything from the definition, with other parts of this room for one resample. */
function naiveBootstrap(returns: readonly number[], periodsPerYear: number, riskFree: number): Bootstrap {
  const blockLength = Math.floor(returns.length ** (1 / 3) + 0.5);
  const drawn = naiveResamples(returns, blockLength).map((values) => Float64Array.from(values));
  const totals = drawn.map((values) => Number(totalReturn(values)));
  const depths = drawn.map((values) => Math.max(...drawdowns(values).map((depth) => -depth)));
  const ratios = drawn.flatMap((values) => {
    const mean = values.reduce((sum, r) => sum + r, 0) / values.length;
    const squares = values.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (values.length - 1);
    return squares < 1e-24 ? [] : [((mean - riskFree) / Math.sqrt(squares)) * Math.sqrt(periodsPerYear)];
  });
  return {
    resamples: 2000,
    blockLength,
    totalReturn: [quantile(totals, 0.025), quantile(totals, 0.975)],
    sharpeRatio: [quantile(ratios, 0.025), quantile(ratios, 0.975)],
    maxDrawdown50: quantile(depths, 0.5),
    maxDrawdown95: quantile(depths, 0.95),
    lossProbability: totals.filter((total) => total < 0).length / 2000,
  };
}

const DAYS = Array.from({ length: 41 }, (_, i) => (((i * i * 7 + 3 * i) % 23) - 10) / 400);

describe('when a record is drawn again', () => {
  it('gives the digits of the golden', () => {
    const { returns, periodsPerYear, expected } = confidenceGoldens.C;
    expectClose(resultOf(returns, periodsPerYear), expected['bootstrap']);
  });

  it('is what the definition says, whatever the rates', () => {
    expectClose(resultOf(DAYS, 365, 0.0005), naiveBootstrap(DAYS, 365, 0.0005));
    expectClose(resultOf(DAYS.slice(0, 30), 12), naiveBootstrap(DAYS.slice(0, 30), 12, 0));
  });

  it('draws the capital that is lost, which stays lost', () => {
    for (const wipe of [-1, -1.5]) {
      const returns = DAYS.map((r, i) => (i === 20 ? wipe : r));
      const result = resultOf(returns);
      expectClose(result, naiveBootstrap(returns, 365, 0));
      expect(result).toMatchObject({ maxDrawdown50: 1, maxDrawdown95: 1 });
      expect((result.totalReturn as readonly number[])[0]).toBe(-1);
      expect(result.lossProbability).toBeGreaterThan(0.5);
    }
  });

  it('is the same whoever asks, and changes nothing', () => {
    const returns = Float64Array.from(DAYS);
    expect(bootstrap(returns, 365, 0)).toEqual(bootstrap(returns, 365, 0));
    expect(Array.from(returns)).toEqual(DAYS);
  });

  it('has bounds in order, whatever the record', () => {
    const record = fc.array(
      fc.integer({ min: -300, max: 300 }).map((k) => k / 1000),
      { minLength: 30, maxLength: 40 },
    );
    fc.assert(
      fc.property(record, (returns) => {
        const result = bootstrap(Float64Array.from(returns), 365, 0);
        fc.pre(typeof result !== 'string');
        const [low, high] = result.totalReturn as readonly [number, number];
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(-1);
        expect(result.maxDrawdown50).toBeLessThanOrEqual(result.maxDrawdown95);
        expect(result.maxDrawdown95).toBeLessThanOrEqual(1);
        expect(result.maxDrawdown50).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 20 },
    );
  });

  it('never loses where no day lost', () => {
    const result = resultOf(DAYS.map(Math.abs));
    expect(result).toMatchObject({ lossProbability: 0, maxDrawdown50: 0, maxDrawdown95: 0 });
  });
});

describe('when resamples do not vary', () => {
  const rare = (count: number, others: number) => [
    ...Array<number>(count).fill(0.05),
    ...Array<number>(others).fill(0),
  ];

  it('has no Sharpe ratio when they are more than one in a hundred', () => {
    // One day in 30 differs, so it is missing from many resamples.
    const result = resultOf(rare(1, 29));
    expect(result.sharpeRatio).toBe('zeroVariance');
    expect(result.totalReturn).toBeTypeOf('object');
  });

  /** A day of 5 % at each of the places, else 0. The places were searched for, so that as many resamples are constant. */
  const daysAt = (places: readonly number[]) =>
    Array.from({ length: 30 }, (_, i) => (places.includes(i) ? 0.05 : 0));
  const constantOf = (returns: readonly number[]) =>
    naiveResamples(returns, 3).filter((values) => new Set(values).size === 1).length;

  it('leaves them out when they are one in a hundred', () => {
    const returns = daysAt([2, 3, 4, 13, 14, 15]);
    expect(constantOf(returns)).toBe(20);
    expectClose(resultOf(returns, 365, 0.01), naiveBootstrap(returns, 365, 0.01));
  });

  it('has no Sharpe ratio when they are one more', () => {
    const returns = daysAt([4, 5, 6, 15, 16, 17]);
    expect(constantOf(returns)).toBe(21);
    expect(resultOf(returns).sharpeRatio).toBe('zeroVariance');
  });
});

describe('when a path leaves the range of a double', () => {
  it('still has its drawdowns and its ratio, and no total', () => {
    const returns = DAYS.map((_, i) => (i % 2 === 0 ? 1e20 : -0.5));
    const result = resultOf(returns);
    expect(result.totalReturn).toBe('noConvergence');
    const { maxDrawdown50, maxDrawdown95 } = naiveBootstrap(returns, 365, 0);
    expectClose([result.maxDrawdown50, result.maxDrawdown95], [maxDrawdown50, maxDrawdown95]);
    expect(maxDrawdown95).toBeLessThan(1);
    expect(result.sharpeRatio).toBeTypeOf('object');
  });

  it('has no total where one end is out of range', () => {
    const returns = DAYS.slice(0, 30).map((_, i) => (i % 2 === 0 ? 1e5 : 4e15));
    const totals = naiveResamples(returns, 3).map((values) =>
      values.reduce((product, r) => product * (1 + r), 1),
    );
    expect(quantile(totals, 0.025)).toBeLessThan(1e300);
    expect(totals).toContain(Number.POSITIVE_INFINITY);
    expect(resultOf(returns).totalReturn).toBe('noConvergence');
  });

  it('has the total where a double holds it', () => {
    const returns = DAYS.map((_, i) => [1e6, 1.1e6, 9e5, -0.5][i % 4]!);
    const result = resultOf(returns);
    expectClose(result, naiveBootstrap(returns, 365, 0));
    expect((result.totalReturn as readonly number[])[1]).toBeGreaterThan(1e180);
  });
});

describe('when there is nothing to draw from', () => {
  it('says why', () => {
    const reasonOf = (returns: readonly number[]) => bootstrap(Float64Array.from(returns), 365, 0);
    expect(reasonOf([])).toBe('noData');
    expect(reasonOf(DAYS.slice(0, 29))).toBe('tooFewObservations');
    expect(reasonOf(DAYS.slice(0, 30))).toBeTypeOf('object');
    expect(reasonOf(Array<number>(30).fill(0.001))).toBe('zeroVariance');
  });
});

describe('when the length of blocks is chosen', () => {
  it.each([
    [0, 1],
    [1, 1],
    [3, 1],
    [4, 2],
    [30, 3],
    [42, 3],
    [43, 4],
    [60, 4],
    [730, 9],
    [857, 9],
    [858, 10],
    [3650, 15],
  ])('of %d returns it is %d', (count, length) => {
    expect(bootstrapBlockLength(count)).toBe(length);
  });
});
