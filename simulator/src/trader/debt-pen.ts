/** Writes what happens in wallets that can owe: contracts and margin. */
import { formatAmount, parseAmount, UNIT } from '../market/amount.ts';
import type { Pen } from './pen.ts';
import { valueAt } from './positions.ts';
import type { ContractFill, MarginFill, MarginWallet } from './wallet-event.ts';

/** Fee of a fill on a contract, and of one on margin, parts of 100,000. */
const CONTRACT_FEE = 50n;
const MARGIN_FEE = 100n;
/** What the insurance fund takes of a liquidation, parts of 100,000 of its value. */
const CLEARANCE_FEE = 500n;

/** What a fill on a contract may differ in. */
export interface ContractChanges
  extends Partial<Pick<ContractFill, 'positionSide' | 'price' | 'isMaker' | 'visibleFrom'>> {
  /** Pays the fee in BNB, which must be in the wallet. */
  readonly inBnb?: true;
  readonly isLiquidation?: true;
}

/** The pen for contracts. */
export class ContractPen {
  readonly #pen: Pen;

  constructor(pen: Pen) {
    this.#pen = pen;
  }

  /** A fill at the contract's price. Quantities are base units, or contracts of COIN-M. */
  fill(
    time: number,
    id: string,
    side: 'buy' | 'sell',
    quantity: string,
    { inBnb, isLiquidation, ...changes }: ContractChanges = {},
  ): void {
    const { contracts } = this.#pen;
    const contract = contracts.byId(id);
    const fine = 10n ** BigInt(8 - contract.digits);
    const price = changes.price ?? formatAmount(contracts.priceAt(contract, time) * fine);
    const value = valueAt(contract, parseAmount(quantity), parseAmount(price));
    const fee = (value * CONTRACT_FEE) / 100_000n;
    const spot = contract.wallet === 'usdm' ? UNIT : this.#pen.spotPrice(`${contract.base}/USDT`, time);
    const bnb = (fee * spot) / this.#pen.spotPrice('BNB/USDT', time);
    const clearanceFee = formatAmount((value * CLEARANCE_FEE) / 100_000n);
    this.#pen.write({
      kind: 'contractFill',
      id: this.#pen.nextId(),
      time,
      wallet: contract.wallet,
      contract: id,
      tradeId: this.#pen.nextTradeId(id, time),
      orderId: Number(this.#pen.nextId()),
      side,
      positionSide: 'BOTH',
      price,
      quantity,
      fee: inBnb
        ? { amount: formatAmount(bnb), asset: 'BNB' }
        : { amount: formatAmount(fee), asset: contract.marginAsset },
      isMaker: false,
      ...(isLiquidation ? { liquidation: { clearanceFee } } : {}),
      ...changes,
    });
  }

  /** Closes a position by a fill. Nothing happens when there is none. */
  close(time: number, id: string, changes: ContractChanges = {}): void {
    this.#pen.advance(time);
    const { quantity } = this.#pen.books.position(id, changes.positionSide ?? 'BOTH');
    if (quantity === 0n) return;
    const size = formatAmount(quantity < 0n ? -quantity : quantity);
    this.fill(time, id, quantity < 0n ? 'buy' : 'sell', size, changes);
  }

  /** Delivers a dated contract at its expiry, at the index. @throws RangeError for a perpetual */
  deliver(id: string): void {
    const { contracts } = this.#pen;
    const contract = contracts.byId(id);
    if (contract.expiry === null) throw new RangeError(`${id} has no expiry`);
    const time = contract.expiry;
    const price = formatAmount(contracts.indexAt(contract, time));
    const tradeId = this.#pen.nextTradeId(id, time);
    const { wallet } = contract;
    this.#pen.write({
      kind: 'settlement',
      id: this.#pen.nextId(),
      time,
      wallet,
      contract: id,
      tradeId,
      price,
    });
  }
}

/** The pen for margin wallets. */
export class MarginPen {
  readonly #pen: Pen;

  constructor(pen: Pen) {
    this.#pen = pen;
  }

  borrow(time: number, wallet: MarginWallet, asset: string, principal: string): void {
    const id = this.#pen.nextId();
    this.#pen.write({ kind: 'loan', id, time, wallet, direction: 'borrow', asset, principal, interest: '0' });
  }

  /** Pays back all interest, and so much of the principal; left out: all of it. */
  repay(time: number, wallet: MarginWallet, asset: string, principal?: string): void {
    this.#pen.advance(time);
    const owed = this.#pen.books.owed(wallet, asset);
    this.#pen.write({
      kind: 'loan',
      id: this.#pen.nextId(),
      time,
      wallet,
      direction: 'repay',
      asset,
      principal: principal ?? formatAmount(owed.principal),
      interest: formatAmount(owed.interest),
    });
  }

  /** At the market's price, for a fee of 0.1 % of what arrives. */
  fill(
    time: number,
    wallet: MarginWallet,
    symbol: string,
    side: 'buy' | 'sell',
    quantity: string,
    changes: Partial<Pick<MarginFill, 'price' | 'liquidation' | 'visibleFrom'>> = {},
  ): void {
    const price = changes.price ?? formatAmount(this.#pen.spotPrice(symbol, time));
    const [base = '', quote = ''] = symbol.split('/');
    const received =
      side === 'buy' ? parseAmount(quantity) : (parseAmount(quantity) * parseAmount(price)) / UNIT;
    this.#pen.write({
      kind: 'marginFill',
      id: this.#pen.nextId(),
      time,
      wallet,
      tradeId: this.#pen.nextTradeId(symbol, time),
      orderId: Number(this.#pen.nextId()),
      symbol,
      side,
      price,
      quantity,
      fee: { amount: formatAmount((received * MARGIN_FEE) / 100_000n), asset: side === 'buy' ? base : quote },
      isMaker: false,
      ...changes,
    });
  }
}
