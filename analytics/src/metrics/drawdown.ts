/** Drawdown (METRICS §3): p_0 = 1 before the first return, so that a loss in the first period counts. */
import { DAY_MS } from '../valuation/calendar.ts';
import type { Outcome } from './outcome.ts';
import type { ReturnSeries } from './series.ts';

/** The deepest drawdown of a record. Times in ms UTC; null where there is none. */
export interface MaxDrawdown {
  /** Positive magnitude, at most 1; `noData` without returns. */
  readonly depth: Outcome;
  /** Last time at the running maximum before the trough; the start of the record counts. */
  readonly peakTime: number | null;
  /** First time of the minimum. */
  readonly troughTime: number | null;
  /** First later time back at the peak; null: not yet. */
  readonly recoveryTime: number | null;
  /** From the peak to the recovery, else to the end of the record. */
  readonly durationDays: number | null;
}

/** dd_i = p_i / P_i − 1 after each observed return: 0 or negative, −1 for good once wiped out. */
export function drawdowns(returns: Float64Array): Float64Array {
  const path = valuePath(returns);
  let peak = 1;
  return path.map((value) => {
    peak = Math.max(peak, value);
    return value / peak - 1;
  });
}

/** `maxDrawdown` with its times, of an observed series. */
export function maxDrawdown(series: ReturnSeries): MaxDrawdown {
  const none = { peakTime: null, troughTime: null, recoveryTime: null, durationDays: null };
  if (series.returns.length === 0) return { depth: 'noData', ...none };
  const depths = drawdowns(series.returns);
  const trough = depths.reduce((lowest, depth, i) => (depth < depths[lowest]! ? i : lowest), 0);
  if (!(depths[trough]! < 0)) return { depth: 0, ...none };
  const path = valuePath(series.returns);
  const peak = depths.subarray(0, trough).lastIndexOf(0);
  const peakValue = peak === -1 ? 1 : path[peak]!;
  const recovery = path.findIndex((value, i) => i > trough && value >= peakValue);
  const peakTime = peak === -1 ? series.starts[0]! : series.ends[peak]!;
  const recoveryTime = recovery === -1 ? null : series.ends[recovery]!;
  return {
    depth: Math.min(-depths[trough]!, 1),
    peakTime,
    troughTime: series.ends[trough]!,
    recoveryTime,
    durationDays: ((recoveryTime ?? series.ends.at(-1)!) - peakTime) / DAY_MS,
  };
}

/** `currentDrawdown`: −dd_n. */
export function currentDrawdown(returns: Float64Array): Outcome {
  const last = drawdowns(returns).at(-1);
  return last === undefined ? 'noData' : Math.abs(last);
}

/** `underwaterPeriods`: count of dd_i < 0. */
export function underwaterPeriods(returns: Float64Array): number {
  return drawdowns(returns).filter((depth) => depth < 0).length;
}

/** p_i = prod(1 + r), 0 from the first i where it falls to zero or below. */
function valuePath(returns: Float64Array): Float64Array {
  let value = 1;
  return returns.map((r) => {
    value = Math.max(value * (1 + r), 0);
    return value;
  });
}
