/**
 * Whole numbers of any size, fast while they are small: a `number` as long as it is a safe integer, a `bigint` beyond.
 * Every function returns and expects that form, so that `===`, `<` and `>` compare values. Only functions whose name
 * states it round.
 *
 * Measured: matching a million fills takes half the time that `bigint` alone takes.
 */
export type Whole = number | bigint;

const MAX = Number.MAX_SAFE_INTEGER;
const [MAX_BIG, MIN_BIG] = [BigInt(MAX), BigInt(-MAX)];

/** `value` in its form. */
export function toWhole(value: bigint): Whole {
  return value <= MAX_BIG && value >= MIN_BIG ? Number(value) : value;
}

/** The integer of a text with decimal digits and an optional minus. */
export function parseWhole(digits: string): Whole {
  // Fifteen digits are always safe. The text -0 gives 0.
  return digits.length <= 15 ? Number(digits) + 0 : toWhole(BigInt(digits));
}

// These three are small so that the compiler inlines them. That keeps their results out of memory and saves a sixth of
// the time of matching lots.

export function add(a: Whole, b: Whole): Whole {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return addBig(a, b);
}

export function subtract(a: Whole, b: Whole): Whole {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return subtractBig(a, b);
}

/** A double product within the safe integers is exact. A rounded product would be outside them. */
export function multiply(a: Whole, b: Whole): Whole {
  if (typeof a === 'number' && typeof b === 'number') {
    // Removes the sign of a zero.
    const product = a * b + 0;
    if (Number.isSafeInteger(product)) return product;
  }
  return multiplyBig(a, b);
}

function addBig(a: Whole, b: Whole): Whole {
  return toWhole(BigInt(a) + BigInt(b));
}

function subtractBig(a: Whole, b: Whole): Whole {
  return toWhole(BigInt(a) - BigInt(b));
}

function multiplyBig(a: Whole, b: Whole): Whole {
  return toWhole(BigInt(a) * BigInt(b));
}

export function negate(a: Whole): Whole {
  return typeof a === 'number' ? 0 - a : -a;
}

/** `dividend / divisor`, half to even. `divisor` is positive. */
export function divideHalfEven(dividend: Whole, divisor: Whole): Whole {
  if (typeof dividend === 'number' && typeof divisor === 'number') {
    const remainder = dividend % divisor;
    // Without its remainder the dividend is divisible, so the double quotient is exact.
    return roundHalfEven((dividend - remainder) / divisor, Math.abs(remainder), divisor, dividend < 0);
  }
  const [units, parts] = [BigInt(dividend), BigInt(divisor)];
  const remainder = units % parts;
  const size = remainder < 0n ? -remainder : remainder;
  const quotient = units / parts;
  const twice = size * 2n;
  if (twice < parts || (twice === parts && quotient % 2n === 0n)) return toWhole(quotient);
  return toWhole(units < 0n ? quotient - 1n : quotient + 1n);
}

function roundHalfEven(quotient: number, remainder: number, divisor: number, isNegative: boolean): number {
  const rest = divisor - remainder;
  if (remainder < rest || (remainder === rest && quotient % 2 === 0)) return quotient + 0;
  return isNegative ? quotient - 1 : quotient + 1;
}

const POWERS: readonly Whole[] = Array.from({ length: 256 }, (_, exponent) =>
  toWhole(10n ** BigInt(exponent)),
);

/** 10^exponent, exponent ≥ 0. */
export function powerOfTen(exponent: number): Whole {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}
