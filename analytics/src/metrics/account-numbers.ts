/** The shapes of an account's numbers in answers. Enclave and client compile against them. */
import type { Metrics } from './account-metrics.ts';
import type { DailyReturn } from './daily-returns.ts';
import type { RoundTrip, RoundTrips } from './round-trips.ts';

/** The shapes by their place in an answer. */
export interface AccountNumbers {
  readonly metrics: Metrics;
  readonly day: DailyReturn;
  readonly trip: RoundTrip;
  readonly tripTotals: Omit<RoundTrips, 'trips' | 'startTime' | 'endTime'>;
}
