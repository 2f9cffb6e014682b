/** What the reading operations answer, once it is open. Fields and units: docs/protocol.md §5. */
import type { CostMethod, Metrics } from '@perf-aggregator/analytics';
import type { AttributionRow } from '@perf-aggregator/analytics/metrics/attribution';
import type { DailyReturn } from '@perf-aggregator/analytics/metrics/daily-returns';
import type { RoundTrip, RoundTrips } from '@perf-aggregator/analytics/metrics/round-trips';

/** What the numbers are about: real venues, a venue's test system, or a simulated enclave. */
export type Environment = 'production' | 'sandbox' | 'simulated';

/** What of a session an answer is about. */
export interface Scope {
  readonly environment: Environment;
  /** The one account whose entries count; null: all. */
  readonly account: string | null;
  readonly reportingCurrency: string;
  /** Which lots a disposal took first. */
  readonly method: CostMethod;
  /** Of the last synchronisation, ms. */
  readonly asOf: number;
}

/** Answer of `metrics`. */
export interface MetricsResult extends Scope, Omit<Metrics, keyof Scope | 'exposure'> {
  /** Return of each day of the period, null where there is none. */
  readonly periodReturns: readonly (number | null)[];
  readonly externalFlowCount: number;
  /** The rows of the largest profits and losses; what the others come to stands in `attributionOmitted`. */
  readonly attribution: readonly AttributionRow[];
  readonly attributionOmitted: Readonly<
    Record<
      | 'realizedPnl'
      | 'unrealizedPnl'
      | 'unrealizedPnlChange'
      | 'fundingPnl'
      | 'fees'
      | 'borrowInterest'
      | 'netPnl'
      | 'totalPnl'
      | 'volume',
      string
    >
  > & { readonly rowCount: number; readonly tradeCount: number };
  /** `positions` are the largest of `positionCount`. */
  readonly exposure: Metrics['exposure'] & { readonly positionCount: number };
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
export interface SummaryResult extends Scope {
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly navEnd: string | null;
  readonly absoluteProfit: string | null;
  readonly realizedPnl: string;
  readonly unrealizedPnl: string | null;
  readonly totalReturn: number | null;
  readonly annualizedReturn: number | null;
  readonly volatilityAnnualized: number | null;
  readonly sharpeRatio: number | null;
  readonly sortinoRatio: number | null;
  readonly maxDrawdown: number | null;
  readonly currentDrawdown: number | null;
  readonly tradeWinRate: number | null;
  readonly profitFactor: number | null;
  readonly grossExposure: number | null;
  /** Null without a benchmark. */
  readonly beta: number | null;
  readonly fillCount: number;
  readonly symbolCount: number;
  readonly accountCount: number;
  readonly unexplainedShare: number | null;
  readonly expiresAt: number;
}

/** Answer of `returns`: one page of the days of a period, oldest first. */
export interface ReturnsResult extends Scope {
  /** First and last day of the whole period; null: no whole day lies in it. */
  readonly from: string | null;
  readonly to: string | null;
  readonly dayCount: number;
  readonly benchmark: string | null;
  readonly window: number | null;
  /** Value at the start of the period. */
  readonly navStart: string | null;
  readonly days: readonly DailyReturn[];
  /** For the next page; null: this is the last. */
  readonly nextCursor: string | null;
}

/** Answer of `trades`: one page of the round trips of a period, newest first; sums are of all pages. */
export interface TradesResult extends Scope, Omit<RoundTrips, 'trips' | 'startTime' | 'endTime'> {
  /** First and last day of the period; null: no whole day lies in it. */
  readonly from: string | null;
  readonly to: string | null;
  readonly tradeCount: number;
  readonly trades: readonly RoundTrip[];
  /** For the next page; null: this is the last. */
  readonly nextCursor: string | null;
}
