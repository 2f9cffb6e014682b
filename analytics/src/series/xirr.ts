/** Internal rate of return of dated amounts (docs/metrics.md §2 `xirr`; Excel XIRR, days over 365). */

import { DAY_MS } from '@perf-aggregator/shared/time';
import { InputError } from '../errors.ts';
import type { UndefinedReason } from '../outcome.ts';

/** An amount from the investor's side. Negative: paid in. Positive: received. */
export interface DatedAmount {
  /** ms UTC. Parts of a day count. */
  readonly time: number;
  readonly amount: number;
}

/** The root, or the reason why there is none. */
export interface XirrResult {
  /** Per year, decimal. Null: see the reason. */
  readonly xirr: number | null;
  /** Whether there is more than one root. The result is the one nearest to 0. */
  readonly xirrMultipleRoots: boolean;
  readonly undefinedReasons: Readonly<{ xirr?: UndefinedReason }>;
}

/** Range of rates: above −0.999999 and up to 1e6, as x = ln(1 + r). */
const LOWEST = Math.log(1e-6);
const HIGHEST = Math.log(1e6);
/** Points on either side of 0. They are closer together near it. */
const GRID_POINTS = 200;
/** Width of a bracket, in x, at which its middle is the root. */
const PRECISION = 1e-15;
const YEAR_MS = 365 * DAY_MS;

/**
 * The rate r > −1 at which the present values of `flows` add up to zero. Amounts of one instant are netted. Null:
 * `noData` without two instants of amounts, `noConvergence` when all have one sign or no root lies between −0.999999
 * and 1e6. Not found: two roots closer together than the grid is fine, about 1 % of a rate.
 * @throws InputError `analytics_parameter_invalid` for an amount or time that is not a finite number
 */
export function xirr(flows: readonly DatedAmount[]): XirrResult {
  const schedule = toSchedule(flows);
  const last = schedule.years.length - 1;
  if (last < 1) return none('noData');
  const changes = signChanges(schedule.amounts);
  if (changes === 0) return none('noConvergence');
  const brackets = changes === 1 ? [[LOWEST, HIGHEST] as const] : bracketsOf(schedule);
  const roots = brackets.flatMap(([low, high]) => rootWithin(schedule, low, high));
  if (roots.length === 0) return none('noConvergence');
  const nearest = roots.reduce((best, root) => (Math.abs(root) < Math.abs(best) ? root : best));
  return { xirr: nearest, xirrMultipleRoots: roots.length > 1, undefinedReasons: {} };
}

/** Amounts by instant, ascending, none of them 0. `years` count from the first. */
interface Schedule {
  readonly years: Float64Array;
  readonly amounts: Float64Array;
}

function toSchedule(flows: readonly DatedAmount[]): Schedule {
  for (const { time, amount } of flows) {
    if (!Number.isFinite(time) || !Number.isFinite(amount)) {
      throw new InputError('analytics_parameter_invalid', 'a dated amount is not a number at an instant');
    }
  }
  const netted = new Map<number, number>();
  for (const { time, amount } of [...flows].sort((a, b) => a.time - b.time)) {
    netted.set(time, (netted.get(time) ?? 0) + amount);
  }
  const entries = [...netted].filter(([, amount]) => amount !== 0);
  const start = entries[0]?.[0] ?? 0;
  return {
    years: Float64Array.from(entries, ([time]) => (time - start) / YEAR_MS),
    amounts: Float64Array.from(entries, ([, amount]) => amount),
  };
}

/**
 * How often the sign changes in time. There are at most this many roots. The number of roots differs from it by an even
 * number.
 */
function signChanges(amounts: Float64Array): number {
  let changes = 0;
  for (let i = 1; i < amounts.length; i++) if (amounts[i]! > 0 !== amounts[i - 1]! > 0) changes += 1;
  return changes;
}

/** Neighbours on the grid between which the sum changes its sign, and points where the sum is 0. */
function bracketsOf(schedule: Schedule): readonly (readonly [low: number, high: number])[] {
  const brackets: [number, number][] = [];
  let [before, valueBefore] = [0, 0];
  for (let i = -GRID_POINTS; i <= GRID_POINTS; i++) {
    const share = i / GRID_POINTS;
    const x = share * share * (i < 0 ? LOWEST : HIGHEST);
    const value = presentValue(schedule, x);
    if (value === 0) brackets.push([x, x]);
    else if (value * valueBefore < 0) brackets.push([before, x]);
    [before, valueBefore] = [x, Math.sign(value)];
  }
  return brackets;
}

/** The root in a bracket as a rate, by bisection. None if the sum has one sign at both ends. */
function rootWithin(schedule: Schedule, from: number, to: number): readonly number[] {
  let [low, high] = [from, to];
  const isPositive = presentValue(schedule, low) > 0;
  if (low < high && presentValue(schedule, high) > 0 === isPositive) return [];
  while (high - low > PRECISION) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (presentValue(schedule, middle) > 0 === isPositive) low = middle;
    else high = middle;
  }
  return [Math.expm1((low + high) / 2)];
}

/**
 * The sign, but not the size, of sum a e^(−x t). Negative rates are discounted to the last instant, so that no term
 * grows beyond a double.
 */
function presentValue({ years, amounts }: Schedule, x: number): number {
  const reference = x < 0 ? years.at(-1)! : 0;
  let sum = 0;
  for (let i = 0; i < amounts.length; i++) sum += amounts[i]! * Math.exp(-x * (years[i]! - reference));
  return sum;
}

function none(reason: UndefinedReason): XirrResult {
  return { xirr: null, xirrMultipleRoots: false, undefinedReasons: { xirr: reason } };
}
