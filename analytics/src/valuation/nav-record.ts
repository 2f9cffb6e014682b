/** Period returns of a record of values and flows. Only the values at the period ends are known. */
import { type Amount, toNumber, ZERO } from '../amount/decimal.ts';
import { DAILY_PERIODS_PER_YEAR, type ReturnSeries } from '../series/return-series.ts';
import { LARGE_SHARE } from './flows.ts';

/** Values and flows of consecutive periods; money in one currency. */
export interface NavRecord {
  /** Value at the start, then at the end of each period after its withdrawals. Null: not known. */
  readonly navs: readonly (Amount | null)[];
  /** Instants of `navs`, ascending, ms UTC. */
  readonly times: ArrayLike<number>;
  /** Deposits at the start of each period, and withdrawals at its end. Not negative. One fewer than `navs`. */
  readonly deposits: readonly Amount[];
  readonly withdrawals: readonly Amount[];
  readonly periodsPerYear?: number;
}

/** Returns, and what a reader must know before relying on them. */
export interface NavReturns {
  /**
   * One element for each period. NaN: none. A return after a gap covers the gap: its period starts where the value was
   * last known.
   */
  readonly series: ReturnSeries;
  /** Returns that cover a gap. */
  readonly gapCount: number;
  /** Periods without a return because no capital was there to earn it: V + D ≤ 0. */
  readonly nonPositiveNavCount: number;
  /** Flows above 1 % of the value before them. The record has no value at the time of such a flow. */
  readonly largeFlowsUnvalued: number;
}

/**
 * r = (V_i + W_i) / (V_{i−1} + D_i) − 1 (docs/metrics.md §2). The flows of a gap are added up. Large flows go through
 * the formula too, and are counted (docs/metrics.md §1), because the record has nothing better.
 */
export function navReturns(record: NavRecord): NavReturns {
  const { navs, times, deposits, withdrawals, periodsPerYear = DAILY_PERIODS_PER_YEAR } = record;
  const count = Math.max(0, navs.length - 1);
  const series = {
    returns: new Float64Array(count).fill(Number.NaN),
    starts: Float64Array.from({ length: count }, (_, i) => times[i]!),
    ends: Float64Array.from({ length: count }, (_, i) => times[i + 1]!),
    steps: new Float64Array(count).fill(1),
    periodsPerYear,
  };
  let [gapCount, nonPositiveNavCount, largeFlowsUnvalued] = [0, 0, 0];
  let known = navs.findIndex((nav) => nav !== null);
  let [depositsSince, withdrawalsSince] = [ZERO, ZERO];
  for (let i = known < 0 ? count : known; i < count; i++) {
    const [deposit, withdrawal] = [deposits[i]!, withdrawals[i]!];
    const before = navs[known]!;
    largeFlowsUnvalued += [deposit, withdrawal].filter((flow) =>
      flow.gt(before.abs().times(LARGE_SHARE)),
    ).length;
    depositsSince = depositsSince.plus(deposit);
    withdrawalsSince = withdrawalsSince.plus(withdrawal);
    const nav = navs[i + 1] ?? null;
    if (nav === null) continue;
    const invested = before.plus(depositsSince);
    if (invested.isPositive()) {
      series.returns[i] = toNumber(nav.plus(withdrawalsSince)) / toNumber(invested) - 1;
      series.starts[i] = times[known]!;
      series.steps[i] = i - known + 1;
      if (i > known) gapCount += 1;
    } else nonPositiveNavCount += 1;
    [known, depositsSince, withdrawalsSince] = [i + 1, ZERO, ZERO];
  }
  return { series, gapCount, nonPositiveNavCount, largeFlowsUnvalued };
}
