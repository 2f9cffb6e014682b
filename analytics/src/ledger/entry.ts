/**
 * Ledger entries: what happened on an account, exactly as the venue told it. Amounts are exact decimal
 * strings; instants are integer milliseconds UTC. Entries are plain data and know nothing of sessions.
 */

/** An exact decimal number as text: optional minus, digits, optional fraction. Never an exponent. */
export type Decimal = string;

/** What every entry says. (venue, account, market, symbol or asset, kind, id) identifies it once and for all. */
export interface EntryBase {
  /** The venue's own identifier. */
  readonly id: string;
  /** ms UTC. */
  readonly time: number;
  readonly venue: string;
  /** The account inside its session (`a0`, `a1`, …). */
  readonly account: string;
  readonly market: 'spot' | 'margin' | 'linear' | 'inverse' | 'option';
}

/** An amount of one asset or currency. */
export interface Money {
  readonly amount: Decimal;
  readonly currency: string;
}

/** An execution. `quantity` is in base units (contracts for derivatives), `price` in quote per base. */
export interface FillEntry extends EntryBase {
  readonly kind: 'fill';
  /** Unified symbol, `BTC/USDT`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: Decimal;
  readonly price: Decimal;
  /** Paid to the venue; negative for a rebate; null when the venue names none. */
  readonly fee: Money | null;
  readonly orderId: string | null;
}

/** A deposit to or a withdrawal from the account. `amount` is what arrived or left, without the fee. */
export interface TransferEntry extends EntryBase {
  readonly kind: 'transfer';
  readonly direction: 'deposit' | 'withdrawal';
  readonly asset: string;
  readonly amount: Decimal;
  /** Debited on top of `amount`; null when none is named. */
  readonly fee: Money | null;
  /** Transaction hash, where the venue tells it: matches internal transfers. */
  readonly transactionHash: string | null;
}

/** A signed cash movement that is neither a fill nor a transfer: + received, − paid. */
export interface CashEntry extends EntryBase {
  readonly kind: 'fee' | 'funding' | 'interest' | 'rebate' | 'other';
  readonly asset: string;
  readonly amount: Decimal;
  /** The contract that it belongs to, if any. */
  readonly symbol: string | null;
}

export type LedgerEntry = FillEntry | TransferEntry | CashEntry;

/**
 * A price: `price` units of `quote` for one unit of `asset`, the last traded at or before `time`.
 * `1d`: the close of the UTC day that ends at `time`. `1m`: the close of the minute that ends at `time`.
 */
export interface Mark {
  readonly venue: string;
  readonly asset: string;
  readonly quote: string;
  readonly time: number;
  readonly price: Decimal;
  readonly resolution: '1d' | '1m';
}
