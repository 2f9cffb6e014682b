/**
 * The port to exchanges. All verbs only read. It knows nothing of sessions. What ccxt does stands behind a port of its
 * own with plain data (`engine/client.ts`), so that ccxt can move into another process.
 */

import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import type { SnapshotPosition } from '@perf-aggregator/analytics/entries/snapshot';
import type { AccountCoverage } from '@perf-aggregator/shared/messages/answers/metrics';
import type { VenueHealth } from '@perf-aggregator/shared/wire/ping';

/** Venues that the engine knows (docs/design.md §8); a venue without a data table is `exchange_unsupported`. */
export const VENUES = ['binance'] as const;
export type Venue = (typeof VENUES)[number];

/** One account as its owner submitted it. */
export interface VenueAccount {
  /** Name of the account inside its session (`a0`, `a1`, …). Every entry has it. */
  readonly account: string;
  readonly venue: Venue;
  readonly accountType: 'spot';
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly password?: string;
  readonly sandbox: boolean;
  /** Unified symbols (`BTC/USDT`) to read. Left out: they are found from balances, ledger and transfers. */
  readonly symbols?: readonly string[];
}

/** What a key may do. `unknown`: the venue offers no way to ask. */
export type Permission = 'yes' | 'no' | 'unknown';

/** Who owns the key, and what it may do. */
export interface AccountInspection {
  readonly canRead: Permission;
  readonly canTrade: Permission;
  readonly canWithdraw: Permission;
  /**
   * The venue's own identifier of the account, if the venue gives one. It shows duplicates. It never leaves the
   * enclave.
   */
  readonly uid: string | null;
  /** Parts of the account that the key may not read, as the venue calls them (`futures`, `margin`). */
  readonly scopesMissing: readonly string[];
  /** The mode of the account, as the venue calls it. Only `classic` accounts are read. */
  readonly mode: string;
  /** When the key ends, ms. Null: the venue names no end. */
  readonly expiresAt: number | null;
}

/**
 * What one wallet holds of one asset, exact decimal: free and used, less what is borrowed and owed. Of contracts: the
 * wallet balance without unrealised profit. Money on its way out is in the wallet `transit`.
 */
export interface BalanceRow {
  readonly wallet: string;
  readonly asset: string;
  readonly total: string;
  /** When the venue answered, ms. */
  readonly time: number;
}

/** An open contract of a wallet. The sides of hedge mode are two rows. */
export interface PositionRow extends SnapshotPosition {
  readonly wallet: string;
  readonly time: number;
}

/** What the account held, by the venue's answers: every wallet that was read. */
export interface BalanceSnapshot {
  /** The latest instant of its rows. */
  readonly time: number;
  readonly balances: readonly BalanceRow[];
  readonly positions: readonly PositionRow[];
}

/** What was read, and what could not be. Every report states it. */
export interface Coverage extends AccountCoverage {
  readonly venue: Venue;
}

/** Where a pull continues. Only the engine reads it. It can be encoded as CBOR and survives restarts. */
export type VenueCursor = { readonly [key: string]: CursorValue };
export type CursorValue =
  | null
  | boolean
  | number
  | string
  | readonly CursorValue[]
  | { readonly [key: string]: CursorValue };

/** How much one pull may do before it returns what it has. */
export interface PullBudget {
  readonly maxEntries: number;
  /** Instant at which the pull should return, ms. */
  readonly until: number;
  /** Aborts when no caller waits for the pull any more. */
  readonly signal?: AbortSignal | undefined;
}

/** How long an inspection may take. */
export interface InspectionBounds {
  /** No call and no wait goes past it, ms. */
  readonly deadline: number;
  /** Aborts when no caller waits for the inspection any more. */
  readonly signal?: AbortSignal | undefined;
}

/** One step of a synchronisation. */
export interface Pull {
  /**
   * New entries, ordered by time within each stream. After a restart the same entry may come again, with the same id.
   */
  readonly entries: readonly LedgerEntry[];
  /** Prices: daily closes of every asset in scope, and minute prices at external flows. */
  readonly marks: readonly Mark[];
  readonly cursor: VenueCursor;
  /** Whether the account has been read up to now. */
  readonly done: boolean;
  /** Holdings. Read when `done`. */
  readonly snapshot: BalanceSnapshot | null;
  readonly coverage: Coverage;
  /** Share done, 0..1, for progress bars. */
  readonly progress: number;
  /** Spans that could not be read, new in this pull. */
  readonly gaps: readonly PullGap[];
  /** Rows that could not be read, new in this pull. They move nothing. */
  readonly quarantined: readonly UnreadRow[];
}

/** A span of a stream that could not be read. */
export interface PullGap {
  readonly stream: string;
  readonly from: number;
  readonly to: number;
}

/** A row that no reader understands, as the venue sent it. */
export interface UnreadRow {
  readonly stream: string;
  /** JSON of the row, with its numbers as text. */
  readonly raw: string;
}

/** What was read of an account before. */
export interface KnownLedger {
  /** Whether it has an entry of this identity: none, the same, or one with another content. */
  standingOf(entry: LedgerEntry): 'none' | 'same' | 'other';
  /** The account's entries, in any order. */
  entries(): Iterable<LedgerEntry>;
}

/** The exchanges. @throws ExchangeError (`errors.ts`); the reason of a signal that aborts */
export interface Exchanges {
  /** How every venue answered its last request. */
  health(): VenueHealth[];
  inspect(account: VenueAccount, bounds: InspectionBounds): Promise<AccountInspection>;
  pull(
    account: VenueAccount,
    cursor: VenueCursor | null,
    budget: PullBudget,
    ledger: KnownLedger,
  ): Promise<Pull>;
}
