/**
 * Ledger entries: what happened on an account, exactly as the venue told it. Amounts are exact decimal
 * strings; instants are integer milliseconds UTC. Entries are plain data and know nothing of sessions.
 */
import type { Decimal } from '../amount/decimal.ts';

/** What every entry says. (venue, account, market, symbol or asset, kind, id) identifies it once and for all. */
export interface EntryBase {
  /** The venue's own identifier. */
  readonly id: string;
  /** ms UTC. */
  readonly time: number;
  readonly venue: string;
  /** The account inside its session (`a0`, `a1`, …). */
  readonly account: string;
  readonly market: Market;
}

/** What an entry belongs to, and the wallet of its account that it moves. */
export type Market = 'spot' | 'margin' | 'linear' | 'inverse' | 'option';

/** An amount of one asset or currency. */
export interface Money {
  readonly amount: Decimal;
  readonly currency: string;
}

/**
 * An execution, a liquidation, a conversion of one asset into another, the settlement of a dated contract.
 * `quantity` is in base units, of contracts in contracts; `price` in quote for one unit of base.
 */
export interface FillEntry extends EntryBase {
  readonly kind: 'fill';
  /** Unified symbol: `BTC/USDT` spot, `BTC/USDT:USDT` linear, `BTC/USD:BTC` inverse. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: Decimal;
  readonly price: Decimal;
  /** Paid to the venue; negative for a rebate; null when the venue names none. */
  readonly fee: Money | null;
  readonly orderId: string | null;
  /** Units of base (linear) or of quote (inverse) for one contract; 1 when left out. Contracts only. */
  readonly contractSize?: Decimal;
  /** Currency of a contract's profit: quote (linear), base (inverse). */
  readonly settle?: string;
  /** Whether the venue says that it was agreed upon outside the order book. */
  readonly block?: boolean;
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
  /**
   * Another wallet of the same venue account (`funding`, `margin`, …) to or from which this moved; absent: a
   * deposit from or a withdrawal to somewhere else. Where that wallet is read too, its own entry of the same amount
   * is the other side; where it is not, the account has no value until as much has come back (docs/metrics.md §1).
   */
  readonly counterWallet?: string;
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
