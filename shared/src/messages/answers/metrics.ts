/** Answers of `metrics` and `summary`. Fields and units: docs/protocol.md §5. */
import type { Scope } from './scope.ts';

/** Sums of the unlisted rows of an attribution. Money in the reporting currency. */
export interface OmittedRows
  extends Readonly<
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
  > {
  readonly rowCount: number;
  readonly tradeCount: number;
}

/** What was read of an account, and what could not be read. Instants in ms. */
export interface AccountCoverage {
  readonly account: string;
  readonly venue: string;
  readonly symbols: readonly string[];
  /** First instant that the venue let us read. Null: nothing was found. */
  readonly from: number | null;
  readonly to: number;
  readonly productsRead: readonly string[];
  readonly productsNotRead: readonly string[];
  /** Closed spans that could not be read, by stream. */
  readonly gaps: readonly { readonly stream: string; readonly from: number; readonly to: number }[];
  /** Streams that the venue does not offer for this account (a sandbox has no transfers). */
  readonly unavailable: readonly string[];
  readonly scope: ReadingScope;
}

/** Whether everything that could have moved an account was read (docs/metrics.md §1.3). */
export interface ReadingScope {
  /** The venue answers nothing before this instant, ms, where something is left unexplained. Null: to the beginning. */
  readonly from: number | null;
  readonly state: 'complete' | 'partial';
  /** What was not read, or is not explained. */
  readonly missing: readonly string[];
}

/** One account of a session, as `metrics` lists it. */
export interface AccountReading {
  readonly account: string;
  readonly venue: string;
  readonly coverage: AccountCoverage | null;
  /** Code of the last failure to read the account. Null: none. */
  readonly failure: string | null;
}

/** What the enclave adds to the metrics of a period. */
export interface MetricsAdditions {
  /** Return of each day of the period. Null where there is none. */
  readonly periodReturns: readonly (number | null)[];
  /** Deposits and withdrawals of the period that have no other side in an own account. */
  readonly externalFlowCount: number;
}

/** The form of an attribution and an exposure, as far as a list needs it. */
interface ListedMetrics {
  readonly attribution: readonly object[];
  readonly exposure: object;
}

/** Answer of `metrics`. `Metrics` is the result of `analytics`, which this room cannot name. */
export type MetricsAnswer<Metrics extends ListedMetrics> = Scope &
  MetricsAdditions &
  Omit<Metrics, keyof Scope | 'exposure'> & {
    /** `attribution` has the rows of the largest profits and losses. This is the sum of the others. */
    readonly attributionOmitted: OmittedRows;
    /** `positions` are the largest of `positionCount`. */
    readonly exposure: Metrics['exposure'] & { readonly positionCount: number };
    readonly accounts: readonly AccountReading[];
    /** Entries that the answering process fetched itself, and entries that came back from sealed storage. */
    readonly provenance: { readonly fetched: number; readonly sealed: number };
  };

/** Answer of `summary`. */
export interface SummaryAnswer extends Scope {
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
