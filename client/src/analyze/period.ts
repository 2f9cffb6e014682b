/** A part of a file: the periods between two days, and rolling windows over them. */
import type { RateParameters } from '@perf-aggregator/analytics/series/rates';
import type { ReturnSeries } from '@perf-aggregator/analytics/series/return-series';
import { rollingMetrics } from '@perf-aggregator/analytics/series/rolling-metrics';
import type { IndexRange, PeriodBounds } from '@perf-aggregator/analytics/time/period-bounds';
import { AnalyzeError } from './errors.ts';
import type { AnalyzeInput } from './input.ts';

/** Which part of a file is asked for. */
export interface PeriodOptions extends PeriodBounds {
  /** Window of the rolling metrics. Left out: there are no rolling metrics. */
  readonly window?: number;
}

/**
 * A period needs dates. A window needs a series of returns.
 * @throws AnalyzeError `analyze_option_unsupported`
 */
export function refuseOptions(input: AnalyzeInput, options: PeriodOptions): void {
  const isSeries = input.kind === 'returns' || input.kind === 'navs';
  const refuse = (what: string) => new AnalyzeError('analyze_option_unsupported', what);
  if (options.window !== undefined && !isSeries)
    throw refuse('a window: the file holds no returns or values');
  if (Object.keys(boundsOf(options)).length === 0) return;
  if (!isSeries) throw refuse('a period: the file holds no returns or values');
  if (input.start === null) throw refuse('a period: the file has no dates');
}

/** The given bounds. */
export function boundsOf({ from, to, period }: PeriodOptions): PeriodBounds {
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(period === undefined ? {} : { period }),
  };
}

/** Rolling metrics of the periods in the range. Their windows may begin before the range. */
export function rollingOf(
  whole: ReturnSeries,
  { from, to }: IndexRange,
  { window }: PeriodOptions,
  rates: RateParameters,
  benchmark?: ReturnSeries,
) {
  if (window === undefined) return {};
  const columns = rollingMetrics(whole, { window, rates, ...(benchmark === undefined ? {} : { benchmark }) });
  const listed = Object.entries(columns as Readonly<Record<string, Float64Array>>).map(([name, values]) => [
    name,
    Array.from(values.subarray(from, to), (value) => (Number.isNaN(value) ? null : value)),
  ]);
  return { rolling: { window, ...(Object.fromEntries(listed) as Record<string, (number | null)[]>) } };
}
