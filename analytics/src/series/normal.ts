/** The normal distribution. */

/** z of 5 % and 1 % (docs/metrics.md §3). */
export const Z_05 = -1.6448536269514729;
export const Z_01 = -2.3263478740408408;

/** Beyond this, the distribution function uses the continued fraction of the tail. */
const TAIL = 3;
const FRACTION_TERMS = 200;

/** Density phi(x). */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/**
 * Distribution function Phi(x), to a relative error of about 1e-13 on either side: within ±3 by the series
 * 1/2 + phi(x) (x + x³/3 + x⁵/15 + …) (Marsaglia 2004, "Evaluating the Normal Distribution"), beyond by the
 * continued fraction of Mills' ratio (Abramowitz & Stegun 26.2.14). NaN for NaN.
 */
export function normalDistribution(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < -TAIL) return upperTail(-x);
  if (x > TAIL) return 1 - upperTail(x);
  let [term, sum] = [x, x];
  for (let i = 3; sum + term !== sum; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

/** 1 − Phi(x) of x above {@link TAIL}. */
function upperTail(x: number): number {
  let fraction = x;
  for (let i = FRACTION_TERMS; i > 0; i--) fraction = x + i / fraction;
  return normalDensity(x) / fraction;
}
