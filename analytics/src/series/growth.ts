/** Compounding: prod(1 + r). A million returns could move the product out of the range of a double, so it is scaled. */

/** A product of 1 + r: mantissa × 2^exponent. */
export interface Growth {
  /** 0: wiped out, because a factor was not above zero. */
  readonly mantissa: number;
  readonly exponent: number;
}

const STEP = 512;
const LARGE = 2 ** STEP;
const SMALL = 2 ** -STEP;

/**
 * prod(1 + r) of `returns[from .. to)`, in time order. At the first factor that is not above zero the capital
 * is lost and stays lost (docs/metrics.md §2 "wiped out").
 */
export function growth(returns: Float64Array, from = 0, to = returns.length): Growth {
  let mantissa = 1;
  let exponent = 0;
  for (let i = from; i < to; i++) {
    mantissa *= 1 + returns[i]!;
    if (mantissa > SMALL && mantissa < LARGE) continue;
    if (mantissa <= 0) return { mantissa: 0, exponent: 0 };
    // A power of two loses no digit.
    const up = mantissa >= LARGE;
    mantissa *= up ? SMALL : LARGE;
    exponent += up ? STEP : -STEP;
  }
  return { mantissa, exponent };
}

/** The return of a growth: prod(1 + r) − 1. Infinity where no double holds it. */
export function returnOf({ mantissa, exponent }: Growth): number {
  const half = 2 ** (exponent / 2);
  return mantissa * half * half - 1;
}

/** growth^power − 1: the return per period, or per year. */
export function powerReturn({ mantissa, exponent }: Growth, power: number): number {
  return Math.expm1((Math.log(mantissa) + exponent * Math.LN2) * power);
}
