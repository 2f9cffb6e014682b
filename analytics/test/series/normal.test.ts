import { describe, expect, it } from 'vitest';
import { normalDensity, normalDistribution, Z_01, Z_05 } from '../../src/series/normal.ts';
import { expectClose } from '../closeness.ts';

/** Phi(x), computed by mpmath with 40 digits. */
const DISTRIBUTION = [
  [-37, 5.725571222524577e-300],
  [-20, 2.7536241186062337e-89],
  [-10, 7.619853024160525e-24],
  [-6, 9.86587645037698e-10],
  [-3.5, 0.00023262907903552504],
  [-3.0000001, 0.0013498975884453199],
  [-3, 0.0013498980316300946],
  [-2.9999, 0.001350341282954924],
  [-1.5, 0.06680720126885807],
  [-0.5, 0.3085375387259869],
  [-1e-9, 0.49999999960105773],
  [0, 0.5],
  [0.1, 0.539827837277029],
  [1, 0.8413447460685429],
  [2.3, 0.9892758899783242],
  [3, 0.9986501019683699],
  [3.1, 0.9990323967867817],
  [6, 0.9999999990134123],
] as const;

describe('when the normal distribution is computed', () => {
  it.each(DISTRIBUTION)('Phi(%d) is %d, in the tails too', (x, probability) => {
    expectClose(normalDistribution(x), probability, { relative: 1e-12, absolute: 0 });
  });

  it('is symmetric, and has the quantiles of 5 % and 1 %', () => {
    for (let x = 0; x < 8; x += 0.37) expectClose(normalDistribution(x) + normalDistribution(-x), 1);
    expectClose(normalDistribution(Z_05), 0.05);
    expectClose(normalDistribution(Z_01), 0.01);
  });

  it('ends at 0 and 1, and has nothing to say of NaN', () => {
    expect(normalDistribution(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(normalDistribution(Number.POSITIVE_INFINITY)).toBe(1);
    expect(normalDistribution(Number.NaN)).toBeNaN();
  });

  it('has the correct density', () => {
    expectClose(normalDensity(0), 1 / Math.sqrt(2 * Math.PI));
    expectClose(normalDensity(Z_05), 0.10313564037537139);
  });
});
