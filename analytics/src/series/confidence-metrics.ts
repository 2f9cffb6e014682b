/** How sure the numbers of a record are (docs/metrics.md §3.1): all of these metrics together. */
import { InputError } from '../errors.ts';
import { type Outcome, settle, type UndefinedReason } from '../outcome.ts';
import {
  autocorrelation,
  checkSteps,
  effectiveObservationCount,
  ljungBoxPValue,
  type StepReturns,
  varianceInflation,
} from './autocorrelation.ts';
import { type Bootstrap, bootstrap, type Interval } from './bootstrap.ts';
import type { CalendarReturns } from './calendar-returns.ts';
import { type CapacityInput, capacity } from './capacity.ts';
import { conditionalDrawdown95 } from './conditional-drawdown.ts';
import { moments } from './moments.ts';
import { monthStatistics } from './month-statistics.ts';
import { perPeriodRate, readRates } from './rates.ts';
import { sharpePerPeriod } from './risk.ts';
import * as sharpe from './sharpe-confidence.ts';

/** What is known of a record. */
export interface ConfidenceRecord {
  /** The returns of one step each. Everything but drawdown, months and capacity is of these. */
  readonly steps: StepReturns;
  /** All observed returns in time order, those over a gap too. Finite. */
  readonly returns: Float64Array;
  /** A: steps in a year. */
  readonly periodsPerYear: number;
  /** `monthlyReturns` of the record. */
  readonly months: CalendarReturns;
  /** What was traded. Without it the capacity has no data. */
  readonly capacity?: CapacityInput;
}

/** What the record is compared with, and how much is computed. */
export interface ConfidenceParameters {
  /** Decimal, above −1. 0 when left out. */
  readonly riskFreeRateAnnual?: number;
  /** The annualised Sharpe ratio that the record's should be above, for `minimumTrackRecordLength`. 0 when left out. */
  readonly referenceSharpeAnnual?: number;
  /** False: without the bootstrap, which takes far longer than everything else. True when left out. */
  readonly withBootstrap?: boolean;
}

/** Fields that are a number, or null with an entry in `undefinedReasons`. */
export type ConfidenceField =
  | 'ljungBoxPValue'
  | 'effectiveObservationCount'
  | 'sharpeRatioLower95'
  | 'sharpeRatioUpper95'
  | 'sharpeRatioAutocorrelationAdjusted'
  | 'minimumTrackRecordLength'
  | 'minimumTrackRecordLengthAdjusted'
  | 'conditionalDrawdown95'
  | 'positiveMonthShare'
  | 'bestMonth'
  | 'worstMonth'
  | 'longestLosingMonths'
  | 'participation95'
  | 'capacityMultiple'
  | 'impactPerTraded'
  | 'breakEvenMultiple';

/** {@link Bootstrap} with null for what has no value. */
export interface BootstrapMetrics extends Omit<Bootstrap, 'totalReturn' | 'sharpeRatio'> {
  readonly totalReturn: Interval | null;
  readonly sharpeRatio: Interval | null;
}

/** Names, signs and units of docs/metrics.md §3.1. */
export interface ConfidenceMetrics extends Readonly<Record<ConfidenceField, number | null>> {
  /** n here: the returns of one step each. */
  readonly observationCount: number;
  /** Whether the record has returns over a gap, which n leaves out. */
  readonly excludesSpans: boolean;
  readonly periodsPerYear: number;
  readonly riskFreeRateAnnual: number;
  readonly referenceSharpeAnnual: number;
  /** rho_k from k = 1 on. */
  readonly autocorrelation: readonly number[] | null;
  /** Whether n ≥ `minimumTrackRecordLengthAdjusted`. False where that is null. */
  readonly trackRecordIsLongEnough: boolean;
  /** By the number of trials. */
  readonly deflatedSharpeRatio: Readonly<Record<'10' | '100', number | null>>;
  /** Absent if it was not asked for. */
  readonly bootstrap?: BootstrapMetrics | null;
  /** By field. `bootstrap.totalReturn` and `bootstrap.sharpeRatio` for those within. */
  readonly undefinedReasons: Readonly<Record<string, UndefinedReason>>;
}

/**
 * All metrics of how sure a record is. Not checked: that `steps`, `returns` and `months` are of one record.
 * @throws InputError `analytics_parameter_invalid` for steps that do not ascend, a return that is not finite,
 *   `periodsPerYear` that is not above 0, a rate that is not a number above −1, a reference that is not a number, or a
 *   negative number in the capacity
 */
export function confidenceMetrics(
  record: ConfidenceRecord,
  parameters: ConfidenceParameters = {},
): ConfidenceMetrics {
  const terms = readTerms(record, parameters);
  const { steps, periodsPerYear } = record;
  const ofSharpe = sharpeMetrics(record, terms);
  const { values, reasons } = settle<ConfidenceField>({
    ...ofSharpe.outcomes,
    conditionalDrawdown95: conditionalDrawdown95(record.returns),
    ...monthStatistics(record.months),
    ...capacity(record.capacity ?? { rows: [], netPnl: null }),
  });
  const drawn = terms.withBootstrap ? bootstrapMetrics(record, terms) : undefined;
  const needed = values.minimumTrackRecordLengthAdjusted;
  return {
    ...values,
    observationCount: steps.returns.length,
    excludesSpans: steps.returns.length < record.returns.length,
    periodsPerYear,
    riskFreeRateAnnual: terms.riskFreeRateAnnual,
    referenceSharpeAnnual: terms.referenceSharpeAnnual,
    trackRecordIsLongEnough: needed !== null && steps.returns.length >= needed,
    ...ofSharpe.members,
    ...drawn?.members,
    undefinedReasons: { ...reasons, ...ofSharpe.reasons, ...drawn?.reasons },
  };
}

