/** The shape of a venue's data table: everything about a venue that is a fact and not a procedure. */
import type { Decimal } from '@perf-aggregator/analytics/amount/decimal';
import type { FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import type { ExchangeErrorCode } from './errors.ts';
import type { AccountInspection, Venue } from './port.ts';

/** A token bucket: its capacity, and how fast it refills. */
export interface BucketLimits {
  readonly capacity: number;
  readonly perMinute: number;
}

/** The cost of one call: weight in the address's bucket, and tokens in the account's own bucket for slow calls. */
export interface CallCost {
  readonly weight: number;
  readonly slow?: number;
}

/** The account that owns an entry. The raw answer does not name it. */
export interface EntryOwner {
  readonly venue: Venue;
  readonly account: string;
}

/** The trades from `openTime` on. `volume` in base units. `vwap` null: there were none. */
export interface Candle {
  readonly openTime: number;
  readonly low: Decimal;
  readonly high: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
  readonly vwap: Decimal | null;
}

/** A settled transfer, one that may still settle, or null for one that never will settle. */
export type RawTransfer = TransferEntry | { readonly pendingSince: number } | null;

export interface VenueTable {
  readonly venue: Venue;
  /** Hosts and ports of production and of the sandbox, for the measured allowlist. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly sandboxHosts: readonly { readonly host: string; readonly port: number }[];
  /** No account existed here before this instant. */
  readonly launch: number;
  /** The currency that marks are quoted in. */
  readonly markQuote: string;
  /** Currencies of reports that a market here prices in `markQuote`. Their prices are read for every account. */
  readonly reportingAssets: readonly string[];
  /** Quotes that are tried with every asset when symbols are discovered. */
  readonly knownQuotes: readonly string[];
  readonly fillsPage: number;
  readonly transfers: {
    /** Longest window, ms. */
    readonly windowMs: number;
    readonly page: number;
    /** The latest stretch, which every pull reads again, because transfers may be entered late. */
    readonly overlapMs: number;
  };
  readonly candlesPage: number;
  /** How many requests in a row may compare fills with their minutes. The largest fills come first. */
  readonly checkRequests: number;
  /** Streams that the sandbox does not have. */
  readonly sandboxLacks: readonly string[];
  readonly products: { readonly read: readonly string[]; readonly notRead: readonly string[] };
  /** Limits that all accounts behind one address share, and limits of each account. */
  readonly limits: { readonly address: BucketLimits; readonly slow: BucketLimits };
  readonly costs: Readonly<
    Record<
      'markets' | 'balances' | 'permissions' | 'fills' | 'deposits' | 'withdrawals' | 'candles',
      CallCost
    >
  >;
  /** The venue's own error codes, where they are more exact than the library's classes. */
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
