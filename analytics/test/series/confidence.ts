/** Records for tests of how sure a record is, and the names of its fields. */
import { expect } from 'vitest';
import { stepReturns } from '../../src/series/autocorrelation.ts';
import { monthlyReturns } from '../../src/series/calendar-returns.ts';
import {
  type ConfidenceParameters,
  type ConfidenceRecord,
  confidenceMetrics,
} from '../../src/series/confidence-metrics.ts';
import { toReturnSeries } from '../../src/series/return-series.ts';

export const NONE = Number.NaN;

/** A daily record. NaN: no return covers this day alone. */
export function recordOf(grid: readonly number[], periodsPerYear = 365): ConfidenceRecord {
  const steps = stepReturns(Float64Array.from(grid));
  const months = monthlyReturns(toReturnSeries(Array.from(steps.returns), Date.parse('2023-01-01')));
  return { steps, returns: steps.returns, periodsPerYear, months };
}

export const metricsOf = (
  grid: readonly number[],
  parameters: ConfidenceParameters = { withBootstrap: false },
) => confidenceMetrics(recordOf(grid), parameters);

/** The fields without a value, by reason. */
export function reasonsOf(grid: readonly number[]): Readonly<Record<string, string>> {
  const { undefinedReasons, ...fields } = metricsOf(grid, {});
  for (const field of Object.keys(undefinedReasons)) {
    const value = field
      .split('.')
      .reduce<unknown>((holder, key) => (holder as Readonly<Record<string, unknown>>)[key], fields);
    expect(value).toBeNull();
  }
  return undefinedReasons;
}

export const OF_SHARPE = [
  'sharpeRatioLower95',
  'sharpeRatioUpper95',
  'minimumTrackRecordLength',
  'minimumTrackRecordLengthAdjusted',
  'deflatedSharpeRatio.10',
  'deflatedSharpeRatio.100',
];
export const OF_RHO = [
  'autocorrelation',
  'ljungBoxPValue',
  'effectiveObservationCount',
  'sharpeRatioAutocorrelationAdjusted',
];
export const OF_MONTHS = ['positiveMonthShare', 'bestMonth', 'worstMonth', 'longestLosingMonths'];
export const OF_CAPACITY = ['participation95', 'capacityMultiple', 'impactPerTraded', 'breakEvenMultiple'];
export const all = (fields: readonly string[], reason: string) =>
  Object.fromEntries(fields.map((field) => [field, reason]));
