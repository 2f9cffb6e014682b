/** Metrics over a window that moves along a series (docs/metrics.md §3, §4, window by window). */
import { InputError } from '../errors.ts';
import { pairReturns } from './paired.ts';
import { perPeriodRate, type RateParameters, readRates } from './rates.ts';
import { observed, type ReturnSeries } from './return-series.ts';
import { eachWindow } from './rolling-moments.ts';

/** The metrics of a window. */
export const ROLLING_METRICS = ['volatility', 'sharpe', 'beta'] as const;
export type RollingMetric = (typeof ROLLING_METRICS)[number];

export interface RollingParameters {
  /** Returns in a window, at least 2. For beta, pairs of returns. */
  readonly window: number;
  /** `volatility` and `sharpe` when left out, and `beta` with a benchmark. */
  readonly metrics?: readonly RollingMetric[];
  readonly benchmark?: ReturnSeries;
  readonly rates?: RateParameters;
}

/**
 * One element for each period of the series: the metric of the last `window` observed returns, with the period's own as
 * the last. NaN: the period has no return, there are too few returns yet, one of them covers several steps, or the
 * metric is undefined there.
 */
export interface RollingMetrics {
  readonly volatilityAnnualized?: Float64Array;
  readonly sharpeRatio?: Float64Array;
  readonly beta?: Float64Array;
}

/**
 * Rolling metrics, in time proportional to the length of the series.
 * @throws InputError `analytics_parameter_invalid` for a window that is not a count of at least 2, a metric that
 *   is not known, `beta` without a benchmark, and as `returnsMetrics`
 */
export function rollingMetrics(series: ReturnSeries, parameters: RollingParameters): RollingMetrics {
  const { window, benchmark, metrics = defaultMetrics(benchmark) } = parameters;
  checkParameters(parameters, metrics);
  const wantsVolatility = metrics.includes('volatility');
  const wantsSharpe = metrics.includes('sharpe');
  const ofSeries =
    wantsVolatility || wantsSharpe ? rollingSharpe(series, window, readRates(parameters.rates ?? {})) : null;
  return {
    ...(ofSeries && wantsVolatility ? { volatilityAnnualized: ofSeries.volatilityAnnualized } : {}),
    ...(ofSeries && wantsSharpe ? { sharpeRatio: ofSeries.sharpeRatio } : {}),
    ...(benchmark && metrics.includes('beta') ? { beta: rollingBeta(series, benchmark, window) } : {}),
  };
}

function rollingSharpe(series: ReturnSeries, window: number, rates: Required<RateParameters>) {
  const { returns, steps, periodsPerYear } = observed(series);
  const riskFree = perPeriodRate(rates.riskFreeRateAnnual, periodsPerYear);
  const yearly = Math.sqrt(periodsPerYear);
  const volatilityAnnualized = new Float64Array(series.returns.length).fill(Number.NaN);
  const sharpeRatio = volatilityAnnualized.slice();
  const places = observedPlaces(series.returns, returns.length);
  const isRegular = regularWindows(steps, window);
  eachWindow(returns, returns, window, (last, moments) => {
    if (!isRegular(last)) return;
    const { mean, deviation } = moments;
    volatilityAnnualized[places[last]!] = finite(deviation * yearly);
    sharpeRatio[places[last]!] = finite(((mean - riskFree) / deviation) * yearly);
  });
  return { volatilityAnnualized, sharpeRatio };
}

function rollingBeta(series: ReturnSeries, benchmark: ReturnSeries, window: number): Float64Array {
  const record = observed(series);
  const pairs = pairReturns(record, observed(benchmark));
  const places = observedPlaces(series.returns, record.returns.length);
  const beta = new Float64Array(series.returns.length).fill(Number.NaN);
  const isRegular = regularWindows(pairs.steps, window);
  eachWindow(pairs.returns, pairs.benchmark, window, (last, moments) => {
    if (isRegular(last)) beta[places[pairs.indices[last]!]!] = finite(moments.beta);
  });
  return beta;
}

/** Whether all of the `window` returns up to one are of a single step. Windows with a longer one have no metric. */
function regularWindows(steps: Float64Array | undefined, window: number): (last: number) => boolean {
  if (steps === undefined) return () => true;
  let latest = -1;
  const longer = Int32Array.from(steps, (k, i) => {
    if (k > 1) latest = i;
    return latest;
  });
  return (last) => longer[last]! <= last - window;
}

/** The index in the series of each observed return. */
function observedPlaces(returns: Float64Array, count: number): Uint32Array {
  const places = new Uint32Array(count);
  for (let i = 0, next = 0; i < returns.length; i++) if (!Number.isNaN(returns[i]!)) places[next++] = i;
  return places;
}

/** Infinities never leave this room. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

function defaultMetrics(benchmark: ReturnSeries | undefined): readonly RollingMetric[] {
  return benchmark === undefined ? ['volatility', 'sharpe'] : ROLLING_METRICS;
}

function checkParameters({ window, benchmark }: RollingParameters, metrics: readonly RollingMetric[]): void {
  if (!Number.isSafeInteger(window) || window < 2) {
    throw new InputError('analytics_parameter_invalid', 'a window is not a count of at least 2');
  }
  if (!metrics.every((metric) => ROLLING_METRICS.includes(metric))) {
    throw new InputError('analytics_parameter_invalid', 'a rolling metric is not one that is known');
  }
  if (benchmark === undefined && metrics.includes('beta')) {
    throw new InputError('analytics_parameter_invalid', 'a rolling beta needs a benchmark');
  }
}
