import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { type Moments, moments } from '../../src/series/moments.ts';
import { probabilisticSharpeRatio, sharpeRatioStandardError } from '../../src/series/risk.ts';
import {
  deflatedSharpeRatio,
  minimumTrackRecordLength,
  type SharpeEstimate,
  sharpeEstimate,
  sharpeRatioAutocorrelationAdjusted,
  sharpeRatioLower95,
  sharpeRatioUpper95,
} from '../../src/series/sharpe-confidence.ts';
import { expectClose } from '../closeness.ts';

/** A sample of 252 periods a year with a given annual ratio, skewness −0.5 and kurtosis 4. */
function sampleOf(annualRatio: number, count: number): Moments {
  const mean = annualRatio / Math.sqrt(252);
  return { count, least: -1, greatest: 1, mean, deviation: 1, skewness: -0.5, excessKurtosis: 1 };
}

function estimateOf(sample: Moments, periodsPerYear = 252, riskFree = 0): SharpeEstimate {
  const estimate = sharpeEstimate(sample, periodsPerYear, riskFree);
  if (typeof estimate === 'string') throw new Error(estimate);
  return estimate;
}

const samples = fc
  .array(fc.integer({ min: -50, max: 60 }), { minLength: 5, maxLength: 40 })
  .map((ks) => moments(Float64Array.from(ks, (k) => k / 1000)))
  .filter((sample) => typeof sharpeEstimate(sample, 365, 0) !== 'string');

describe('when another author computes the same', () => {
  // Public calculators of the deflated ratio and the minimum length (auditzk.com/tools), to all digits they print.
  it('has the variance, the error and the length of a ratio of 1', () => {
    const estimate = estimateOf(sampleOf(1, 252));
    expect(estimate.variance.toFixed(4)).toBe('1.0345');
    expect(Number(sharpeRatioStandardError(sampleOf(1, 252), 252, 0)).toFixed(4)).toBe('1.0191');
    const length = Number(minimumTrackRecordLength(estimate, 0, 1));
    expect(length.toFixed(1)).toBe('706.3');
    // With 50 digits of mpmath.
    expectClose(length, 706.3006934450617);
  });

  it('has the deflated ratio of the best of 8.2 trials', () => {
    const estimate = estimateOf(sampleOf(1.5, 500));
    expect(Number(sharpeRatioStandardError(sampleOf(1.5, 500), 252, 0)).toFixed(4)).toBe('0.7296');
    const deflated = Number(deflatedSharpeRatio(estimate, 8.2));
    expect((100 * deflated).toFixed(2)).toBe('73.31');
    expectClose(deflated, 0.7330634126368718);
  });
});

describe('when the ratio has an interval', () => {
  const estimate = { count: 101, ratio: 0.2, variance: 1.21, periodsPerYear: 4 };

  it('is 1.96 errors on both sides, annualised, and wider with f', () => {
    expectClose(sharpeRatioLower95(estimate, 1), 2 * (0.2 - 1.959963984540054 * 0.11));
    expectClose(sharpeRatioUpper95(estimate, 1), 2 * (0.2 + 1.959963984540054 * 0.11));
    expectClose(sharpeRatioLower95(estimate, 9), 2 * (0.2 - 1.959963984540054 * 0.33));
    expectClose(sharpeRatioUpper95(estimate, 9), 2 * (0.2 + 1.959963984540054 * 0.33));
  });
});

describe('when the annual ratio allows for autocorrelation', () => {
  it('is that of Lo', () => {
    expectClose(sharpeRatioAutocorrelationAdjusted(0.5, [0.3, 0.1], 12), 6 / Math.sqrt(12 + 2 * (3.3 + 1)));
    expectClose(sharpeRatioAutocorrelationAdjusted(0.5, [0, 0], 12), 0.5 * Math.sqrt(12));
  });

  it('rounds the periods in a year, and takes no lag from there on', () => {
    expectClose(sharpeRatioAutocorrelationAdjusted(0.5, [0.3], 11.6), 6 / Math.sqrt(12 + 2 * 3.3));
    expectClose(sharpeRatioAutocorrelationAdjusted(0.5, [0.3, 0.7, 0.9], 2), 1 / Math.sqrt(2 + 0.6));
    expect(sharpeRatioAutocorrelationAdjusted(0.5, [0.3], 1)).toBe(0.5);
  });

  it('is undefined where nothing is left under the root', () => {
    expect(sharpeRatioAutocorrelationAdjusted(0.5, [-1], 2)).toBe('zeroDenominator');
    expect(sharpeRatioAutocorrelationAdjusted(0.5, [-0.6, -0.6], 12)).toBe('zeroDenominator');
    expect(sharpeRatioAutocorrelationAdjusted(0.5, [0.1], 0.3)).toBe('zeroDenominator');
    expect(sharpeRatioAutocorrelationAdjusted(1e308, [0.1], 1e6)).toBe('noConvergence');
  });
});

