/** Recomputes numbers of a report from others that it discloses. Null: the disclosed numbers do not allow it. */

/** Returns by day, month or year. */
type Returns = readonly (number | null)[] | Readonly<Record<string, number>>;

/** The numbers of a list or record of returns. Null when there are none. */
export function observedOf(returns: Returns | undefined): readonly number[] | null {
  const values = Object.values(returns ?? {}).filter((value) => value !== null);
  return values.length === 0 ? null : values;
}

/** Linked returns. Null when they wiped the account out. */
export function chain(returns: readonly number[] | null): number | null {
  if (!returns) return null;
  const growth = returns.reduce((product, value) => product * (1 + value), 1);
  return growth > 0 ? growth - 1 : null;
}

/** Largest fall from the highest point so far. The start counts as a point. */
export function drawdown(returns: readonly number[] | null): number | null {
  if (!returns) return null;
  let level = 1;
  let peak = 1;
  let deepest = 0;
  for (const value of returns) {
    level *= 1 + value;
    if (level <= 0) return null;
    peak = Math.max(peak, level);
    deepest = Math.max(deepest, 1 - level / peak);
  }
  return deepest;
}

/**
 * How many days each number of a list of daily returns covers: itself, and the days without a return before it, but for
 * those before the first (docs/metrics.md §0). Null when there are no numbers.
 */
export function stepsOf(returns: readonly (number | null)[] | undefined): readonly number[] | null {
  const steps: number[] = [];
  let last = -1;
  for (const [index, value] of (returns ?? []).entries()) {
    if (value === null) continue;
    steps.push(last === -1 ? 1 : index - last);
    last = index;
  }
  return steps.length === 0 ? null : steps;
}

/** Sample deviation per day, annualised. */
export function volatility(
  returns: readonly number[] | null,
  periodsPerYear: number,
  steps?: readonly number[] | null,
): number | null {
  const sample = sampleOf(returns, steps ?? null);
  return sample && sample.deviation * Math.sqrt(periodsPerYear);
}

/**
 * Mean above the risk-free rate divided by the deviation, annualised. Null where the deviation is mostly rounding, or
 * its squares are outside the range of doubles.
 */
export function sharpe(
  returns: readonly number[] | null,
  periodsPerYear: number,
  riskFreeAnnual: number,
  steps?: readonly number[] | null,
): number | null {
  const sample = sampleOf(returns, steps ?? null);
  if (!sample || !(sample.deviation > Math.max(1e-6 * sample.magnitude, 1e-100))) return null;
  const riskFree = Math.expm1(Math.log1p(riskFreeAnnual) / periodsPerYear);
  return ((sample.mean - riskFree) / sample.deviation) * Math.sqrt(periodsPerYear);
}

/** (1 + total)^(periods in a year / covered periods) − 1. Null where 1 + total is little more than rounding. */
export function annualized(
  total: number | null | undefined,
  count: number | undefined,
  periodsPerYear: number,
): number | null {
  if (typeof total !== 'number' || count === undefined || !(count > 0)) return null;
  return 1 + total < 1e-6 ? null : (1 + total) ** (periodsPerYear / count) - 1;
}

/** Decimal text that may be withheld, or unknown. */
type Money = string | null | undefined;

/** A term of a sum of money. NaN where there is none. */
export function plus(money: Money): number {
  return typeof money === 'string' && money !== '' ? Number(money) : Number.NaN;
}

/** The same term with the opposite sign. */
export function less(money: Money): number {
  return -plus(money);
}

/** Sum of all terms, and the size of the largest. The sum is null where a term is missing. */
export function sumOf(terms: readonly number[]): { readonly sum: number | null; readonly size: number } {
  const sum = terms.reduce((total, term) => total + term, 0);
  return Number.isNaN(sum) ? { sum: null, size: 0 } : { sum, size: Math.max(...terms.map(Math.abs)) };
}

/** Mean and deviation per step: of n returns over c steps, sum r / c and sqrt(sum (r − k mean)² / k / (n − 1)). */
function sampleOf(returns: readonly number[] | null, steps: readonly number[] | null) {
  if (!returns || returns.length < 2) return null;
  const k = (index: number): number => steps?.[index] ?? 1;
  const covered = returns.reduce((sum, _, i) => sum + k(i), 0);
  const mean = returns.reduce((sum, value) => sum + value, 0) / covered;
  const squares = returns.reduce((sum, value, i) => sum + (value - k(i) * mean) ** 2 / k(i), 0);
  return {
    mean,
    deviation: Math.sqrt(squares / (returns.length - 1)),
    magnitude: Math.max(...returns.map(Math.abs)),
  };
}
