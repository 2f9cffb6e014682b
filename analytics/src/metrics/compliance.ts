/**
 * The table that an allocator expects (docs/metrics.md §10, after the GIPS standards 2020): calendar years, since
 * inception, three-year deviation, assets, leverage. It makes no claim of compliance, because only a firm can make one.
 */
import { type Decimal, formatMoney } from '../amount/decimal.ts';
import type { AccountHistory } from '../history/account-history.ts';
import { monthlyReturns } from '../series/calendar-returns.ts';
import { growth, powerReturn, returnOf } from '../series/growth.ts';
import { moments } from '../series/moments.ts';
import { coveredSteps, observed, type ReturnSeries, sliceSeries, spanning } from '../series/return-series.ts';
import { monthIndex } from '../time/calendar.ts';
import { exposure } from './exposure.ts';

const DAYS_PER_YEAR = 365;
/** Number of consecutive monthly returns of the ex-post deviation. With fewer there is none. */
const DEVIATION_MONTHS = 36;
/** The treatment of large flows (docs/metrics.md §1). */
const LARGE_FLOWS =
  'above 1 % of net assets: valued at the minute, and linked there; a day where that is impossible has no return';
/** How many years are shown: the latest ones. */
const MAX_YEARS = 10;

/** Returns of one span. Ratios. Net: less the management fee, if one was given. */
export interface ComplianceSpan {
  /** `2024`, `sinceInception`. */
  readonly span: string;
  /** Whether part of the year is outside the account's life or the calendar so far. */
  readonly partial: boolean;
  /** Gross of management fees, net of trading costs. Annualised only where `annualized`. */
  readonly grossReturn: number | null;
  readonly netReturn: number | null;
  readonly benchmarkReturn: number | null;
  /** A span shorter than 365 days is never annualised. */
  readonly annualized: boolean;
  /** Net assets at the end. */
  readonly navEnd: Decimal | null;
}

export interface Compliance {
  readonly reportingCurrency: string;
  readonly inceptionTime: number | null;
  readonly endTime: number | null;
  /** Calendar years, the latest ten, oldest first. The last may be the year to date. */
  readonly years: readonly ComplianceSpan[];
  readonly sinceInception: ComplianceSpan | null;
  /** Deviation of the last 36 monthly returns, ddof 1, times sqrt 12. Null unless they are whole and consecutive. */
  readonly threeYearDeviation: number | null;
  readonly benchmarkThreeYearDeviation: number | null;
  /** Maximum of the gross exposures at the ends of the days. Null: none is known. */
  readonly leverageMax: number | null;
  readonly leverageMean: number | null;
  readonly valuation: 'daily, 00:00 UTC';
  readonly largeFlows: typeof LARGE_FLOWS;
  readonly managementFeeAnnual: number;
  readonly riskFreeRateAnnual: number;
  /**
   * `asked`: the caller named the rate. `default`: nobody did, and it is 0. The caller's source of the rate is not
   * known here.
   */
  readonly riskFreeRateSource: 'asked' | 'default';
}

/** What a caller adds to the record. Rates a year. The management fee reduces the net returns by elapsed time. */
export interface ComplianceTerms {
  readonly managementFeeAnnual?: number;
  readonly riskFreeRateAnnual?: number;
}

/**
 * The table of a whole history.
 * @param benchmark - daily returns of the benchmark on the same days
 */
