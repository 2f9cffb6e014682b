/**
 * Profit of an account (docs/metrics.md §6): every entry opens or closes lots.
 *
 * The lot key of spot is the asset, across all own accounts, and its lots are priced in the reporting currency. A fill
 * belongs to its symbol. Other disposals of a fill (a quote that is not the reporting currency, a fee in a third
 * currency) belong to that asset's own symbol against the reporting currency. The reporting currency itself has no
 * lots. The lot key of a contract is its venue, account, wallet and symbol. Its realised profit is paid in its
 * settlement currency.
 */
import { type Amount, ZERO } from '../amount/decimal.ts';
import type {
  ParsedCash,
  ParsedContract,
  ParsedEntry,
  ParsedFill,
  ParsedMoney,
  ParsedTransfer,
} from '../entries/parse.ts';
import { AssetLots } from '../lots/asset-lots.ts';
import { ClosedParts, type ClosedTrade, toClosedTrade } from '../lots/closed-trade.ts';
import { ContractLots } from '../lots/contract-lots.ts';
import type { CostMethod } from '../lots/method.ts';
import type { OpenPosition } from '../lots/open-position.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { bookCash, bookDisposal, bookWithdrawal } from './row-booking.ts';
import type { TradingRow, TradingRows } from './trading-rows.ts';
import type { InternalTransfers } from './transfers.ts';

/** What matching looks up, and where it writes its results. */
export interface MatchingContext {
  readonly internal: InternalTransfers;
  readonly prices: PriceBook;
  readonly reportingCurrency: string;
  readonly rows: TradingRows;
  readonly close: (trade: ClosedTrade) => void;
}

/** Lots under way. Quantities beyond the inventory are reported as missing, never invented. */
export class LotMatching {
  #assets: AssetLots;
  #contracts: ContractLots;
  readonly #method: CostMethod;
  readonly #context: MatchingContext;

  constructor(method: CostMethod, context: MatchingContext) {
    this.#method = method;
    this.#context = context;
    this.#assets = new AssetLots(method);
    this.#contracts = new ContractLots(method);
  }

  /** A copy of the lots in another context. Neither copy changes the other. */
  clone(context: MatchingContext): LotMatching {
    const copy = new LotMatching(this.#method, context);
    copy.#assets = this.#assets.clone();
    copy.#contracts = this.#contracts.clone();
    return copy;
  }

  /** Applies one entry. Entries come in order. */
  apply(entry: ParsedEntry): void {
    if (entry.kind === 'transfer') this.#transfer(entry);
    else if (entry.kind !== 'fill') this.#cash(entry);
    else if (entry.contract === null) this.#spotFill(entry);
    else this.#contractFill(entry, entry.contract);
  }

  /** Positions that are open now. */
  open(): readonly OpenPosition[] {
    return [...this.#assets.open(), ...this.#contracts.open()];
  }

  /** Open lots of assets, with the price in the reporting currency. Null: not known. */
  openLots(): ReturnType<AssetLots['lots']> {
    return this.#assets.lots();
  }

  #spotFill(fill: ParsedFill): void {
    const { base, quote, quantity, time } = fill;
    const quotePrice = this.#price(quote, time);
    const unitPrice = quotePrice && fill.price.times(quotePrice);
    this.#countFill(fill, quotePrice);
    const baseFee = feesIn(fill, base);
    const fee = this.#fillFees(fill, base, unitPrice);
    if (fill.side === 'buy') {
      this.#acquire(fill, base, quantity.minus(baseFee), unitPrice, fee);
      this.#dispose(fill, quote, fill.cost, quotePrice);
    } else {
      this.#sell(fill, quantity.plus(baseFee), unitPrice, fee);
      this.#acquire(fill, quote, fill.cost, quotePrice, ZERO);
    }
    for (const paid of fill.fees) if (paid.currency !== base) this.#debit(fill, paid);
  }

  #contractFill(fill: ParsedFill, contract: ParsedContract): void {
    const { settle } = contract;
    const settlePrice = this.#price(settle, fill.time);
    this.#countFill(fill, settlePrice);
    const value = this.#fillFees(fill, null, null);
    const inSettle = feesIn(fill, settle);
    const parts = new ClosedParts();
    const closing = this.#contracts.trade(fill, contract, inSettle, parts.add);
    if (closing !== null) {
      if (settlePrice !== null) {
        const realizedPnl = closing.realizedPnl.times(settlePrice);
        const ownFee = inSettle.isZero() ? value : ZERO;
        const fees = closing.realizedPnl.minus(closing.netPnl).times(settlePrice).plus(ownFee);
        const row = this.#context.rows.at(fill.time, fill);
        row.realizedPnl = row.realizedPnl.plus(realizedPnl);
        this.#close(fill, parts, realizedPnl, fees, closing.heldQuantityMs, settlePrice);
      }
      this.#debit(fill, { amount: closing.realizedPnl.neg(), currency: settle });
    }
    for (const paid of fill.fees) this.#debit(fill, paid);
  }

