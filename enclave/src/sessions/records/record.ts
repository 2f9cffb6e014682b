/**
 * Records: everything that a ledger holds, in the order of arrival. A record is plain data and never changes. Amounts
 * are exact decimal texts, instants integer milliseconds UTC.
 *
 * A later release may add kinds and optional members. What exists keeps its members and their meaning (ADR 0023).
 */
import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import type { Money } from '@perf-aggregator/analytics/entries/entry';

/** A price as a record. */
export interface MarkRecord extends Mark {
  readonly kind: 'mark';
}

/** What one account held, by its venue's answers. Each wallet is read by itself, so each row has its own instant. */
export interface AccountSnapshotRecord {
  readonly kind: 'snapshot';
  readonly account: string;
  /** When reading ended. */
  readonly time: number;
  /** `day`: the last one of a UTC day. `flow`: taken right before or right after a large flow. */
  readonly reason: 'day' | 'flow';
  /** Balances, at most some four thousand. Assets that are not listed are zero in the wallets that are. */
  readonly rows: readonly SnapshotRow[];
  /** Open contracts. Contracts that are not listed are flat. */
  readonly positions: readonly PositionRow[];
}

export interface SnapshotRow {
  readonly wallet: string;
  readonly time: number;
  readonly asset: string;
  /** Free and used; owned less borrowed and owed. */
  readonly total: string;
}

export interface PositionRow {
  readonly wallet: string;
  readonly time: number;
  /** Unified symbol of the contract. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly settle: string;
  readonly inverse: boolean;
  /** Signed. Negative: short. */
  readonly contracts: string;
  readonly contractSize: string;
  readonly entryPrice: string;
  /** The venue's mark price. Left out: the venue names none. */
  readonly mark?: string;
}

/** A span of a stream that could not be read, and why. */
export interface GapRecord {
  readonly kind: 'gap';
  readonly account: string;
  readonly stream: string;
  /** First instant and end (exclusive) of the span. */
  readonly from: number;
  readonly to: number;
  /** A closed word of the engine. */
  readonly reason: string;
  /** What is missing, where the venue's own sums tell it. Signed. */
  readonly amount?: Money;
}

/** A row of the venue's that could not be understood. It is kept as it came, and moves nothing. */
export interface QuarantinedRecord {
  readonly kind: 'quarantined';
  readonly account: string;
  readonly stream: string;
  /** Left out: the row's time is not understood either. */
  readonly time?: number;
  /** A closed word of the engine. */
  readonly reason: string;
  /** The row as canonical JSON (RFC 8785), cut after {@link MAX_RAW_CHARS} characters. */
  readonly raw: string;
}

/** The longest `raw` of a quarantined row, in UTF-16 code units. */
export const MAX_RAW_CHARS = 2_000;

export type LedgerRecord = LedgerEntry | MarkRecord | AccountSnapshotRecord | GapRecord | QuarantinedRecord;
