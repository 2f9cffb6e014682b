/**
 * The port to exchanges. Plain data goes in and out, so that ccxt can move into a process of its own. All verbs only
 * read. The port knows nothing of sessions.
 */

import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
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
}

/** Total holdings of one asset: free and used, exact decimal. */
export interface Balance {
  readonly asset: string;
  readonly total: string;
}

/** What the account held at an instant, by the venue's answer. */
export interface BalanceSnapshot {
  readonly time: number;
  readonly balances: readonly Balance[];
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
}

/** The exchanges. @throws ExchangeError (`errors.ts`); the reason of a signal that aborts */
export interface Exchanges {
  /** How every venue answered its last request. */
  health(): VenueHealth[];
  inspect(account: VenueAccount, bounds: InspectionBounds): Promise<AccountInspection>;
  pull(account: VenueAccount, cursor: VenueCursor | null, budget: PullBudget): Promise<Pull>;
}
