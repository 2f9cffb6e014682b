/**
 * Returns net of fees, pro forma (docs/metrics.md §10.1): what an investor would have kept under a management fee and a
 * performance fee with a high-water mark and a hurdle. Model fees (SEC rule 206(4)-1(e)(10)), not fees that were paid.
 */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { InputError } from '../errors.ts';
import type { UndefinedReason } from '../outcome.ts';
import { monthIndex } from '../time/calendar.ts';
import { observed, type ReturnSeries } from './return-series.ts';
import { returnsMetrics } from './returns-metrics.ts';

/** When a performance fee is taken for good: at the end of each UTC calendar month, quarter or year. */
export const CRYSTALLISATIONS = ['month', 'quarter', 'year'] as const;
export type Crystallisation = (typeof CRYSTALLISATIONS)[number];

const MONTHS: Readonly<Record<Crystallisation, number>> = { month: 1, quarter: 3, year: 12 };
const DAYS_PER_YEAR = 365;
/** The largest rates. The smallest is 0. */
const LARGEST = { managementFeeAnnual: 0.1, performanceFee: 0.5, hurdleAnnual: 0.25 } as const;

/** Rates as decimals (0.02 = 2 %). 0 when left out. */
export interface FeeTerms {
  /** Share of assets a year, in [0, 0.1]. A span of d days pays managementFeeAnnual · d / 365 of its end value. */
  readonly managementFeeAnnual?: number;
  /** Share of the gain above the high-water mark and its hurdle, in [0, 0.5]. */
  readonly performanceFee?: number;
  /** Growth of the high-water mark a year, in [0, 0.25]. It begins anew with each crystallisation. */
  readonly hurdleAnnual?: number;
  /** `year` when left out. */
  readonly crystallisation?: Crystallisation;
}

/** What an investor would have kept. Null: see `undefinedReasons`. */
export interface NetOfFees extends Required<FeeTerms> {
  /**
   * Net returns on the periods of the input. NaN: the period has no return. A performance fee that is owed and not
   * taken yet counts as paid, so a loss after a gain is smaller net than gross.
   */
  readonly series: ReturnSeries;
  /** prod(1 + net return) − 1. Never above the gross one. −1 once wiped out. */
  readonly netTotalReturn: number | null;
  /** Net returns by `YYYY`, and the years that the record does not cover whole. */
  readonly netYearly: Readonly<Record<string, number>>;
  readonly partialYears: readonly string[];
  /** Positive magnitude, at most 1. */
  readonly netMaxDrawdown: number | null;
  readonly netVolatilityAnnualized: number | null;
  /** By the names of docs/metrics.md §2 and §3. */
  readonly undefinedReasons: Readonly<
    Partial<Record<'totalReturn' | 'maxDrawdown' | 'volatilityAnnualized', UndefinedReason>>
  >;
}

/**
 * Deducts the fees of `terms` from gross returns. A return spans the time from the end of the return before it to its
 * own end, so a period without a return is spanned by the next one. The management fee and the hurdle run by these
 * elapsed days. Where a span crosses the end of a calendar period, the fee of that end is taken at the end of the span,
 * for no value is known before. After a loss nothing is reset: the loss is carried, and the hurdle runs on.
 *
 * Not checked: that times ascend, and that the returns are gross of such fees.
 * @throws InputError `analytics_parameter_invalid` for terms out of range, an infinite return, arrays of unequal
 *   length, and `periodsPerYear` that is not above 0
 */
export function netOfFees(series: ReturnSeries, terms: FeeTerms): NetOfFees {
  const known = readTerms(terms);
  const net = { ...series, returns: netReturns(series, known) };
  const metrics = returnsMetrics(net, { drawdownLimit: 1 });
  const { totalReturn, maxDrawdown, volatilityAnnualized } = metrics.undefinedReasons;
  return {
    ...known,
    series: net,
    netTotalReturn: metrics.totalReturn,
    netYearly: metrics.yearly,
    partialYears: metrics.partialYears,
    netMaxDrawdown: metrics.maxDrawdown,
    netVolatilityAnnualized: metrics.volatilityAnnualized,
    undefinedReasons: {
      ...(totalReturn && { totalReturn }),
      ...(maxDrawdown && { maxDrawdown }),
      ...(volatilityAnnualized && { volatilityAnnualized }),
    },
  };
}

function netReturns(series: ReturnSeries, terms: Required<FeeTerms>): Float64Array {
  const { returns, starts, ends } = series;
  // Refuses what is no series.
  observed(series);
  const fees = new Fees(terms);
  const months = MONTHS[terms.crystallisation];
  const periodOf = (time: number) => Math.floor(monthIndex(time) / months);
  let before: number | undefined;
  return Float64Array.from(returns, (r, i) => {
    if (Number.isNaN(r)) return Number.NaN;
    const [start, end] = [before ?? starts[i]!, ends[i]!];
    before = end;
    return fees.deduct(r, (end - start) / DAY_MS, periodOf(end) > periodOf(start));
  });
}

/** The fees under way. Only ratios count, so that no value of a long record leaves the range of a double. */
class Fees {
  readonly #terms: Required<FeeTerms>;
  /** Value before the accrued performance fee, over the high-water mark: n / H. */
  #ratio = 1;
  /** Days since the high-water mark was set. */
  #days = 0;
  /** The accrued performance fee, as a share of that value: a / n. */
  #owed = 0;
  #isWipedOut = false;

  constructor(terms: Required<FeeTerms>) {
    this.#terms = terms;
  }

  /** The net return of a gross one over a number of days. @param ends - whether a calendar period ends in it */
  deduct(gross: number, days: number, ends: boolean): number {
    this.#isWipedOut ||= 1 + gross <= 0;
    // Nothing is left that could pay a fee.
    if (this.#isWipedOut) return gross;
    const { managementFeeAnnual } = this.#terms;
    const kept = Math.max(0, 1 - (managementFeeAnnual * days) / DAYS_PER_YEAR);
    this.#ratio *= (1 + gross) * kept;
    this.#days += days;
    const owed = this.#accrual();
    const factor = kept * ((1 - owed) / (1 - this.#owed));
    this.#owed = owed;
    if (ends && owed > 0) this.#crystallise();
    // The same as (1 + gross) · factor − 1. Without fees it is the gross return to the last digit.
    return gross + (1 + gross) * (factor - 1);
  }

  #accrual(): number {
    const { performanceFee, hurdleAnnual } = this.#terms;
    if (performanceFee === 0) return 0;
    const hurdle = (1 + hurdleAnnual) ** (this.#days / DAYS_PER_YEAR);
    return performanceFee * Math.max(0, 1 - hurdle / this.#ratio);
  }

  #crystallise(): void {
    this.#ratio = 1;
    this.#days = 0;
    this.#owed = 0;
  }
}

function readTerms(terms: FeeTerms): Required<FeeTerms> {
  const { managementFeeAnnual = 0, performanceFee = 0, hurdleAnnual = 0, crystallisation = 'year' } = terms;
  const rates = { managementFeeAnnual, performanceFee, hurdleAnnual };
  for (const name of ['managementFeeAnnual', 'performanceFee', 'hurdleAnnual'] as const) {
    if (!(rates[name] >= 0 && rates[name] <= LARGEST[name])) {
      throw new InputError('analytics_parameter_invalid', `${name} is not in [0, ${LARGEST[name]}]`);
    }
  }
  if (!CRYSTALLISATIONS.includes(crystallisation)) {
    throw new InputError('analytics_parameter_invalid', 'a fee crystallises each month, quarter or year');
  }
  return { ...rates, crystallisation };
}
