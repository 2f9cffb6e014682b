/** How an event moves balances, where the event alone decides it. Amounts in units of 1e-8. */
import { parseAmount } from '../market/amount.ts';
import { FINE_DIGITS } from '../market/series.ts';
import type { AnyEvent } from './timeline.ts';
import type { ContractFill, Funding, Rename, Settlement, WalletName } from './wallet-event.ts';

/** Why a balance moves. The contract wallets print some of these as types of income. */
export type Reason =
  | 'trade'
  | 'commission'
  | 'realized'
  | 'funding'
  | 'insurance'
  | 'transfer'
  | 'external'
  | 'charge'
  | 'loan'
  | 'income'
  | 'rename';

/** One change of one balance. */
export interface Move {
  readonly wallet: WalletName;
  readonly asset: string;
  /** Signed, units. */
  readonly change: bigint;
  readonly reason: Reason;
}

/** Events whose moves depend on positions or holdings. `Books` knows those. */
type Dependent = ContractFill | Funding | Settlement | Rename;

/** The moves of an event that depends on nothing but itself. */
export function movesOf(event: Exclude<AnyEvent, Dependent>): readonly Move[] {
  switch (event.kind) {
    case 'deposit':
      return [move('spot', event.asset, parseAmount(event.amount), 'external')];
    case 'withdrawal':
      return [
        move('spot', event.asset, -parseAmount(event.amount), 'external'),
        move('spot', event.asset, -parseAmount(event.fee), 'charge'),
      ];
    case 'returned':
      return [move('spot', event.asset, parseAmount(event.amount), 'external')];
    case 'fill':
      return tradeMoves('spot', event);
    case 'marginFill':
      return tradeMoves(event.wallet, event);
    case 'transfer':
      return swap(event.from, event.to, event.asset, parseAmount(event.amount));
    case 'loan': {
      const principal = parseAmount(event.principal);
      if (event.direction === 'borrow') return [move(event.wallet, event.asset, principal, 'loan')];
      return [move(event.wallet, event.asset, -principal - parseAmount(event.interest), 'loan')];
    }
    // Interest is owed; no balance moves before it is paid back.
    case 'interest':
      return [];
    case 'fiat':
      if (event.direction === 'deposit')
        return [move('spot', event.asset, parseAmount(event.amount), 'external')];
      return [
        move('spot', event.asset, -parseAmount(event.amount), 'external'),
        move('spot', event.asset, -parseAmount(event.fee), 'charge'),
      ];
    default:
      return otherMoves(event);
  }
}

type Other = Extract<
  AnyEvent,
  {
    kind:
      | 'dust'
      | 'convert'
      | 'dividend'
      | 'earn'
      | 'reward'
      | 'card'
      | 'personal'
      | 'subTransfer'
      | 'credit';
  }
>;

function otherMoves(event: Other): readonly Move[] {
  switch (event.kind) {
    case 'dust':
      return event.items.flatMap(({ asset, amount, received }) => [
        move('spot', asset, -parseAmount(amount), 'trade'),
        move('spot', 'BNB', parseAmount(received), 'trade'),
      ]);
    case 'convert':
      return [
        move('spot', event.from.asset, -parseAmount(event.from.amount), 'trade'),
        move('spot', event.to.asset, parseAmount(event.to.amount), 'trade'),
      ];
    case 'dividend':
      return [move('spot', event.asset, parseAmount(event.amount), 'income')];
    case 'earn': {
      const earn = `earn:${event.product}` as const;
      const amount = parseAmount(event.amount);
      return event.direction === 'subscribe'
        ? swap('spot', earn, event.asset, amount)
        : swap(earn, 'spot', event.asset, amount);
    }
    case 'reward': {
      const wallet = event.type === 'REALTIME' ? (`earn:${event.product}` as const) : 'spot';
      return [move(wallet, event.asset, parseAmount(event.amount), 'income')];
    }
    case 'card':
      return [
        move(
          'spot',
          event.asset,
          (event.direction === 'buy' ? 1n : -1n) * parseAmount(event.amount),
          'external',
        ),
      ];
    case 'personal':
      return [
        move(
          'funding',
          event.asset,
          (event.direction === 'in' ? 1n : -1n) * parseAmount(event.amount),
          'external',
        ),
      ];
    case 'subTransfer':
      return [
        move(
          'spot',
          event.asset,
          (event.direction === 'in' ? 1n : -1n) * parseAmount(event.amount),
          'external',
        ),
      ];
    case 'credit':
      return [move(event.wallet, event.asset, parseAmount(event.amount), 'external')];
  }
}

interface Trade {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly price: string;
  readonly quantity: string;
  readonly fee: { readonly amount: string; readonly asset: string };
}

function tradeMoves(wallet: WalletName, trade: Trade): readonly Move[] {
  const [base = '', quote = ''] = trade.symbol.split('/');
  const quantity = parseAmount(trade.quantity);
  const cost = costOf(trade);
  const sign = trade.side === 'buy' ? 1n : -1n;
  return [
    move(wallet, base, sign * quantity, 'trade'),
    move(wallet, quote, -sign * cost, 'trade'),
    move(wallet, trade.fee.asset, -parseAmount(trade.fee.amount), 'commission'),
  ];
}

/** What a spot trade costs in its quote asset, units; cut below 1e-8. */
export function costOf({ price, quantity }: Pick<Trade, 'price' | 'quantity'>): bigint {
  return (parseAmount(quantity) * parseAmount(price)) / 10n ** BigInt(FINE_DIGITS);
}

function swap(from: WalletName, to: WalletName, asset: string, amount: bigint): readonly Move[] {
  return [move(from, asset, -amount, 'transfer'), move(to, asset, amount, 'transfer')];
}

function move(wallet: WalletName, asset: string, change: bigint, reason: Reason): Move {
  return { wallet, asset, change, reason };
}
