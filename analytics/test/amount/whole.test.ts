import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  divideHalfEven,
  multiply,
  negate,
  parseWhole,
  powerOfTen,
  subtract,
  toWhole,
} from '../../src/amount/whole.ts';

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Integers near zero, near the largest safe integers, and far beyond them. */
const integer = fc.oneof(
  fc.bigInt({ min: -1_000n, max: 1_000n }),
  fc.bigInt({ min: SAFE - 5n, max: SAFE + 5n }),
  fc.bigInt({ min: -SAFE - 5n, max: -SAFE + 5n }),
  fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }),
  fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }),
);

describe('when whole numbers are small or large', () => {
  it('gives the results of bigint, in one canonical form', () => {
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        const [x, y] = [toWhole(a), toWhole(b)];
        expect(add(x, y)).toBe(toWhole(a + b));
        expect(subtract(x, y)).toBe(toWhole(a - b));
        expect(multiply(x, y)).toBe(toWhole(a * b));
        expect(negate(x)).toBe(toWhole(-a));
        expect(parseWhole(String(a))).toBe(x);
        expect(x < y).toBe(a < b);
        expect(x === y).toBe(a === b);
      }),
      { numRuns: 2_000 },
    );
  });

  it('rounds a quotient half to even', () => {
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        const divisor = b < 0n ? -b : b + 1n;
        const quotient = BigInt(divideHalfEven(toWhole(a), toWhole(divisor)));
        const twice = 2n * (a - quotient * divisor);
        const size = twice < 0n ? -twice : twice;
        expect(size < divisor || (size === divisor && quotient % 2n === 0n)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [5, 10, 0],
    [15, 10, 2],
    [25, 10, 2],
    [-5, 10, 0],
    [-15, 10, -2],
    [-26, 10, -3],
    [Number.MAX_SAFE_INTEGER, 2, 4_503_599_627_370_496],
    [Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER],
  ])('%d / %d is %d', (dividend, divisor, quotient) => {
    expect(divideHalfEven(dividend, divisor)).toBe(quotient);
  });

  it('gives zero no sign', () => {
    for (const zero of [
      multiply(-1, 0),
      negate(0),
      parseWhole('-0'),
      divideHalfEven(-1, 3),
      subtract(1, 1),
    ]) {
      expect(zero).toBe(0);
    }
  });

  it('computes powers of ten exactly', () => {
    for (const exponent of [0, 15, 16, 40, 255, 300]) {
      expect(BigInt(powerOfTen(exponent))).toBe(10n ** BigInt(exponent));
    }
  });
});
