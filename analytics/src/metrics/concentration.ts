/** Concentration of a portfolio (docs/metrics.md §7): of weights w_i = |v_i| / sum |v_j|. */
import { InputError } from '../errors.ts';
import type { UndefinedReason } from '../outcome.ts';

/** How many of the largest weights are summed. */
export const TOP_COUNTS = [1, 3, 5, 10] as const;

/** Null: no weight is above zero. */
export interface Concentration {
  /** sum w_i², in (0, 1]. */
  readonly hhi: number | null;
  /** 1 / hhi. */
  readonly effectivePositions: number | null;
  /** By `"1"`, `"3"`, `"5"`, `"10"`: the sum of this many largest weights, or of all where there are fewer. */
  readonly topNWeights: Readonly<Record<string, number>> | null;
  readonly undefinedReasons: Readonly<Partial<Record<ConcentrationField, UndefinedReason>>>;
}

/** Fields that may be null. */
export type ConcentrationField = 'hhi' | 'effectivePositions' | 'topNWeights';

/**
 * Concentration of values or weights by asset; they need not add up to 1, and a short position counts by its size.
 * @throws InputError `analytics_parameter_invalid` for a value that is not a finite number
 */
export function concentration(weights: Readonly<Record<string, number>>): Concentration {
  const values = Object.values(weights);
  if (!values.every(Number.isFinite)) {
    throw new InputError('analytics_parameter_invalid', 'a weight is not a number');
  }
  const sizes = values.map(Math.abs).sort((a, b) => b - a);
  const largest = sizes[0] ?? 0;
  if (largest === 0) return EMPTY;
  // In units of the largest, so that no sum leaves the range of a double.
  const total = sum(sizes.map((size) => size / largest));
  const shares = sizes.map((size) => size / largest / total);
  const hhi = sum(shares.map((share) => share * share));
  const top = TOP_COUNTS.map((count) => [String(count), Math.min(sum(shares.slice(0, count)), 1)]);
  return {
    hhi,
    effectivePositions: 1 / hhi,
    topNWeights: Object.fromEntries(top) as Record<string, number>,
    undefinedReasons: {},
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const EMPTY: Concentration = {
  hhi: null,
  effectivePositions: null,
  topNWeights: null,
  undefinedReasons: { hhi: 'noData', effectivePositions: 'noData', topNWeights: 'noData' },
};
