import { describe, expect, it } from 'vitest';
import { chiSquareSurvival } from '../../src/series/chi-square.ts';
import { expectClose } from '../closeness.ts';

/** Q(degrees / 2, x / 2), computed by mpmath with 50 digits. */
const SURVIVALS = [
  [0.01, 1, 0.920344325445942],
  [1, 1, 0.3173105078629141],
  [8.9, 1, 0.002851706559692212],
  [9.1, 1, 0.0025560949482294135],
  [50, 1, 1.537459794428035e-12],
  [0.5, 2, 0.7788007830714049],
  [3, 2, 0.22313016014842982],
  [40, 2, 2.061153622438558e-9],
  [2.2, 3, 0.5319483712104883],
  [9, 3, 0.029290886534888233],
  [30, 3, 1.3800570312932547e-6],
  [6, 4, 0.19914827347145578],
  [1e-8, 5, 1],
  [11, 5, 0.05137998348306953],
  [25, 8, 0.0015545578430110672],
  [30, 9, 0.00043872177097947947],
  [45, 30, 0.038601758266317336],
  [600, 30, 2.962279801331759e-107],
  [1300, 7, 1.6632784025498239e-276],
] as const;

describe('when the tail of the chi-square distribution is computed', () => {
  it.each(SURVIVALS)('beyond %d with %d degrees of freedom it is %d', (x, degrees, survival) => {
    expectClose(chiSquareSurvival(x, degrees), survival, { relative: 1e-12, absolute: 0 });
  });

  it('is all of it at 0, and never more', () => {
    expect([1, 2, 3].map((degrees) => chiSquareSurvival(0, degrees))).toEqual([1, 1, 1]);
    for (let degrees = 1; degrees <= 40; degrees++) {
      for (let x = 1e-9; x < degrees / 2; x += degrees / 40) {
        expect(chiSquareSurvival(x, degrees)).toBeLessThanOrEqual(1);
      }
    }
  });

  it('is nothing where no double holds it', () => {
    expect(chiSquareSurvival(2000, 4)).toBe(0);
    expect(chiSquareSurvival(1e12, 29)).toBe(0);
  });
});
