/**
 * The wallets of a simulated account: balances, loans and positions, and how each event changes them. It is the one
 * truth that every face of the venue shows. Amounts in units of 1e-8.
 */
import { parseAmount } from '../market/amount.ts';
import type { Contract, Contracts } from '../market/contracts.ts';
import type { TraderWithdrawal } from './event.ts';
import { type Move, movesOf } from './moves.ts';
import { fillPosition, fundingOf, type Position, signedQuantity } from './positions.ts';
import type { AnyEvent } from './timeline.ts';
import { NegativeBalanceError } from './wallet.ts';
import type {
  ContractFill,
  ContractWallet,
  Funding,
  Interest,
  Loan,
  MarginWallet,
  PositionSide,
  Rename,
  Settlement,
  WalletName,
} from './wallet-event.ts';

/** What is owed of one asset in one wallet, units. */
export interface Owed {
  readonly principal: bigint;
  readonly interest: bigint;
}

/** A change of a position: the fill's part, signed, and what it realised. */
export interface PositionFill {
  readonly side: PositionSide;
  readonly quantity: bigint;
  readonly realized: bigint;
}

/** What an event did. */
export interface Effect {
  readonly event: AnyEvent;
  readonly moves: readonly Move[];
  /** Of a contract's fill or settlement. */
  readonly fills: readonly PositionFill[];
}

const NOTHING: Owed = { principal: 0n, interest: 0n };

/** All wallets of an account at an instant. */
export class Books {
  readonly #contracts: Contracts;
  readonly #balances = new Map<WalletName, Map<string, bigint>>();
  readonly #owed = new Map<MarginWallet, Map<string, Owed>>();
  readonly #positions = new Map<string, Position>();
  readonly #locked = new Map<string, bigint>();
  readonly #returning = new Map<string, TraderWithdrawal>();

  constructor(contracts: Contracts) {
    this.#contracts = contracts;
  }

  /** What orders of spot hold of an asset. It is a part of the balance. */
  locked(asset: string): bigint {
    return this.#locked.get(asset) ?? 0n;
  }

  /** Balance of an asset in a wallet. In margin wallets what is borrowed is in it. */
  balance(wallet: WalletName, asset: string): bigint {
    return this.#balances.get(wallet)?.get(asset) ?? 0n;
  }

