/** What the reading operations answer, once it is open. Fields and units: docs/protocol.md §5. */
import type { Metrics } from '@perf-aggregator/analytics';

/** What the numbers are about: real venues, a venue's test system, or a simulated enclave. */
export type Environment = 'production' | 'sandbox' | 'simulated';

/** Answer of `metrics`. */
export interface MetricsResult extends Metrics {
  readonly environment: Environment;
  /** Return of each day of the period, null where there is none. */
  readonly periodReturns: readonly (number | null)[];
  readonly externalFlowCount: number;
  readonly accounts: readonly {
    readonly account: string;
    readonly venue: string;
    readonly coverage: {
      readonly symbols: readonly string[];
      readonly from: number | null;
      readonly to: number;
      readonly gaps: readonly { readonly stream: string; readonly from: number; readonly to: number }[];
      readonly unavailable: readonly string[];
    } | null;
    /** Code of the last failure to read the account; null: none. */
    readonly failure: string | null;
  }[];
  readonly provenance: { readonly fetched: number; readonly sealed: number };
}

/** Answer of `summary`. */
export interface SummaryResult {
  readonly environment: Environment;
  readonly reportingCurrency: string;
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly navEnd: string | null;
  readonly totalReturn: number | null;
  readonly annualizedReturn: number | null;
  readonly volatilityAnnualized: number | null;
  readonly sharpeRatio: number | null;
  readonly maxDrawdown: number | null;
  readonly fillCount: number;
  readonly symbolCount: number;
  readonly accountCount: number;
  readonly unexplainedShare: number | null;
  readonly expiresAt: number;
  readonly asOf: number;
}
