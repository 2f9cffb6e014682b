/**
 * Ledger entries: what happened on an account, exactly as the venue reported it. Amounts are exact decimal strings.
 * Instants are integer milliseconds UTC. Entries are plain data and know nothing of sessions.
 */
import type { Decimal } from '../amount/decimal.ts';

/** The members of every entry. (venue, account, wallet, market, symbol or asset, kind, id) identifies it for good. */
export interface EntryBase {
  /** The venue's own identifier. */
  readonly id: string;
  /** ms UTC. */
  readonly time: number;
  readonly venue: string;
  /** The account inside its session (`a0`, `a1`, …). */
  readonly account: string;
  /**
   * The wallet of the account that the entry moves, by the name that the venue's table gives it (`spot`, `funding`,
   * `usdm`, …). The two sides of a transfer inside one account are two entries, one in each wallet.
   */
  readonly wallet: string;
  /** The product. One wallet may hold several products, and several wallets may hold the same one. */
  readonly market: Market;
}

export type Market = 'spot' | 'linear' | 'inverse' | 'option';

/** An amount of one asset or currency. */
export interface Money {
  readonly amount: Decimal;
  readonly currency: string;
}

/**
 * An execution, a liquidation, a conversion of one asset into another, or the settlement of a dated contract.
 * `quantity` is in base units, or in contracts for a contract. `price` is in quote for one unit of base.
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
  /** Paid to the venue. Negative: a rebate. Null: the venue names none. */
  readonly fee: Money | null;
  /** Fees beside `fee`, where a venue takes several for one fill. Left out: there are none. */
  readonly furtherFees?: readonly Money[];
  readonly orderId: string | null;
  /** Units of base (linear) or of quote (inverse) for one contract. 1 when left out. Only for contracts. */
  readonly contractSize?: Decimal;
  /** Currency of a contract's profit: quote (linear), base (inverse). */
  readonly settle?: string;
  /** The side of the position in hedge mode. No number depends on it: the sides are netted (docs/metrics.md §6). */
  readonly positionSide?: 'long' | 'short';
  /** Whether the venue states that the fill was agreed outside the order book. */
  readonly block?: boolean;
}

/** A deposit to or a withdrawal from the account. `amount` is the amount that arrived or left, without the fee. */
export interface TransferEntry extends EntryBase {
  readonly kind: 'transfer';
  readonly direction: 'deposit' | 'withdrawal';
  readonly asset: string;
  readonly amount: Decimal;
  /** Debited in addition to `amount`. Null: the venue names none. */
  readonly fee: Money | null;
  /** Transaction hash, where the venue gives it. It matches internal transfers. */
  readonly transactionHash: string | null;
  /**
   * Another wallet of the same venue account (`funding`, `usdm`, …) to or from which this moved. Absent: a deposit
   * from or a withdrawal to an account elsewhere. Where that wallet is read too, its own entry of the same amount is
   * the other side. Where it is not read, the account has no value until the same amount has come back (docs/metrics.md
   * §1).
   */
  readonly counterWallet?: string;
}

/** A signed cash movement that is neither a fill nor a transfer: + received, − paid. */
export interface CashEntry extends EntryBase {
  readonly kind: 'fee' | 'funding' | 'interest' | 'rebate' | 'other';
  readonly asset: string;
  readonly amount: Decimal;
  /** The contract of the movement. Null: there is none. */
  readonly symbol: string | null;
}

export type LedgerEntry = FillEntry | TransferEntry | CashEntry;
