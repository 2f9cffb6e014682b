/** How an event moves balances, where the event alone decides it. Amounts in units of 1e-8. */
import { parseAmount } from '../market/amount.ts';
import { FINE_DIGITS } from '../market/series.ts';
import type { AnyEvent } from './timeline.ts';
import type {
  ContractFill,
  EarnMove,
  EarnReward,
  Funding,
  Loan,
  Rename,
  Settlement,
  WalletName,
} from './wallet-event.ts';

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
    case 'returned':
      return [move('spot', event.asset, parseAmount(event.amount), 'external')];
    case 'withdrawal':
      return withdrawn(event);
    case 'fill':
      return tradeMoves('spot', event);
    case 'marginFill':
      return tradeMoves(event.wallet, event);
    case 'transfer':
      return swap(event.from, event.to, event.asset, parseAmount(event.amount));
    case 'loan':
      return [move(event.wallet, event.asset, borrowed(event), 'loan')];
    // Interest is owed; no balance moves before it is paid back. What an order holds is still in the wallet.
    case 'interest':
    case 'order':
      return [];
    case 'dust':
      return event.items.flatMap(({ asset, amount, received }) => exchanged(asset, amount, 'BNB', received));
    case 'convert':
      return exchanged(event.from.asset, event.from.amount, event.to.asset, event.to.amount);
    case 'dividend':
      return [move('spot', event.asset, parseAmount(event.amount), 'income')];
    case 'earn':
      return earnMoves(event);
    case 'reward':
      return [move(rewarded(event), event.asset, parseAmount(event.amount), 'income')];
    case 'fiat':
      if (event.direction === 'withdrawal') return withdrawn(event);
      return [move('spot', event.asset, parseAmount(event.amount), 'external')];
    case 'card':
      return [move('spot', event.asset, signed(event, 'buy'), 'external')];
    case 'personal':
      return [move('funding', event.asset, signed(event, 'in'), 'external')];
    case 'subTransfer':
      return [move('spot', event.asset, signed(event, 'in'), 'external')];
    case 'credit':
      return [move(event.wallet, event.asset, parseAmount(event.amount), 'external')];
  }
}

function withdrawn({ asset, amount, fee }: Record<'asset' | 'amount' | 'fee', string>): readonly Move[] {
  return [
    move('spot', asset, -parseAmount(amount), 'external'),
    move('spot', asset, -parseAmount(fee), 'charge'),
  ];
}

function borrowed({ direction, principal, interest }: Loan): bigint {
  return direction === 'borrow' ? parseAmount(principal) : -parseAmount(principal) - parseAmount(interest);
}

function exchanged(from: string, given: string, to: string, received: string): readonly Move[] {
  return [move('spot', from, -parseAmount(given), 'trade'), move('spot', to, parseAmount(received), 'trade')];
}

function earnMoves({ product, direction, asset, amount }: EarnMove): readonly Move[] {
  const earn = `earn:${product}` as const;
  return direction === 'subscribe'
    ? swap('spot', earn, asset, parseAmount(amount))
    : swap(earn, 'spot', asset, parseAmount(amount));
}

function rewarded({ type, product }: EarnReward): WalletName {
  return type === 'REALTIME' ? `earn:${product}` : 'spot';
}

/** Above zero when the direction is `plus`. */
function signed({ direction, amount }: Record<'direction' | 'amount', string>, plus: string): bigint {
  return direction === plus ? parseAmount(amount) : -parseAmount(amount);
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
