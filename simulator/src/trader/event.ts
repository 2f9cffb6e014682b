/** The events of a simulated account: pure data, amounts as canonical decimal strings, instants in ms UTC. */

/** One execution. `fee` is debited in its own asset, on top of nothing else. */
export interface TraderFill {
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

/** Money that arrived from outside. */
export interface TraderDeposit {
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
}

/** Money that left. `amount` arrives outside, and the venue keeps `fee`; both are debited. Whole seconds. */
export interface TraderWithdrawal {
  readonly kind: 'withdrawal';
  readonly id: string;
  readonly time: number;
  readonly asset: string;
  readonly amount: string;
  readonly fee: string;
  readonly network: string;
  readonly address: string;
  readonly transactionHash: string;
}

export type TraderEvent = TraderFill | TraderDeposit | TraderWithdrawal;

/** A simulated account: its events in order of time. */
export interface TraderAccount {
  readonly seed: string;
  /** First and last day with events, days since the epoch. */
  readonly firstDay: number;
  readonly lastDay: number;
  readonly events: readonly TraderEvent[];
}
