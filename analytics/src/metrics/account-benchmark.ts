/** An account against the daily closes of an asset. */
import type { AccountHistory } from '../history.ts';
import { toNumber } from '../ledger/decimal.ts';
import { type BenchmarkMetrics, benchmarkMetrics } from './benchmark-metrics.ts';
import type { AccountPeriod } from './period.ts';
import type { RateParameters } from './rates.ts';

/** METRICS §4. */
export interface AccountBenchmark extends BenchmarkMetrics {
  /** The asset. */
  readonly name: string;
}

/**
 * Metrics of the period against `asset`: its return of a day is that of its price in the reporting currency from
 * midnight to midnight; none where a price is stale or missing. All null (`missingBenchmark`) without any.
 */
export function againstBenchmark(
  history: AccountHistory,
  { series }: AccountPeriod,
  asset: string,
  rates: RateParameters,
): AccountBenchmark {
  const priceAt = (time: number) => {
    const price = history.exact.prices.at(asset, time);
    return price === null || price.stale ? Number.NaN : toNumber(price.value);
  };
  const returns = series.starts.map((start, i) => priceAt(series.ends[i]!) / priceAt(start) - 1);
  for (let i = 0; i < returns.length; i++) if (!Number.isFinite(returns[i]!)) returns[i] = Number.NaN;
  return { name: asset, ...benchmarkMetrics(series, { ...series, returns }, rates) };
}
