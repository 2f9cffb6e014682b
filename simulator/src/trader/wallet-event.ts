/**
 * What happens in all wallets of an account beside fills, deposits and withdrawals of spot: pure data, amounts as
 * canonical decimal strings, instants in ms UTC. Each event is what truly happened. Which list of the venue shows it,
 * and which does not, is the venue's affair.
 */
import type { Shown } from './shown.ts';

/** A wallet by the name that the whole system uses. */
export type WalletName =
  | 'spot'
  | 'funding'
  | 'cross'
  | `isolated:${string}`
  | 'usdm'
  | 'coinm'
  | 'earn:flexible'
  | 'earn:locked';

/** Wallets with contracts. */
export type ContractWallet = 'usdm' | 'coinm';
/** Wallets with loans. */
export type MarginWallet = 'cross' | `isolated:${string}`;
/** Of a position: `BOTH` in one-way mode, the other two in hedge mode. */
export type PositionSide = 'BOTH' | 'LONG' | 'SHORT';

interface Happened extends Shown {
  /** Unique for its kind. Decimal digits, but for bank and card payments and for withdrawals that come back. */
  readonly id: string;
  readonly time: number;
}

/** Money that moves between two wallets of the account. `id` is the venue's `tranId`. */
export interface WalletTransfer extends Happened {
  readonly kind: 'transfer';
  readonly asset: string;
  readonly amount: string;
  readonly from: WalletName;
  readonly to: WalletName;
}

/** An execution on a contract. What it realises follows from the position (`positions.ts`). */
export interface ContractFill extends Happened {
  readonly kind: 'contractFill';
  readonly wallet: ContractWallet;
  /** The venue's id of the contract, `BTCUSDT`. */
  readonly contract: string;
  readonly tradeId: number;
  readonly orderId: number;
  readonly side: 'buy' | 'sell';
  readonly positionSide: PositionSide;
  readonly price: string;
  /** Base units, or contracts of COIN-M. */
  readonly quantity: string;
  readonly fee: { readonly amount: string; readonly asset: string };
  readonly isMaker: boolean;
  /** The venue closed the position. Its insurance fund takes this much of the margin asset. */
  readonly liquidation?: { readonly clearanceFee: string };
}

/** Funding of one contract at a funding time. What is paid follows from the open positions. */
export interface Funding extends Happened {
  readonly kind: 'funding';
  readonly wallet: ContractWallet;
  readonly contract: string;
  /** A part of the notional; longs pay while it is positive. */
  readonly rate: string;
  readonly mark: string;
}

/** Delivery of a dated contract: all positions close at `price`, without a fee. */
export interface Settlement extends Happened {
  readonly kind: 'settlement';
  readonly wallet: ContractWallet;
  readonly contract: string;
  readonly tradeId: number;
  readonly price: string;
}

/** A fill of a margin account. */
export interface MarginFill extends Happened {
  readonly kind: 'marginFill';
  readonly wallet: MarginWallet;
  readonly tradeId: number;
  readonly orderId: number;
  /** Unified symbol, `BTC/USDT`. */
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly price: string;
  readonly quantity: string;
  readonly fee: { readonly amount: string; readonly asset: string };
  readonly isMaker: boolean;
  /** The venue closed the position. */
  readonly liquidation?: true;
}

/** A loan that begins (`borrow`) or is paid back. `interest` is paid first, on top of `principal`. */
export interface Loan extends Happened {
  readonly kind: 'loan';
  readonly wallet: MarginWallet;
  readonly direction: 'borrow' | 'repay';
  readonly asset: string;
  readonly principal: string;
  readonly interest: string;
}

/** Interest of one hour. It is owed until it is paid back. */
export interface Interest extends Happened {
  readonly kind: 'interest';
  readonly wallet: MarginWallet;
  readonly asset: string;
  readonly principal: string;
  /** Of a day, as the venue prints it. */
  readonly rate: string;
  readonly amount: string;
}

/** Small holdings of spot that become BNB. `id` is the `transId` of all of them. */
export interface Dust extends Happened {
  readonly kind: 'dust';
  readonly items: readonly {
    readonly asset: string;
    readonly amount: string;
    /** BNB that the venue keeps. */
    readonly serviceCharge: string;
    /** BNB that arrives, after the charge. */
    readonly received: string;
  }[];
}

