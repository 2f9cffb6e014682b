/**
 * The form of a venue's data table: what is a fact about a venue and not a procedure. The engine walks the streams of a
 * table; the adapter sends the calls of a table and no other request.
 */
import type { LedgerEntry } from '@perf-aggregator/analytics';
import type { Decimal } from '@perf-aggregator/analytics/amount/decimal';
import type { ExchangeErrorCode } from './errors.ts';
import type { AccountInspection, BalanceRow, PositionRow, Venue } from './port.ts';

export interface Host {
  readonly host: string;
  readonly port: number;
}

/** A token bucket: its capacity, and how fast it refills. */
export interface BucketLimits {
  readonly capacity: number;
  readonly perMinute: number;
}

/** A limit of the venue, shared by all accounts behind one address, or of one account. */
export interface Bucket extends BucketLimits {
  readonly scope: 'address' | 'account';
  /** The header of an answer that says how much of `limit` this minute has used, by everyone at this address. */
  readonly used?: { readonly header: string; readonly limit: number };
}

/**
 * A request that may leave the enclave. The transport lets a request through only when its method, host and path are
 * those of a call, so that a key that can trade cannot be made to trade.
 */
export interface Call {
  /** The library's function of the endpoint. It signs the request. */
  readonly endpoint: string;
  readonly method: 'GET' | 'POST';
  readonly host: string;
  readonly path: string;
  /** What one request takes from the buckets, by name. */
  readonly cost: Readonly<Record<string, number>>;
  /** The call is not signed. Its answer is the same for every account. */
  readonly isPublic?: true;
}

export type Product = 'spot' | 'linear' | 'inverse';

/** A market as the venue lists it. Names of assets are the venue's own. */
export interface Market {
  /** Unified symbol: `BTC/USDT`, `BTC/USDT:USDT`, `BTC/USD:BTC-270326`. */
  readonly symbol: string;
  /** The venue's own name. */
  readonly id: string;
  readonly product: Product;
  readonly base: string;
  readonly quote: string;
  /** Currency of a contract's profit. Null: this is no contract. */
  readonly settle: string | null;
  /** Units of base (linear) or of quote (inverse) for one contract. */
  readonly contractSize: Decimal;
}

/** The account that owns an entry. The raw answer does not name it. */
export interface EntryOwner {
  readonly venue: Venue;
  readonly account: string;
}

/** What a reader knows beside the row. */
export interface RowContext {
  readonly owner: EntryOwner;
  /** The listed market of a product by the venue's own name. */
  readonly market: (product: Product, id: string) => Market | undefined;
  /** Whether a market of this asset is listed. */
  readonly isListed: (asset: string) => boolean;
  /** The key of the walk: the venue's name of a market, or the rest of a wallet's name. Empty: there is none. */
  readonly key: string;
}

/** Money that left a wallet and has not arrived: a withdrawal that is under way. It is still a holding. */
export interface InTransit {
  readonly wallet: string;
  readonly asset: string;
  readonly total: Decimal;
}

/** What a row says. `entries` may be empty: another stream counts the movement. */
export type RowReading =
  | {
      readonly entries: readonly LedgerEntry[];
      readonly time: number;
      readonly id: string;
      /** The venue's name of a market in which the account traded, as this row shows. */
      readonly tradedIn?: string;
    }
  /** A row that may still change. It is read again until it is final. */
  | { readonly pendingSince: number; readonly id: string; readonly inTransit: InTransit | null };

/** How the rows of one span of time, or of one market, come. */
export type Paging =
  /** By rising numeric id, from any id on. No windows. */
  | {
      readonly kind: 'rising-id';
      readonly from: string;
      /** The id of a row, also of one that cannot be read otherwise. */
      readonly id: (row: unknown) => string;
      readonly limit: string;
      readonly page: number;
    }
  /** Numbered pages of a window, from 1. */
  | { readonly kind: 'page'; readonly number: string; readonly limit: string; readonly page: number }
  /** A window from an offset on. */
  | { readonly kind: 'offset'; readonly offset: string; readonly limit: string; readonly page: number }
  /** One answer for a window. A full answer halves the window. */
  | { readonly kind: 'whole'; readonly limit: string | null; readonly page: number }
  /** Ascending from an instant, which is included. */
  | { readonly kind: 'inclusive-time'; readonly limit: string; readonly page: number }
  /** By opaque tokens of the venue. */
  | {
      readonly kind: 'token';
      readonly token: string;
      readonly next: (answer: unknown) => string | null;
      readonly limit: string;
      readonly page: number;
    }
  /** By falling id: each request names the last id of the one before. */
  | {
      readonly kind: 'falling-id';
      readonly before: string;
      readonly id: (row: unknown) => string;
      readonly limit: string;
      readonly page: number;
    };

/** The windows of a stream that is read by time. */
export interface Windows {
  readonly from: string;
  readonly to: string;
  /** Longest window, ms. */
  readonly longestMs: number;
  /** No row is older. */
  readonly since: number;
  /** How far back the venue answers at all, ms. Null: to the beginning. */
  readonly horizonMs: number | null;
  /** The latest stretch, which every reading reads again, because rows may be entered late. */
  readonly overlapMs: number;
}

/** When a stream is read. */
export type Cadence =
  /** At every reading. */
  | 'always'
  /** In the first reading, once a day, and when a balance moved that nothing else explains. */
  | 'moved'
  /** Only when a balance moved that nothing else explains: every row moves money between two wallets that are read. */
  | 'unexplained';