describe('when the length of a record is asked for', () => {
  const estimate = { count: 50, ratio: 0.2, variance: 1.5, periodsPerYear: 4 };
  const z = 1.6448536269514729;

  it('is 1 + v f (z / (SR − SR*))²', () => {
    expectClose(minimumTrackRecordLength(estimate, 0, 1), 1 + 1.5 * (z / 0.2) ** 2);
    expectClose(minimumTrackRecordLength(estimate, 0.1, 2), 1 + 3 * (z / 0.15) ** 2);
    expectClose(minimumTrackRecordLength(estimate, -0.1, 1), 1 + 1.5 * (z / 0.25) ** 2);
  });

  it('has none unless the ratio is above the reference', () => {
    expect(minimumTrackRecordLength(estimate, 0.4, 1)).toBe('belowReference');
    expect(minimumTrackRecordLength(estimate, 0.5, 1)).toBe('belowReference');
    expect(minimumTrackRecordLength({ ...estimate, ratio: 0 }, 0, 1)).toBe('belowReference');
    expect(minimumTrackRecordLength({ ...estimate, ratio: 1e-200 }, 0, 1)).toBe('noConvergence');
  });
});

describe('when a record is the best of many', () => {
  it('one trial gives the probabilistic ratio', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        expect(deflatedSharpeRatio(estimateOf(sample, 365), 1)).toBe(probabilisticSharpeRatio(sample, 0));
      }),
    );
  });

  it('falls as the number of trials rises', () => {
    const trials = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(samples, trials, trials, (sample, a, b) => {
        const estimate = estimateOf(sample, 365);
        const [few, many] = [Math.min(a, b), Math.max(a, b)];
        const of = (n: number) => Number(deflatedSharpeRatio(estimate, n));
        expect(of(many)).toBeLessThanOrEqual(of(few));
        if (many > 2 && many > 1.1 * few && of(few) > 1e-12 && of(few) < 0.999999) {
          expect(of(many)).toBeLessThan(of(few));
        }
      }),
    );
  });

  it('a little more than one trial does not help', () => {
    const estimate = estimateOf(sampleOf(1, 252));
    expect(deflatedSharpeRatio(estimate, 1.01)).toBe(deflatedSharpeRatio(estimate, 1));
  });

  it('takes any number of trials', () => {
    const estimate = estimateOf(sampleOf(1, 252));
    expect(deflatedSharpeRatio(estimate, 1e30)).toBeLessThan(1e-20);
    expect(deflatedSharpeRatio(estimate, Number.MAX_VALUE)).toBeGreaterThanOrEqual(0);
  });

  it.each([0.99, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d trials', (trials) => {
    const act = () => deflatedSharpeRatio(estimateOf(sampleOf(1, 252)), trials);
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'analytics_parameter_invalid' }));
  });
});

describe('when there is no estimate', () => {
  const reasonOf = (returns: readonly number[]) =>
    sharpeEstimate(moments(Float64Array.from(returns)), 365, 0);

  it('says why', () => {
    expect(reasonOf([])).toBe('noData');
    expect(reasonOf([0.1, 0.2, 0.1])).toBe('tooFewObservations');
    expect(reasonOf([0.1, 0.1, 0.1, 0.1])).toBe('zeroVariance');
    expect(reasonOf([0.1, 0.2, 0.1, 0.3])).toMatchObject({ count: 4, periodsPerYear: 365 });
  });

  it('takes an error that is only rounding for none', () => {
    const sample = moments(Float64Array.of(...Array<number>(9).fill(0.0012062464280282376), 0.01));
    expect(sharpeEstimate(sample, 365, 0)).toBe('zeroVariance');
    expect(sharpeRatioStandardError(sample, 365, 0)).toBe('zeroVariance');
    expect(probabilisticSharpeRatio(sample, 0)).toBe('zeroVariance');
    const near = moments(Float64Array.of(...Array<number>(9).fill(0.00121), 0.01));
    expect(sharpeEstimate(near, 365, 0)).toMatchObject({ count: 10 });
    expect(probabilisticSharpeRatio(near, 0)).toBeTypeOf('number');
  });

  it('subtracts the risk-free rate', () => {
    const sample = sampleOf(1, 252);
    expect(estimateOf(sample, 252, sample.mean).ratio).toBe(0);
    expect(estimateOf(sample, 252, sample.mean).variance).toBe(1);
  });

  it('has no number for ratios that no double holds', () => {
    const sample = moments(Float64Array.of(1e-300, -1e-300, 2e-300, 1e-300, -2e-300));
    expect(probabilisticSharpeRatio(sample, 0.001)).toBe('noConvergence');
    const estimate = estimateOf(sample, 365, 0.001);
    expect(sharpeRatioLower95(estimate, 1)).toBe('noConvergence');
    expect(deflatedSharpeRatio(estimate, 10)).toBe('noConvergence');
  });
});
