import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalDistribution } from '../../src/series/normal.ts';
import { normalQuantile } from '../../src/series/normal-quantile.ts';
import { expectClose } from '../closeness.ts';

/** Phi⁻¹(p), computed by mpmath with 50 digits. exp(−25) is between 1.4e-11 and 1.38e-11. */
const QUANTILES = [
  [1e-300, -37.0470962993612],
  [1e-100, -21.273453560965326],
  [1e-20, -9.262340089798407],
  [1.38e-11, -6.658838502850766],
  [1.4e-11, -6.656723091518184],
  [1e-5, -4.264890793922825],
  [0.01, -2.326347874040841],
  [0.05, -1.6448536269514726],
  [0.0749, -1.4402382675279637],
  [0.0751, -1.43882539275254],
  [0.2, -0.8416212335729142],
  [0.4999, -0.0002506628300880075],
  [0.5, 0],
  [0.6, 0.2533471031357997],
  [0.9, 1.2815515655446006],
  [0.926, 1.4466320671589787],
  [0.975, 1.9599639845400538],
  [0.999, 3.090232306167813],
] as const;

describe('when a quantile of the normal distribution is computed', () => {
  it.each(QUANTILES)('of %d it is %d', (p, quantile) => {
    expectClose(normalQuantile(p), quantile, { relative: 1e-14, absolute: 0 });
  });

  it('is infinite at the ends', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it('is the inverse of the distribution, and antisymmetric', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 0.5, noNaN: true }), (p) => {
        expectClose(normalDistribution(normalQuantile(p)), p, { relative: 1e-11, absolute: 0 });
        expectClose(normalQuantile(1 - p), -normalQuantile(p), { relative: 1e-4, absolute: 1e-4 });
      }),
    );
  });
});