interface Terms {
  readonly riskFreeRateAnnual: number;
  readonly referenceSharpeAnnual: number;
  readonly withBootstrap: boolean;
  /** For one period. */
  readonly riskFree: number;
}

function readTerms(
  { steps, returns, periodsPerYear }: ConfidenceRecord,
  parameters: ConfidenceParameters,
): Terms {
  checkSteps(steps);
  const { riskFreeRateAnnual } = readRates(parameters);
  const { referenceSharpeAnnual = 0, withBootstrap = true } = parameters;
  if (!returns.every((value) => Number.isFinite(value))) {
    throw new InputError('analytics_parameter_invalid', 'a return is not a number');
  }
  if (!Number.isFinite(referenceSharpeAnnual)) {
    throw new InputError('analytics_parameter_invalid', 'the reference for the Sharpe ratio is not a number');
  }
  if (!(periodsPerYear > 0 && periodsPerYear < Number.POSITIVE_INFINITY)) {
    throw new InputError('analytics_parameter_invalid', 'the periods in a year are not a number above 0');
  }
  const riskFree = perPeriodRate(riskFreeRateAnnual, periodsPerYear);
  return { riskFreeRateAnnual, referenceSharpeAnnual, withBootstrap, riskFree };
}

function sharpeMetrics({ steps, periodsPerYear }: ConfidenceRecord, terms: Terms) {
  const sample = moments(steps.returns);
  const rho = autocorrelation(steps, sample);
  const estimate = sharpe.sharpeEstimate(sample, periodsPerYear, terms.riskFree);
  const ofRho = (compute: (values: readonly number[], count: number) => Outcome) =>
    typeof rho === 'string' ? rho : compute(rho, sample.count);
  const inflation = ofRho(varianceInflation);
  const ofEstimate = (compute: (known: sharpe.SharpeEstimate, inflation: number) => Outcome) => {
    if (typeof estimate === 'string') return estimate;
    return typeof inflation === 'string' ? inflation : compute(estimate, inflation);
  };
  const length = (known: sharpe.SharpeEstimate, factor: number) =>
    sharpe.minimumTrackRecordLength(known, terms.referenceSharpeAnnual, factor);
  const ratio = sharpePerPeriod(sample, terms.riskFree);
  const deflated = settle<'10' | '100'>({
    10: ofEstimate((known) => sharpe.deflatedSharpeRatio(known, 10)),
    100: ofEstimate((known) => sharpe.deflatedSharpeRatio(known, 100)),
  });
  return {
    outcomes: {
      ljungBoxPValue: ofRho(ljungBoxPValue),
      effectiveObservationCount: ofRho(effectiveObservationCount),
      sharpeRatioAutocorrelationAdjusted: ofRho((values) =>
        sharpe.sharpeRatioAutocorrelationAdjusted(ratio, values, periodsPerYear),
      ),
      sharpeRatioLower95: ofEstimate((known, f) => sharpe.sharpeRatioLower95(known, f)),
      sharpeRatioUpper95: ofEstimate((known, f) => sharpe.sharpeRatioUpper95(known, f)),
      minimumTrackRecordLength: ofEstimate((known) => length(known, 1)),
      minimumTrackRecordLengthAdjusted: ofEstimate(length),
    },
    members: { autocorrelation: typeof rho === 'string' ? null : rho, deflatedSharpeRatio: deflated.values },
    reasons: {
      ...(typeof rho === 'string' && { autocorrelation: rho }),
      ...within('deflatedSharpeRatio', deflated.reasons),
    },
  };
}

function bootstrapMetrics({ steps, periodsPerYear }: ConfidenceRecord, { riskFree }: Terms) {
  const drawn = bootstrap(steps.returns, periodsPerYear, riskFree);
  if (typeof drawn === 'string') return { members: { bootstrap: null }, reasons: { bootstrap: drawn } };
  const { totalReturn, sharpeRatio } = drawn;
  return {
    members: {
      bootstrap: { ...drawn, totalReturn: orNull(totalReturn), sharpeRatio: orNull(sharpeRatio) },
    },
    reasons: {
      ...(typeof totalReturn === 'string' && { 'bootstrap.totalReturn': totalReturn }),
      ...(typeof sharpeRatio === 'string' && { 'bootstrap.sharpeRatio': sharpeRatio }),
    },
  };
}

function orNull<Value extends object>(outcome: Value | UndefinedReason): Value | null {
  return typeof outcome === 'string' ? null : outcome;
}

function within(field: string, reasons: Readonly<Record<string, UndefinedReason>>) {
  return Object.fromEntries(Object.entries(reasons).map(([key, reason]) => [`${field}.${key}`, reason]));
}
