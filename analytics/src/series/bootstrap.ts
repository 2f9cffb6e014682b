/**
 * What else could have come of the same days (docs/metrics.md §3.1): the stationary bootstrap of Politis &
 * Romano 1994. It draws blocks of successive days, so that what depends on the day before stays together.
 */
import type { UndefinedReason } from '../outcome.ts';
import { moments } from './moments.ts';
import { OrderStatistics } from './quantile.ts';
import { indistinct, sharpePerPeriod } from './risk.ts';
import { bootstrapState, nextWord } from './xoshiro128.ts';

/** How many records are drawn. */
export const RESAMPLES = 2000;

/** The quantiles 0.025 and 0.975. */
export type Interval = readonly [low: number, high: number];

/** What the resamples show. A field without a value has the reason. */
export interface Bootstrap {
  readonly resamples: number;
  /** Mean length of a block, in returns. */
  readonly blockLength: number;
  readonly totalReturn: Interval | UndefinedReason;
  /** Annualised, of the resamples that vary. `zeroVariance` when more than one in a hundred does not. */
  readonly sharpeRatio: Interval | UndefinedReason;
  /** The drawdown that half of the resamples exceed, and the one that 5 in 100 exceed. Positive magnitudes. */
  readonly maxDrawdown50: number;
  readonly maxDrawdown95: number;
  /** Share of the resamples that lose. */
  readonly lossProbability: number;
}

/** One value of each resample. */
interface Resamples {
  readonly totals: Float64Array;
  readonly depths: Float64Array;
  /** For one period. NaN: the resample does not vary. */
  readonly ratios: Float64Array;
}

const LEAST_RETURNS = 30;
/** At most this share of the resamples may have no ratio. */
const CONSTANT_SHARE = 0.01;
const WORDS = 2 ** 32;
/** Above this the path is rescaled by a power of two, so that it cannot leave the range of a double. */
const LARGE = 2 ** 512;

/**
 * `bootstrap` of returns of one step each, in time order. It draws the same for the same returns, whoever asks. A gap
 * is not seen: the returns on both sides of it count as successive.
 * @param returns - not checked: that they are finite
 * @param riskFree - rf, for one period
 * @returns `noData`, `tooFewObservations` below 30 returns, `zeroVariance` for equal ones
 */
export function bootstrap(
  returns: Float64Array,
  periodsPerYear: number,
  riskFree: number,
): Bootstrap | UndefinedReason {
  const undefinedBecause = indistinct(moments(returns), LEAST_RETURNS);
  if (undefinedBecause !== undefined) return undefinedBecause;
  const blockLength = bootstrapBlockLength(returns.length);
  const { totals, depths, ratios } = resample(returns, blockLength, riskFree);
  const ordered = new OrderStatistics(depths);
  return {
    resamples: RESAMPLES,
    blockLength,
    totalReturn: intervalOf(totals, 1),
    sharpeRatio: ratioInterval(ratios, Math.sqrt(periodsPerYear)),
    maxDrawdown50: ordered.quantile(0.5),
    maxDrawdown95: ordered.quantile(0.95),
    lossProbability: totals.filter((total) => total < 0).length / RESAMPLES,
  };
}

/** b = max(1, floor(n^(1/3) + 0.5)), in returns. */
export function bootstrapBlockLength(count: number): number {
  return Math.max(1, Math.floor(Math.cbrt(count) + 0.5));
}

function resample(returns: Float64Array, blockLength: number, riskFree: number): Resamples {
  const state = bootstrapState();
  const drawn = new Float64Array(returns.length);
  const totals = new Float64Array(RESAMPLES);
  const depths = new Float64Array(RESAMPLES);
  const ratios = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) {
    drawBlocks(returns, drawn, blockLength, state);
    link(drawn, totals, depths, i);
    const sample = moments(drawn);
    ratios[i] = sample.deviation === 0 ? Number.NaN : sharpePerPeriod(sample, riskFree);
  }
  return { totals, depths, ratios };
}

/** Fills `drawn`. Each step takes a new index with probability 1 / b, otherwise the next one (circular). */
function drawBlocks(
  returns: Float64Array,
  drawn: Float64Array,
  blockLength: number,
  state: Int32Array,
): void {
  const count = returns.length;
  const newBelow = Math.floor(WORDS / blockLength);
  let index = Math.floor((nextWord(state) * count) / WORDS);
  drawn[0] = returns[index]!;
  for (let step = 1; step < count; step++) {
    index += 1;
    if (nextWord(state) < newBelow) index = Math.floor((nextWord(state) * count) / WORDS);
    else if (index === count) index = 0;
    drawn[step] = returns[index]!;
  }
}

/** Writes the total return and the deepest drawdown of one resample. Lost capital stays lost. */
function link(drawn: Float64Array, totals: Float64Array, depths: Float64Array, at: number): void {
  let value = 1;
  let peak = 1;
  let least = 1;
  let rescaled = 0;
  for (let i = 0; i < drawn.length; i++) {
    value *= 1 + drawn[i]!;
    if (value < peak) {
      if (value <= 0) {
        totals[at] = -1;
        depths[at] = 1;
        return;
      }
      least = Math.min(least, value / peak);
    } else {
      if (value > LARGE) {
        value /= LARGE;
        rescaled += 1;
      }
      peak = value;
    }
  }
  for (; rescaled > 0; rescaled--) value *= LARGE;
  totals[at] = value - 1;
  depths[at] = 1 - least;
}

function ratioInterval(ratios: Float64Array, annualised: number): Interval | UndefinedReason {
  const known = ratios.filter((ratio) => !Number.isNaN(ratio));
  return ratios.length - known.length > CONSTANT_SHARE * RESAMPLES
    ? 'zeroVariance'
    : intervalOf(known, annualised);
}

function intervalOf(values: Float64Array, unit: number): Interval | UndefinedReason {
  const order = new OrderStatistics(values);
  const [low, high] = [order.quantile(0.025) * unit, order.quantile(0.975) * unit];
  return Number.isFinite(low) && Number.isFinite(high) ? [low, high] : 'noConvergence';
}
