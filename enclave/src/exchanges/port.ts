/**
 * The port to exchanges: plain data in, plain data out, so that ccxt can be moved into a process of its own.
 * Read-only verbs. It knows nothing of sessions.
 */

import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import type { AccountCoverage } from '@perf-aggregator/shared/messages/answers/metrics';
import type { VenueHealth } from '@perf-aggregator/shared/wire/ping';

/** Venues that the engine knows (docs/design.md §8); a venue without a data table is `exchange_unsupported`. */
export const VENUES = ['binance'] as const;
export type Venue = (typeof VENUES)[number];

/** One account as its owner handed it over. */
export interface VenueAccount {
  /** Name of the account inside its session (`a0`, `a1`, …); stands in every entry. */
  readonly account: string;
  readonly venue: Venue;
  readonly accountType: 'spot';
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly password?: string;
  readonly sandbox: boolean;
  /** Unified symbols (`BTC/USDT`) to read; none given: discovered from balances, ledger and transfers. */
  readonly symbols?: readonly string[];
}

/** What a key may do. `unknown`: the venue does not let us ask. */
export type Permission = 'yes' | 'no' | 'unknown';

/** Who the key belongs to and what it may do. */
export interface AccountInspection {
  readonly canRead: Permission;
  readonly canTrade: Permission;
  readonly canWithdraw: Permission;
  /** The venue's own identifier of the account, if it tells; tells duplicates. Never leaves the enclave. */
  readonly uid: string | null;
}

/** Total holdings of one asset: free and used, exact decimal. */
export interface Balance {
  readonly asset: string;
  readonly total: string;
}

/** What the account held at an instant, as the venue says. */
export interface BalanceSnapshot {
  readonly time: number;
  readonly balances: readonly Balance[];
}

/** What was read, and what could not be (stated in every report, never silent). */
export interface Coverage extends AccountCoverage {
  readonly venue: Venue;
}

/** Where a pull goes on; opaque to everybody but the engine, CBOR-encodable, survives restarts. */
export type VenueCursor = { readonly [key: string]: CursorValue };
export type CursorValue =
  | null
  | boolean
  | number
  | string
  | readonly CursorValue[]
  | { readonly [key: string]: CursorValue };

/** How much one pull may do before it hands back what it has. */
export interface PullBudget {
  readonly maxEntries: number;
  /** Instant at which the pull should return, ms. */
  readonly until: number;
  /** Aborts when nobody waits for the pull any more. */
  readonly signal?: AbortSignal | undefined;
}

/** How long an inspection may go on. */
export interface InspectionBounds {
  /** No call and no wait goes on past it, ms. */
  readonly deadline: number;
  /** Aborts when nobody waits for the inspection any more. */
  readonly signal?: AbortSignal | undefined;
}

/** One step of a synchronisation. */
export interface Pull {
  /** New entries, ordered by time within each stream; the same entry may come again after a restart (same id). */
  readonly entries: readonly LedgerEntry[];
  /** Prices: daily closes of every asset in scope, and minute prices at external flows. */
  readonly marks: readonly Mark[];
  readonly cursor: VenueCursor;
  /** Whether the account is read up to now. */
  readonly done: boolean;
  /** Holdings, taken when `done`. */
  readonly snapshot: BalanceSnapshot | null;
  readonly coverage: Coverage;
  /** Share done, 0..1, for progress bars. */
  readonly progress: number;
}

/** Exchanges. @throws ExchangeError (`errors.ts`); the reason of a signal that aborts */
export interface Exchanges {
  /** How every venue that was asked answered last. */
  health(): VenueHealth[];
  inspect(account: VenueAccount, bounds: InspectionBounds): Promise<AccountInspection>;
  pull(account: VenueAccount, cursor: VenueCursor | null, budget: PullBudget): Promise<Pull>;
}