/** One asset of spot for another at an agreed price. `id` is the `orderId`. */
export interface Convert extends Happened {
  readonly kind: 'convert';
  readonly quoteId: string;
  readonly from: { readonly asset: string; readonly amount: string };
  readonly to: { readonly asset: string; readonly amount: string };
}

/** Income that the venue pays into spot: airdrops, rebates. `id` is the `tranId`. */
export interface Dividend extends Happened {
  readonly kind: 'dividend';
  readonly asset: string;
  readonly amount: string;
  /** What the venue says it is for, in English. */
  readonly enInfo: string;
}

/** Money that goes to Simple Earn, or comes back. */
export interface EarnMove extends Happened {
  readonly kind: 'earn';
  readonly product: 'flexible' | 'locked';
  readonly direction: 'subscribe' | 'redeem';
  readonly asset: string;
  readonly amount: string;
}

/** Interest of Simple Earn. `REALTIME` grows the flexible position. All others are paid into spot. */
export interface EarnReward extends Happened {
  readonly kind: 'reward';
  readonly product: 'flexible' | 'locked';
  readonly type: 'BONUS' | 'REALTIME' | 'REWARDS';
  readonly asset: string;
  readonly amount: string;
  /** The list of dividends has it too, under its `id` as `tranId`. */
  readonly isAlsoDividend?: true;
}

/**
 * Bank money to or from spot. `amount` arrives on the other side. A withdrawal's `fee` is debited beside it. A
 * deposit's was taken before. `id` is the `orderNo`.
 */
export interface Fiat extends Happened {
  readonly kind: 'fiat';
  readonly direction: 'deposit' | 'withdrawal';
  readonly asset: string;
  readonly amount: string;
  readonly fee: string;
}

/** Coins bought with a card (`buy`), or sold for money on a card. `id` is the `orderNo`. */
export interface CardPayment extends Happened {
  readonly kind: 'card';
  readonly direction: 'buy' | 'sell';
  readonly asset: string;
  /** Coins that arrive in spot, or leave it. */
  readonly amount: string;
  readonly fiat: { readonly currency: string; readonly amount: string; readonly fee: string };
}

/** Money of the funding wallet from or to another person: Binance Pay, or a trade between persons (`p2p`). */
export interface Personal extends Happened {
  readonly kind: 'personal';
  readonly channel: 'pay' | 'p2p';
  readonly direction: 'in' | 'out';
  readonly asset: string;
  readonly amount: string;
}

/** Money of spot between a master account and its sub-account. `id` is the `tranId`. */
export interface SubTransfer extends Happened {
  readonly kind: 'subTransfer';
  readonly direction: 'in' | 'out';
  readonly asset: string;
  readonly amount: string;
  /** Email address of the other account. */
  readonly counterparty: string;
}

/** Money that arrives or leaves (`amount` below zero) from a place that no list shows. */
export interface Credit extends Happened {
  readonly kind: 'credit';
  readonly wallet: WalletName;
  readonly asset: string;
  readonly amount: string;
}

/** An order of spot that holds money (`lock`), or lets go of it. The money stays the account's. */
export interface OrderLock extends Happened {
  readonly kind: 'order';
  readonly direction: 'lock' | 'release';
  readonly asset: string;
  readonly amount: string;
}

/** A withdrawal that failed: amount and fee are back in spot. `id` is the withdrawal's. */
export interface Returned extends Happened {
  readonly kind: 'returned';
  readonly asset: string;
  readonly amount: string;
}

/** All of one coin becomes another, in every wallet. No list shows it. */
export interface Rename extends Happened {
  readonly kind: 'rename';
  readonly from: string;
  readonly to: string;
  /** New coins for one old. */
  readonly ratio: number;
}

export type WalletEvent =
  | WalletTransfer
  | ContractFill
  | Funding
  | Settlement
  | MarginFill
  | Loan
  | Interest
  | Dust
  | Convert
  | Dividend
  | EarnMove
  | EarnReward
  | Fiat
  | CardPayment
  | Personal
  | SubTransfer
  | Credit
  | OrderLock
  | Returned
  | Rename;
