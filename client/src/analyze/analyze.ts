/**
 * `analyze`: computes the numbers of a local file with the code that computes those of a session. Pure. The result uses
 * the names of the metric definitions.
 */
import type { CostMethod } from '@perf-aggregator/analytics';
import { type Amount, formatMoney, toNumber, ZERO } from '@perf-aggregator/analytics/amount/decimal';
import { matchTradeList } from '@perf-aggregator/analytics/matching/trade-list';
import { concentration } from '@perf-aggregator/analytics/metrics/concentration';
import { riskAmounts } from '@perf-aggregator/analytics/metrics/risk-amounts';
import type { UndefinedReason } from '@perf-aggregator/analytics/outcome';
import { benchmarkMetrics } from '@perf-aggregator/analytics/series/benchmark-metrics';
import { calendarSeries, type Frequency } from '@perf-aggregator/analytics/series/calendar-series';
import { cashFlowMetrics } from '@perf-aggregator/analytics/series/cash-flow-metrics';
import { correlationMatrix } from '@perf-aggregator/analytics/series/correlation';
import { type ReturnSeries, sliceSeries } from '@perf-aggregator/analytics/series/return-series';
import { type ReturnsMetrics, returnsMetrics } from '@perf-aggregator/analytics/series/returns-metrics';
import { type IndexRange, periodIndices } from '@perf-aggregator/analytics/time/period-bounds';
import { navReturns } from '@perf-aggregator/analytics/valuation/nav-record';
import type { AnalyzeInput, MatrixInput, NavsInput, ReturnsInput, Settings, TradesInput } from './input.ts';
import { boundsOf, type PeriodOptions, refuseOptions, rollingOf } from './period.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';

/** What the command line adds to a file or overrides in it. */
export interface AnalyzeOptions extends Settings, PeriodOptions {
  readonly method?: CostMethod;
  readonly frequency?: Frequency;
  readonly markPrice?: Amount;
}

/** One flat object. `kind` tells which metrics it holds. */
export interface Analysis {
  readonly kind: AnalyzeInput['kind'];
  readonly undefinedReasons: Readonly<Record<string, UndefinedReason>>;
  readonly [field: string]: unknown;
}

/**
 * Analyses a file. A file that begins with `{` is read as JSON, any other file as CSV.
 * @throws AnalyzeError, `analyze_option_unsupported` for a period or a window of a file that has none; InputError
 *   `analytics_*` for settings out of range
 */