export interface Stream {
  readonly name: string;
  readonly call: string;
  /** The wallets whose changes the stream explains, by the beginning of their names. */
  readonly wallets: readonly string[];
  /**
   * One walk; one for each listed market of a product; or one for each wallet whose name begins so. The rest of the name
   * is the key of the walk.
   */
  readonly scope: 'account' | { readonly product: Product } | { readonly wallets: string };
  readonly paging: Paging;
  /** Null: not by time. */
  readonly windows: Windows | null;
  readonly cadence: Cadence;
  /** Money first came to the account by a stream of this kind. It is read from its own beginning. */
  readonly isSource?: true;
  /** The stream moves only these assets. It is read once one of them is held or used. */
  readonly assets?: readonly string[];
  /** The permission of the key without which the venue refuses the stream. */
  readonly needs?: KeyScope;
  readonly parameters: (key: string) => Readonly<Record<string, string | number>>;
  /** The rows of an answer. @throws ExchangeError `exchange_bad_response` when it has another form */
  readonly rows: (answer: unknown) => readonly unknown[];
  /**
   * Reads one row.
   * @throws ExchangeError `exchange_bad_response` for a row that it cannot read. The row is put in quarantine.
   */
  readonly read: (row: unknown, context: RowContext) => RowReading;
}

/** Parts of an account that a key may be allowed to read apart from the others. */
export type KeyScope = 'futures' | 'margin';

/** A call that answers the balances of one or more wallets. */
export interface WalletReader {
  /** The wallets, by the beginning of their names. */
  readonly wallets: readonly string[];
  readonly calls: readonly {
    readonly call: string;
    readonly parameters?: Readonly<Record<string, string | number>>;
  }[];
  readonly needs?: KeyScope;
  /** The calls cost much. Wallets that nothing ever went to are asked for once a day only. */
  readonly isCostly?: true;
  /** @throws ExchangeError `exchange_bad_response` */
  readonly read: (answers: readonly unknown[], context: Omit<RowContext, 'key'>) => WalletRows;
}

export interface WalletRows {
  readonly balances: readonly Omit<BalanceRow, 'time'>[];
  readonly positions: readonly Omit<PositionRow, 'time'>[];
  /** Wallets that exist, whether or not they hold anything. */
  readonly wallets?: readonly string[];
}

/** The trades from `openTime` on. `volume` in base units. `vwap` null: there were none. */
export interface Candle {
  readonly openTime: number;
  readonly low: Decimal;
  readonly high: Decimal;
  readonly close: Decimal;
  /** Null: the candles count no trades. */
  readonly volume: Decimal | null;
  readonly vwap: Decimal | null;
}

/** The candles of a product. */
export interface CandleSource {
  readonly call: string;
  readonly read: (raw: unknown) => Candle;
}

/** A coin that the venue exchanged for another one. */
export interface Rename {
  readonly from: string;
  readonly to: string;
  /** Units of `to` for one of `from`. */
  readonly ratio: Decimal;
  /** When the holdings changed, ms. */
  readonly at: number;
}

export interface VenueTable {
  readonly venue: Venue;
  /** Hosts and ports of production and of the sandbox, for the measured allowlist. */
  readonly hosts: readonly Host[];
  readonly sandboxHosts: readonly Host[];
  /** No account existed here before this instant. */
  readonly launch: number;
  /** The currency that marks are quoted in. */
  readonly markQuote: string;
  /** Quotes that lead from an asset to `markQuote`, the best first. */
  readonly routeQuotes: readonly string[];
  /** The venue's name of the spot market between two assets, listed or not. */
  readonly idOf: (base: string, quote: string) => string;
  /** Currencies of reports that a market here prices in `markQuote`. Their prices are read for every account. */
  readonly reportingAssets: readonly string[];
  readonly buckets: Readonly<Record<string, Bucket>>;
  readonly calls: Readonly<Record<string, Call>>;
  /** The listings of the products, and their reader. */
  readonly listings: readonly {
    readonly call: string;
    readonly read: (answer: unknown) => readonly Market[];
    readonly sandbox: boolean;
  }[];
  readonly wallets: readonly WalletReader[];
  readonly streams: readonly Stream[];
  /** What values a day, and what was traded in a minute. Contracts are valued at the venue's mark price. */
  readonly candles: Readonly<Record<Product, { readonly day: CandleSource; readonly minute: CandleSource }>>;
  readonly renames: readonly Rename[];
  /**
   * Minutes of the day, UTC, in which the venue settles contracts and its balances must not be believed: from the first
   * up to, not including, the second.
   */
  readonly quietMinutes: readonly (readonly [from: number, to: number])[];
  /** How many requests in a row may compare fills with their minutes. The largest fills come first. */
  readonly checkRequests: number;
  /** Parts of the account, by name, that nothing of this table reads. */
  readonly notRead: readonly string[];
  readonly products: readonly { readonly name: string; readonly wallets: readonly string[] }[];
  /** The streams and wallets that the sandbox has. */
  readonly sandbox: { readonly streams: readonly string[]; readonly wallets: readonly string[] };
  /** The venue's own error codes, where they are more exact than the library's classes. */
  readonly errorCodes: Readonly<Record<string, ExchangeErrorCode>>;
  readonly clock: { readonly call: string; readonly read: (answer: unknown) => number };
  readonly inspection: {
    /** The call whose answer names the account, and which every key that can read may make. */
    readonly account: string;
    readonly permissions: string;
    readonly uid: (answer: unknown) => string | null;
    readonly read: (answer: unknown) => Omit<AccountInspection, 'uid'>;
  };
}