export function compliance(
  history: AccountHistory,
  series: ReturnSeries,
  benchmark: ReturnSeries | null,
  { managementFeeAnnual = 0, riskFreeRateAnnual }: ComplianceTerms = {},
): Compliance {
  const days = { history, series: spanning(series), benchmark, managementFeeAnnual };
  const end = series.returns.length;
  return {
    reportingCurrency: history.reportingCurrency,
    inceptionTime: history.startTime,
    endTime: history.days.at(-1) ?? null,
    years: yearsOf(series)
      .slice(-MAX_YEARS)
      .map(({ year, from, to }) => spanOf(days, String(year), from, to, isPartial(series, year, from, to))),
    sinceInception: end === 0 ? null : spanOf(days, 'sinceInception', 0, end, false),
    threeYearDeviation: threeYearDeviation(days.series),
    benchmarkThreeYearDeviation: benchmark && threeYearDeviation(benchmark),
    ...leverage(history),
    valuation: 'daily, 00:00 UTC',
    largeFlows: LARGE_FLOWS,
    managementFeeAnnual,
    riskFreeRateAnnual: riskFreeRateAnnual ?? 0,
    riskFreeRateSource: riskFreeRateAnnual === undefined ? 'default' : 'asked',
  };
}

interface Days {
  readonly history: AccountHistory;
  readonly series: ReturnSeries;
  readonly benchmark: ReturnSeries | null;
  readonly managementFeeAnnual: number;
}

function spanOf(days: Days, span: string, from: number, to: number, partial: boolean): ComplianceSpan {
  const { history, series, benchmark, managementFeeAnnual } = days;
  const own = observed(sliceSeries(series, from, to));
  const annualized = span === 'sinceInception' && coveredSteps(own) >= DAYS_PER_YEAR;
  const dailyFee = (1 - managementFeeAnnual) ** (1 / DAYS_PER_YEAR);
  const linked = (of: ReturnSeries, factor = 1) => {
    const record = observed(sliceSeries(of, from, to));
    const { returns, steps } = record;
    if (returns.length === 0) return null;
    const product = growth(returns.map((r, i) => (1 + r) * factor ** (steps?.[i] ?? 1) - 1));
    const value = annualized ? powerReturn(product, DAYS_PER_YEAR / coveredSteps(record)) : returnOf(product);
    return Number.isFinite(value) ? value : null;
  };
  const nav = history.exact.nav[to] ?? null;
  return {
    span,
    partial,
    grossReturn: linked(series),
    netReturn: linked(series, dailyFee),
    benchmarkReturn: benchmark && linked(benchmark),
    annualized,
    navEnd: nav && formatMoney(nav),
  };
}

function yearsOf({ starts }: ReturnSeries) {
  const years: { year: number; from: number; to: number }[] = [];
  for (let i = 0; i < starts.length; i++) {
    const year = new Date(starts[i]!).getUTCFullYear();
    const last = years.at(-1);
    if (last?.year === year) last.to = i + 1;
    else years.push({ year, from: i, to: i + 1 });
  }
  return years;
}

function isPartial({ starts, ends }: ReturnSeries, year: number, from: number, to: number): boolean {
  return starts[from]! > Date.UTC(year, 0) || ends[to - 1]! < Date.UTC(year + 1, 0);
}

function threeYearDeviation(series: ReturnSeries): number | null {
  const { returns, partial } = monthlyReturns(observed(series));
  const whole = Object.entries(returns).filter(([month]) => !partial.includes(month));
  const latest = whole.slice(-DEVIATION_MONTHS);
  if (latest.length < DEVIATION_MONTHS) return null;
  const [first, last] = [latest[0]!, latest.at(-1)!].map(([month]) => monthIndex(Date.parse(`${month}-01`)));
  if (last! - first! !== DEVIATION_MONTHS - 1) return null;
  return moments(Float64Array.from(latest, ([, value]) => value)).deviation * Math.sqrt(12);
}

function leverage({ days, startTime, reportingCurrency, exact }: AccountHistory) {
  const gross = exact.nav.flatMap((nav, i) => {
    const time = i === 0 ? startTime : days[i - 1];
    if (time === null || time === undefined) return [];
    const { grossExposure } = exposure(exact.open[i] ?? [], exact.prices, time, nav, reportingCurrency);
    return grossExposure === null ? [] : [grossExposure];
  });
  if (gross.length === 0) return { leverageMax: null, leverageMean: null };
  return {
    leverageMax: gross.reduce((most, value) => Math.max(most, value)),
    leverageMean: gross.reduce((sum, value) => sum + value, 0) / gross.length,
  };
}
