/**
 * Value at risk and expected shortfall of one period (docs/metrics.md §3). Positive magnitudes are losses. A negative
 * one means that even the tail made money.
 */
import { finiteOr, type Outcome } from '../outcome.ts';
import type { Moments } from './moments.ts';
import { normalDensity, Z_01, Z_05 } from './normal.ts';
import type { OrderStatistics } from './quantile.ts';
import { indistinct, insufficient } from './risk.ts';

/** A tail: its probability and its normal quantile. */
export interface Tail {
  readonly alpha: number;
  readonly z: number;
}

/** The tails of 95 % and 99 %. */
export const TAIL_95: Tail = { alpha: 0.05, z: Z_05 };
export const TAIL_99: Tail = { alpha: 0.01, z: Z_01 };

/** `historicalVar…`: −quantile7(r, alpha). */
export function historicalVar(count: number, order: OrderStatistics, { alpha }: Tail): Outcome {
  return insufficient(count, 2) ?? unsigned(-order.quantile(alpha));
}

/** `expectedShortfall…`: −mean of the floor((n − 1) alpha) + 1 smallest r. */
export function expectedShortfall(count: number, order: OrderStatistics, { alpha }: Tail): Outcome {
  return insufficient(count, 2) ?? finiteOr(unsigned(-order.lowerTailMean(alpha)), 'noConvergence');
}

/** `tailRatio`: |q(0.95)| / |q(0.05)|. */
export function tailRatio(count: number, order: OrderStatistics): Outcome {
  const undefinedBecause = insufficient(count, 2);
  if (undefinedBecause !== undefined) return undefinedBecause;
  const lower = Math.abs(order.quantile(0.05));
  if (lower === 0) return 'zeroDenominator';
  return finiteOr(Math.abs(order.quantile(0.95)) / lower, 'noConvergence');
}

/** `parametricVar…`: −(m + z s). */
export function parametricVar({ count, mean, deviation }: Moments, { z }: Tail): Outcome {
  return insufficient(count, 2) ?? finiteOr(unsigned(-(mean + z * deviation)), 'noConvergence');
}

/** `parametricEs…`: −(m − s phi(z) / alpha). */
export function parametricEs({ count, mean, deviation }: Moments, { z, alpha }: Tail): Outcome {
  const shortfall = -(mean - (deviation * normalDensity(z)) / alpha);
  return insufficient(count, 2) ?? finiteOr(unsigned(shortfall), 'noConvergence');
}

/** `cornishFisherVar…`: −(m + z′ s), z′ by Favre & Galeano 2002 with population moments. */
export function cornishFisherVar(sample: Moments, { z }: Tail): Outcome {
  const { mean, deviation, skewness: g1, excessKurtosis: g2 } = sample;
  const adjusted =
    z + ((z ** 2 - 1) * g1) / 6 + ((z ** 3 - 3 * z) * g2) / 24 - ((2 * z ** 3 - 5 * z) * g1 ** 2) / 36;
  return indistinct(sample, 4) ?? finiteOr(unsigned(-(mean + adjusted * deviation)), 'noConvergence');
}

/**
 * Whether z′ increases with z at the level. Where it does not, skewness or kurtosis are too large for the expansion,
 * and a rarer loss would come out smaller. Null where there is no Cornish-Fisher VaR.
 */
export function isCornishFisherValid(sample: Moments, { z }: Tail): boolean | null {
  if (indistinct(sample, 4) !== undefined) return null;
  const { skewness: g1, excessKurtosis: g2 } = sample;
  return 1 + (z * g1) / 3 + ((z ** 2 - 1) * g2) / 8 - ((6 * z ** 2 - 5) * g1 ** 2) / 36 > 0;
}

/** 0 for −0. */
function unsigned(value: number): number {
  return value + 0;
}
