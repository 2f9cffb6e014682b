/** Defined or not: a metric is a finite number, or the reason why it has none (docs/metrics.md §0 "undefined"). */

/** Why a metric is null. */
export const UNDEFINED_REASONS = [
  'noData',
  'tooFewObservations',
  'zeroVariance',
  'zeroDenominator',
  'noLosses',
  'nonPositiveNav',
  'noConvergence',
  'missingBenchmark',
  'unknownValue',
  'belowReference',
] as const;
export type UndefinedReason = (typeof UNDEFINED_REASONS)[number];

/** A value, or the reason why there is none. */
export type Outcome = number | UndefinedReason;

/** Values, with null for the undefined ones, and the reasons of those. */
export interface Settled<Field extends string> {
  readonly values: Readonly<Record<Field, number | null>>;
  readonly reasons: Readonly<Partial<Record<Field, UndefinedReason>>>;
}

/** `value` if it is finite, otherwise `reason`. NaN and infinities never leave this room. */
export function finiteOr(value: number, reason: UndefinedReason): Outcome {
  return Number.isFinite(value) ? value : reason;
}

/** Splits outcomes into values and reasons. */
export function settle<Field extends string>(outcomes: Readonly<Record<Field, Outcome>>): Settled<Field> {
  const values: Partial<Record<Field, number | null>> = {};
  const reasons: Partial<Record<Field, UndefinedReason>> = {};
  for (const field of Object.keys(outcomes) as Field[]) {
    const outcome: Outcome = outcomes[field];
    if (typeof outcome === 'number') {
      values[field] = outcome;
    } else {
      values[field] = null;
      reasons[field] = outcome;
    }
  }
  return { values: values as Record<Field, number | null>, reasons };
}
