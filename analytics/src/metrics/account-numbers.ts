/** The shapes of an account's numbers as answers carry them: what enclave and client both compile against. */
import type { Metrics } from './account-metrics.ts';
import type { DailyReturn } from './daily-returns.ts';
import type { RoundTrip, RoundTrips } from './round-trips.ts';

/** By the place where they stand in an answer. */
export interface AccountNumbers {
  readonly metrics: Metrics;
  readonly day: DailyReturn;
  readonly trip: RoundTrip;
  readonly tripTotals: Omit<RoundTrips, 'trips' | 'startTime' | 'endTime'>;
}
