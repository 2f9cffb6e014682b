/** Compares an account with the daily closes of an asset. */
import { toNumber } from '../amount/decimal.ts';
import type { AccountHistory } from '../history/account-history.ts';
import { type BenchmarkMetrics, benchmarkMetrics } from '../series/benchmark-metrics.ts';
import type { RateParameters } from '../series/rates.ts';
import { type ReturnSeries, spanning } from '../series/return-series.ts';
import type { AccountPeriod } from './period.ts';

/** docs/metrics.md §4. */
export interface AccountBenchmark extends BenchmarkMetrics {
  /** The asset. */
  readonly name: string;
}

/**
 * Metrics of the period against `asset` ({@link benchmarkSeries}). All are null (`missingBenchmark`) where it has no
 * price.
 */
export function againstBenchmark(
  history: AccountHistory,
  { series }: AccountPeriod,
  asset: string,
  rates: RateParameters,
): AccountBenchmark {
  return { name: asset, ...benchmarkMetrics(series, benchmarkSeries(history, series, asset), rates) };
}

/**
 * Returns of `asset` on the days of `series`, of the price in the reporting currency from midnight to midnight. A day at
 * whose end the price is stale or missing has none; the next return covers it.
 */
export function benchmarkSeries(history: AccountHistory, series: ReturnSeries, asset: string): ReturnSeries {
  const priceAt = (time: number) => {
    const price = history.exact.prices.at(asset, time);
    return price === null || price.stale ? Number.NaN : toNumber(price.value);
  };
  let last = priceAt(series.starts[0] ?? Number.NaN);
  const returns = series.ends.map((end) => {
    const price = priceAt(end);
    if (!Number.isFinite(price)) return Number.NaN;
    const change = price / last - 1;
    last = price;
    return Number.isFinite(change) ? change : Number.NaN;
  });
  return spanning({ ...series, returns });
}