  /** Every asset that a wallet ever held, with its balance; sorted by asset. */
  balances(wallet: WalletName): readonly (readonly [string, bigint])[] {
    return [...(this.#balances.get(wallet) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Every wallet that ever held something. */
  wallets(): readonly WalletName[] {
    return [...this.#balances.keys()];
  }

  owed(wallet: MarginWallet, asset: string): Owed {
    return this.#owed.get(wallet)?.get(asset) ?? NOTHING;
  }

  /** Every asset that was ever borrowed, by wallet. */
  debts(): readonly { readonly wallet: MarginWallet; readonly asset: string; readonly owed: Owed }[] {
    return [...this.#owed].flatMap(([wallet, assets]) =>
      [...assets].map(([asset, owed]) => ({ wallet, asset, owed })),
    );
  }

  /** Open positions of a wallet. */
  positions(wallet: ContractWallet): readonly Position[] {
    return [...this.#positions.values()].filter(
      ({ contract, quantity }) => quantity !== 0n && this.#contracts.byId(contract).wallet === wallet,
    );
  }

  position(contract: string, side: PositionSide): Position {
    return this.#positions.get(`${contract} ${side}`) ?? { contract, side, quantity: 0n, cost: 0n };
  }

  /** Withdrawals under way that will fail: the money is still the trader's. */
  returning(): readonly TraderWithdrawal[] {
    return [...this.#returning.values()];
  }

  /**
   * Applies an event.
   * @throws NegativeBalanceError where a wallet would owe that cannot, or more would be paid back than is owed
   */
  apply(event: AnyEvent): Effect {
    const { moves, fills } = this.#effectOf(event);
    for (const { wallet, asset, change } of moves) {
      const balances = this.#balances.get(wallet) ?? new Map<string, bigint>();
      this.#balances.set(wallet, balances.set(asset, (balances.get(asset) ?? 0n) + change));
    }
    for (const { wallet, asset } of moves) {
      if (wallet !== 'usdm' && wallet !== 'coinm' && this.balance(wallet, asset) < 0n)
        throw new NegativeBalanceError(`${asset} of ${wallet} below zero after ${event.id}`);
    }
    if (event.kind === 'transfer' && this.balance(event.from, event.asset) < 0n)
      throw new NegativeBalanceError(`${event.asset} of ${event.from} cannot pay ${event.id}`);
    this.#assertFree(event);
    return { event, moves, fills };
  }

  #effectOf(event: AnyEvent): Omit<Effect, 'event'> {
    if (event.kind === 'contractFill') return this.#contractFill(event);
    if (event.kind === 'settlement') return this.#settle(event);
    if (event.kind === 'funding') return { moves: this.#funding(event), fills: [] };
    if (event.kind === 'rename') return { moves: this.#rename(event), fills: [] };
    if (event.kind === 'loan') this.#loan(event);
    if (event.kind === 'interest') this.#interest(event);
    if (event.kind === 'order') {
      const change = event.direction === 'lock' ? parseAmount(event.amount) : -parseAmount(event.amount);
      this.#locked.set(event.asset, this.locked(event.asset) + change);
    }
    if (event.kind === 'withdrawal' && event.fails) this.#returning.set(event.id, event);
    if (event.kind === 'returned') this.#returning.delete(event.id);
    return { moves: movesOf(event), fills: [] };
  }

  #assertFree(event: AnyEvent): void {
    for (const [asset, locked] of this.#locked) {
      if (locked < 0n || locked > this.balance('spot', asset))
        throw new NegativeBalanceError(`${asset} of spot is held by orders after ${event.id}`);
    }
  }

  #contractFill(event: ContractFill): Omit<Effect, 'event'> {
    const contract = this.#contracts.byId(event.contract);
    const { fill, move } = this.#change(contract, event.positionSide, signedQuantity(event), event.price);
    const { wallet } = event;
    const moves: Move[] = [
      move,
      { wallet, asset: event.fee.asset, change: -parseAmount(event.fee.amount), reason: 'commission' },
    ];
    if (event.liquidation) {
      const change = -parseAmount(event.liquidation.clearanceFee);
      moves.push({ wallet, asset: contract.marginAsset, change, reason: 'insurance' });
    }
    return { moves, fills: [fill] };
  }

  #settle(event: Settlement): Omit<Effect, 'event'> {
    const contract = this.#contracts.byId(event.contract);
    const open = this.positions(event.wallet).filter((position) => position.contract === event.contract);
    const changes = open.map(({ side, quantity }) => this.#change(contract, side, -quantity, event.price));
    return { moves: changes.map(({ move }) => move), fills: changes.map(({ fill }) => fill) };
  }

  #change(
    contract: Contract,
    side: PositionSide,
    quantity: bigint,
    price: string,
  ): { readonly fill: PositionFill; readonly move: Move } {
    const before = this.position(contract.id, side);
    const { position, realized } = fillPosition(contract, before, quantity, parseAmount(price));
    this.#positions.set(`${contract.id} ${side}`, position);
    return {
      fill: { side, quantity, realized },
      move: { wallet: contract.wallet, asset: contract.marginAsset, change: realized, reason: 'realized' },
    };
  }

  #funding({ wallet, contract: id, rate, mark }: Funding): readonly Move[] {
    const contract = this.#contracts.byId(id);
    return this.positions(wallet)
      .filter((position) => position.contract === id)
      .map((position) => ({
        wallet,
        asset: contract.marginAsset,
        change: fundingOf(contract, position, parseAmount(mark), parseAmount(rate)),
        reason: 'funding',
      }));
  }

  #rename({ from, to, ratio }: Rename): readonly Move[] {
    return this.wallets().flatMap((wallet): Move[] => {
      const held = this.balance(wallet, from);
      if (held === 0n) return [];
      return [
        { wallet, asset: from, change: -held, reason: 'rename' },
        { wallet, asset: to, change: held * BigInt(ratio), reason: 'rename' },
      ];
    });
  }

  #loan({ wallet, asset, direction, principal, interest }: Loan): void {
    const owed = this.owed(wallet, asset);
    const sign = direction === 'borrow' ? 1n : -1n;
    this.#owe(wallet, asset, {
      principal: owed.principal + sign * parseAmount(principal),
      interest: owed.interest - parseAmount(interest),
    });
  }

  #interest({ wallet, asset, amount }: Interest): void {
    const owed = this.owed(wallet, asset);
    this.#owe(wallet, asset, { ...owed, interest: owed.interest + parseAmount(amount) });
  }

  #owe(wallet: MarginWallet, asset: string, owed: Owed): void {
    if (owed.principal < 0n || owed.interest < 0n)
      throw new NegativeBalanceError(`more ${asset} of ${wallet} paid back than owed`);
    const assets = this.#owed.get(wallet) ?? new Map<string, Owed>();
    this.#owed.set(wallet, assets.set(asset, owed));
  }
}
