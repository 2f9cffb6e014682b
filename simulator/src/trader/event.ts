/**
 * The events of a simulated account: pure data, amounts as canonical decimal strings, instants in ms UTC. These three
 * are of the spot wallet. `wallet-event.ts` has those of all other wallets.
 */
import type { Shown } from './shown.ts';
import type { WalletEvent } from './wallet-event.ts';

/** One execution. `fee` is debited in its own asset, on top of nothing else. */
export interface TraderFill extends Shown {
  readonly kind: 'fill';
  /** Unique and rising for each symbol, as Binance numbers trades. */
  readonly id: number;
  readonly orderId: number;
  readonly time: number;
  /** Unified symbol, `BTC/USDT`. */
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly price: string;
  readonly quantity: string;
  readonly fee: { readonly amount: string; readonly asset: string };
  readonly isMaker: boolean;
  /** Agreed outside the order book. The venue's candles do not contain it. */
  readonly offBook?: true;
}

/** Money that arrived from outside. The balance moves at `time`. */
export interface TraderDeposit extends Shown {
  readonly kind: 'deposit';
  readonly id: string;
  readonly time: number;
  readonly asset: string;
  readonly amount: string;
  readonly network: string;
  readonly address: string;
  readonly transactionHash: string;
  /** Came from another wallet of the customer (funding, earn, a sub-account). No list of deposits contains it. */
  readonly unlisted?: true;
  /** The venue lists it as pending (status 0, its `insertTime`) so long before the balance moves. */
  readonly pendingMs?: number;
}

/** Money that left. `amount` arrives outside, and the venue keeps `fee`; both are debited. Whole seconds. */
export interface TraderWithdrawal extends Shown {
  readonly kind: 'withdrawal';
  readonly id: string;
  readonly time: number;
  readonly asset: string;
  readonly amount: string;
  readonly fee: string;
  readonly network: string;
  readonly address: string;
  readonly transactionHash: string;
  /** How long the venue processes it (status 4). Left out: 108 seconds. */
  readonly processingMs?: number;
  /** Then it fails (status 5). A `returned` event brings the money back. */
  readonly fails?: true;
}

export type TraderEvent = TraderFill | TraderDeposit | TraderWithdrawal;

/** A simulated account: its events in order of time. */
export interface TraderAccount {
  readonly seed: string;
  /** First and last day with events, days since the epoch. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Fills, deposits and withdrawals of the spot wallet. */
  readonly events: readonly TraderEvent[];
  /** Everything else, in all wallets, in order of time. `timelineOf` puts both in one order. */
  readonly more?: readonly WalletEvent[];
}