  #countFill(fill: ParsedFill, costPrice: Amount | null): void {
    const row = this.#context.rows.at(fill.time, fill);
    row.fillCount += 1;
    if (costPrice === null) row.unvaluedCount += 1;
    else row.volume = row.volume.plus(fill.cost.times(costPrice));
  }

  /** Books a fill's fees. A fee in base has the fill's own price. @returns their value; 0 where one has no price */
  #fillFees(fill: ParsedFill, base: string | null, unitPrice: Amount | null): Amount {
    let value = ZERO;
    for (const fee of fill.fees) {
      const row = this.#context.rows.at(fill.time, fill);
      const price = fee.currency === base ? unitPrice : this.#price(fee.currency, fill.time);
      if (price === null) row.unvaluedCount += 1;
      else value = value.plus(fee.amount.times(price));
    }
    if (!value.isZero()) {
      const row = this.#context.rows.at(fill.time, fill);
      row.fees = row.fees.plus(value);
    }
    return value;
  }

  /** A sale of the symbol's base. This is the only disposal that is a trade. */
  #sell(fill: ParsedFill, quantity: Amount, price: Amount | null, fee: Amount): void {
    if (fill.base === this.#context.reportingCurrency) return;
    const parts = new ClosedParts();
    const closing = this.#assets.dispose(fill, fill.base, quantity, price, fee, fill.time, parts.add);
    if (closing === null) return;
    const row = this.#context.rows.at(fill.time, fill);
    bookDisposal(row, closing, price);
    const { realizedPnl, netPnl, heldQuantityMs } = closing;
    this.#close(fill, parts, realizedPnl, realizedPnl.minus(netPnl), heldQuantityMs);
  }

  #close(
    fill: ParsedFill,
    parts: ClosedParts,
    realizedPnl: Amount,
    fees: Amount,
    heldQuantityMs: Amount,
    price?: Amount,
  ): void {
    if (parts.isEmpty()) return;
    this.#context.close(toClosedTrade(fill, parts, { realizedPnl, fees, heldQuantityMs }, price));
  }

  #transfer(transfer: ParsedTransfer): void {
    const { asset, amount, direction } = transfer;
    const { internal, reportingCurrency } = this.#context;
    if (internal.has(transfer) || transfer.counterWallet !== undefined) {
      const lost = direction === 'withdrawal' ? internal.shortfall(transfer) : ZERO;
      if (asset !== reportingCurrency) {
        this.#assets.shift(transfer, asset, direction === 'deposit' ? amount : lost.minus(amount));
      }
      this.#transferFee(transfer, { amount: lost, currency: asset });
    } else if (direction === 'deposit') {
      this.#acquire(transfer, asset, amount, this.#price(asset, transfer.time), ZERO);
    } else if (asset !== reportingCurrency) {
      this.#withdraw(transfer);
    }
    if (transfer.fee !== null) this.#transferFee(transfer, transfer.fee);
  }

  #withdraw(transfer: ParsedTransfer): void {
    const { asset, amount, time } = transfer;
    const price = this.#price(asset, time);
    const left = this.#assets.remove(transfer, asset, amount);
    if (price === null) return;
    bookWithdrawal(this.#assetRow(transfer, asset), left, price);
  }

  #transferFee(transfer: ParsedTransfer, fee: ParsedMoney): void {
    if (fee.amount.isZero()) return;
    const row = this.#assetRow(transfer, fee.currency);
    const price = this.#price(fee.currency, transfer.time);
    if (price === null) row.unvaluedCount += 1;
    else row.transferFees = row.transferFees.plus(fee.amount.times(price));
    this.#debit(transfer, fee);
  }

  #cash(entry: ParsedCash): void {
    const { asset, amount, time, symbol } = entry;
    const row =
      symbol === null ? this.#assetRow(entry, asset) : this.#context.rows.at(time, { ...entry, symbol });
    const price = this.#price(asset, time);
    if (price === null) row.unvaluedCount += 1;
    else bookCash(row, entry, amount.times(price));
    this.#debit(entry, { amount: amount.neg(), currency: asset });
  }

  /** Removes a paid amount from the lots at its price. A received (negative) amount opens a lot at its price. */
  #debit(entry: ParsedEntry, { amount, currency }: ParsedMoney): void {
    const price = this.#price(currency, entry.time);
    if (amount.isNegative()) this.#acquire(entry, currency, amount.neg(), price, ZERO);
    else this.#dispose(entry, currency, amount, price);
  }

  #acquire(entry: ParsedEntry, asset: string, quantity: Amount, price: Amount | null, fee: Amount): void {
    if (asset === this.#context.reportingCurrency) return;
    if (quantity.isNegative()) this.#dispose(entry, asset, quantity.neg(), price);
    else this.#assets.acquire(entry, asset, quantity, price, fee, entry.time);
  }

  #dispose(entry: ParsedEntry, asset: string, quantity: Amount, price: Amount | null): void {
    if (asset === this.#context.reportingCurrency) return;
    const closing = this.#assets.dispose(entry, asset, quantity, price, ZERO, entry.time);
    if (closing !== null) bookDisposal(this.#assetRow(entry, asset), closing, price);
  }

  #price(asset: string, time: number): Amount | null {
    return this.#context.prices.at(asset, time)?.value ?? null;
  }

  /** The row of an asset that does not belong to the fill's own symbol. */
  #assetRow({ venue, account, time }: ParsedEntry, asset: string): TradingRow {
    const { reportingCurrency } = this.#context;
    const symbol = asset === reportingCurrency ? asset : `${asset}/${reportingCurrency}`;
    return this.#context.rows.at(time, { venue, account, symbol });
  }
}

/** What a fill pays in one currency. */
function feesIn({ fees }: ParsedFill, currency: string): Amount {
  return fees.reduce((sum, fee) => (fee.currency === currency ? sum.plus(fee.amount) : sum), ZERO);
}