export function analyze(text: string, options: AnalyzeOptions = {}): Analysis {
  const input = /^\s*[{[]/.test(text) ? readJson(text) : readCsv(text, options.frequency);
  refuseOptions(input, options);
  switch (input.kind) {
    case 'returns':
      return analyzeReturns(input, options);
    case 'navs':
      return analyzeNavs(input, options);
    case 'trades':
      return analyzeTrades(input, options);
    case 'matrix':
      return analyzeMatrix(input);
  }
}

function analyzeReturns(input: ReturnsInput, options: AnalyzeOptions): Analysis {
  const rates = ratesOf(input, options);
  const whole = toSeries(input.returns, input, options);
  const wholeBenchmark =
    input.benchmarkReturns === null ? undefined : toSeries(input.benchmarkReturns, input, options);
  const range = periodIndices(whole, boundsOf(options));
  const series = sliceSeries(whole, range.from, range.to);
  const benchmark = wholeBenchmark && sliceSeries(wholeBenchmark, range.from, range.to);
  return undated(input, {
    kind: 'returns',
    ...merged(returnsMetrics(series, rates), benchmarkMetrics(series, benchmark, rates)),
    ...rollingOf(whole, range, options, rates, wholeBenchmark),
    dataQuality: { gapCount: gapsInside(input.returns.slice(range.from, range.to)) },
  });
}

function analyzeNavs(input: NavsInput, options: AnalyzeOptions): Analysis {
  const whole = toRecord(input, options);
  const grid = { starts: whole.times.slice(0, -1), ends: whole.times.slice(1) };
  const range = periodIndices(
    { starts: Float64Array.from(grid.starts), ends: Float64Array.from(grid.ends) },
    boundsOf(options),
  );
  const part = sliceRecord(whole, range);
  const record = navReturns(part);
  const { series, gapCount, largeFlowsUnvalued } = record;
  const rates = ratesOf(input, options);
  return undated(input, {
    kind: 'navs',
    ...withAmounts(merged(returnsMetrics(series, rates), moneyOf(part)), part.navs),
    ...rollingOf(navReturns(whole).series, range, options, rates),
    periodReturns: Array.from(series.returns, (r) => (Number.isNaN(r) ? null : r)),
    largeFlowsUnvalued,
    dataQuality: { gapCount, nonPositiveNavCount: record.nonPositiveNavCount },
  });
}

/** Values and flows by period, at the instants of the grid. */
function toRecord(input: NavsInput, options: AnalyzeOptions) {
  const periods = Math.max(0, input.navs.length - 1);
  const { starts, ends, periodsPerYear } = toSeries(Array<null>(periods).fill(null), input, options);
  const [deposits, withdrawals] = [Array<Amount>(periods).fill(ZERO), Array<Amount>(periods).fill(ZERO)];
  for (const { period, amount } of input.flows) {
    const side = amount.isNegative() ? withdrawals : deposits;
    side[period - 1] = side[period - 1]!.plus(amount.abs());
  }
  const times = periods === 0 ? [] : [starts[0]!, ...ends];
  return { navs: input.navs, times, deposits, withdrawals, periodsPerYear };
}

/** The periods of the range, with the value at its start. A record without periods does not change. */
function sliceRecord(record: ReturnType<typeof toRecord>, { from, to }: IndexRange): typeof record {
  if (record.times.length === 0) return record;
  return {
    ...record,
    navs: from === to ? [] : record.navs.slice(from, to + 1),
    times: from === to ? [] : record.times.slice(from, to + 1),
    deposits: record.deposits.slice(from, to),
    withdrawals: record.withdrawals.slice(from, to),
  };
}

/** Profit and returns on the money that flowed, from the first known value to the last. */
function moneyOf({ navs, times, deposits, withdrawals }: ReturnType<typeof toRecord>) {
  const first = navs.findIndex((nav) => nav !== null);
  const last = navs.findLastIndex((nav) => nav !== null);
  const [navStart, navEnd] = [navs[first] ?? null, navs[last] ?? null];
  const inside = <T>(all: readonly T[]) => all.slice(Math.max(first, 0), Math.max(last, 0));
  const sum = (all: readonly Amount[]) => inside(all).reduce((total, amount) => total.plus(amount), ZERO);
  const [totalIn, totalOut] = [sum(deposits), sum(withdrawals)];
  const [startTime, endTime] = [times[first] ?? 0, times[last] ?? 0];
  const flows = inside(deposits.map((_, i) => i)).flatMap((i) => [
    { time: times[i]!, amount: toNumber(deposits[i]!) },
    { time: times[i + 1]!, amount: -toNumber(withdrawals[i]!) },
  ]);
  const profit =
    navStart === null || navEnd === null ? null : navEnd.minus(navStart).minus(totalIn).plus(totalOut);
  return {
    navStart: navStart && formatMoney(navStart),
    navEnd: navEnd && formatMoney(navEnd),
    deposits: formatMoney(totalIn),
    withdrawals: formatMoney(totalOut),
    netExternalFlow: formatMoney(totalIn.minus(totalOut)),
    absoluteProfit: profit && formatMoney(profit),
    ...cashFlowMetrics({
      startValue: navStart && toNumber(navStart),
      endValue: navEnd && toNumber(navEnd),
      startTime,
      endTime,
      flows: flows.filter(({ amount }) => amount !== 0),
    }),
  };
}

/**
 * The numbers of a single symbol stand at the top. With several symbols, each symbol has its own numbers, and each
 * currency has its totals.
 */
function analyzeTrades({ trades, method, ...terms }: TradesInput, options: AnalyzeOptions): Analysis {
  const { markPrice } = options;
  const result = matchTradeList(trades, {
    ...terms,
    ...(markPrice === undefined ? {} : { markPrice }),
    method: options.method ?? method ?? 'fifo',
  });
  const [only, ...others] = result.symbols;
  return {
    kind: 'trades',
    method: result.method,
    undefinedReasons: {},
    ...(others.length === 0 ? only : {}),
    perTradePnl: result.perTradePnl,
    totals: result.totals,
    symbols: result.symbols,
  };
}

function analyzeMatrix({ returns, weights }: MatrixInput): Analysis {
  const { assets, correlation } = correlationMatrix(returns, 'given');
  const held = concentration(weights ?? {});
  return { kind: 'matrix', assets, correlation, ...held };
}

function toSeries(
  returns: readonly (number | null)[],
  { start, frequency, periodsPerYear }: ReturnsInput | NavsInput,
  options: AnalyzeOptions,
): ReturnSeries {
  return calendarSeries(returns, start ?? 0, options.frequency ?? frequency, periodsPerYear);
}

function ratesOf(input: Settings, options: AnalyzeOptions) {
  return {
    riskFreeRateAnnual: options.riskFreeRateAnnual ?? input.riskFreeRateAnnual ?? 0,
    minimumAcceptableReturnAnnual:
      options.minimumAcceptableReturnAnnual ?? input.minimumAcceptableReturnAnnual ?? 0,
  };
}

interface WithReasons {
  readonly undefinedReasons: Readonly<Partial<Record<string, UndefinedReason>>>;
}

function merged<A extends WithReasons, B extends WithReasons>(a: A, b: B) {
  const undefinedReasons = { ...a.undefinedReasons, ...b.undefinedReasons } as Record<
    string,
    UndefinedReason
  >;
  return { ...a, ...b, undefinedReasons };
}

/** Adds the money at risk: ratios times the last known value. */
function withAmounts<M extends ReturnsMetrics & WithReasons>(metrics: M, navs: NavsInput['navs']) {
  const { values, reasons } = riskAmounts(metrics, navs.findLast((nav) => nav !== null) ?? null);
  return { ...metrics, ...values, undefinedReasons: { ...metrics.undefinedReasons, ...reasons } };
}

/** The number of missing returns between the first known return and the last. */
function gapsInside(returns: readonly (number | null)[]): number {
  const first = returns.findIndex((r) => r !== null);
  const last = returns.findLastIndex((r) => r !== null);
  return returns.slice(Math.max(first, 0), last + 1).filter((r) => r === null).length;
}

/** A record without a date has durations but no dates. */
function undated({ start }: ReturnsInput | NavsInput, analysis: Analysis): Analysis {
  if (start !== null) return analysis;
  const withoutTimes = (value: object) =>
    Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, /Time$/.test(key) ? null : member]),
    );
  const episodes = (analysis['drawdowns'] as readonly object[]).map(withoutTimes);
  const empty = { monthlyReturns: {}, partialMonths: [], yearly: {}, partialYears: [], drawdowns: episodes };
  return { ...(withoutTimes(analysis) as unknown as Analysis), ...empty };
}
