/** The chi-square distribution. */
import { normalDensity, normalDistribution } from './normal.ts';

/**
 * P(chi² > x) with a whole number of degrees of freedom, to a relative error of about 1e-12: the finite sums of
 * Abramowitz & Stegun 26.4.4 (odd) and 26.4.5 (even), which are the regularised incomplete gamma function
 * Q(degrees / 2, x / 2). All terms are positive, so none cancels another. A probability below 1e-300 may come out as 0.
 * Not checked: that `degrees` is a whole number from 1 on, and x finite and not below 0.
 */
export function chiSquareSurvival(x: number, degrees: number): number {
  if (x === 0) return 1;
  const root = Math.sqrt(x);
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? (2 * normalDensity(root)) / root : Math.exp(-x / 2);
  let sum = isOdd ? 2 * normalDistribution(-root) : term;
  for (let i = isOdd ? 1 : 2; i < degrees; i += 2) {
    term *= x / i;
    sum += term;
  }
  return Math.min(sum, 1);
}
