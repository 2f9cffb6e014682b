/** The shape of a venue's data table: everything about a venue that is a fact and not a procedure. */
import type { Decimal } from '@perf-aggregator/analytics/amount/decimal';
import type { FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import type { ExchangeErrorCode } from './errors.ts';
import type { AccountInspection, Venue } from './port.ts';

/** A token bucket: a burst, and how fast it fills again. */
export interface BucketLimits {
  readonly capacity: number;
  readonly perMinute: number;
}

/** What one call costs: weight of the address's bucket, and tokens of the account's own for slow calls. */
export interface CallCost {
  readonly weight: number;
  readonly slow?: number;
}

/** Who an entry belongs to: what the raw answer cannot say. */
export interface EntryOwner {
  readonly venue: Venue;
  readonly account: string;
}

/** What traded from `openTime` on. `volume` in base units; `vwap` null: nothing did. */
export interface Candle {
  readonly openTime: number;
  readonly low: Decimal;
  readonly high: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
  readonly vwap: Decimal | null;
}

/** A settled transfer, one that may still settle, or null for one that never will. */
export type RawTransfer = TransferEntry | { readonly pendingSince: number } | null;

export interface VenueTable {
  readonly venue: Venue;
  /** Hosts and ports of production and of the sandbox, for the measured allowlist. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly sandboxHosts: readonly { readonly host: string; readonly port: number }[];
  /** Before this instant nobody had an account here. */
  readonly launch: number;
  /** Currency that marks are quoted in. */
  readonly markQuote: string;
  /** Currencies of reports that a market here prices in `markQuote`: their prices are read for every account. */
  readonly reportingAssets: readonly string[];
  /** Quotes tried with every asset when symbols are discovered. */
  readonly knownQuotes: readonly string[];
  readonly fillsPage: number;
  readonly transfers: {
    /** Longest window, ms. */
    readonly windowMs: number;
    readonly page: number;
    /** The latest stretch that every pull reads again: transfers may be entered late. */
    readonly overlapMs: number;
  };
  readonly candlesPage: number;
  /** Requests in a row that may be spent on comparing fills with their minutes, the largest fills first. */
  readonly checkRequests: number;
  /** Streams that the sandbox lacks. */
  readonly sandboxLacks: readonly string[];
  readonly products: { readonly read: readonly string[]; readonly notRead: readonly string[] };
  /** Shared by all accounts behind one address, and of each account. */
  readonly limits: { readonly address: BucketLimits; readonly slow: BucketLimits };
  readonly costs: Readonly<
    Record<
      'markets' | 'balances' | 'permissions' | 'fills' | 'deposits' | 'withdrawals' | 'candles',
      CallCost
    >
  >;
  /** The venue's own error codes, where they say more than the library's classes. */
  readonly errorCodes: Readonly<Record<string, ExchangeErrorCode>>;
  /** Readers of raw answers. Each throws ExchangeError `exchange_bad_response`. */
  readonly read: {
    readonly fill: (
      raw: unknown,
      market: { symbol: string; base: string; quote: string },
      owner: EntryOwner,
    ) => FillEntry;
    readonly transfer: (
      raw: unknown,
      direction: TransferEntry['direction'],
      owner: EntryOwner,
    ) => RawTransfer;
    readonly balances: (raw: unknown) => readonly { readonly asset: string; readonly total: string }[];
    readonly candle: (raw: unknown) => Candle;
    readonly uid: (rawAccount: unknown) => string | null;
    readonly permissions: (raw: unknown) => Omit<AccountInspection, 'uid'>;
  };
}
