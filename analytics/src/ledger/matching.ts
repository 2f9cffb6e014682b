/**
 * Realised profit (METRICS §6, spot, FIFO): every entry opens or closes lots, in the reporting currency.
 *
 * The lot key is the asset, across all own accounts. A fill belongs to its symbol; what else it disposes of
 * (a quote that is not the reporting currency, a fee in a third currency) belongs to that asset's own symbol
 * against the reporting currency. The reporting currency itself has no lots.
 */
import type { PriceBook } from '../valuation/prices.ts';
import { type Amount, ZERO } from './decimal.ts';
import { type Lot, LotBook } from './lots.ts';
import type { ParsedCash, ParsedEntry, ParsedFill, ParsedMoney, ParsedTransfer } from './parse.ts';
import { type TradingRow, TradingRows } from './trading-rows.ts';
import type { InternalTransfers } from './transfers.ts';

/** One part of a disposal: a lot, or a piece of it, and what it was given away for. */
export interface LotMatch {
  readonly asset: string;
  readonly symbol: string;
  readonly quantity: Amount;
  readonly openTime: number;
  readonly closeTime: number;
  /** Per unit in the reporting currency. */
  readonly openPrice: Amount;
  readonly closePrice: Amount;
}

export interface MatchingInput {
  /** Ordered. */
  readonly entries: readonly ParsedEntry[];
  readonly internal: InternalTransfers;
  readonly prices: PriceBook;
  readonly reportingCurrency: string;
  /** Called for every match with a known cost and price, in order. */
  readonly onMatch?: (match: LotMatch) => void;
}

export interface MatchingResult {
  readonly rows: readonly TradingRow[];
  readonly openLots: readonly (readonly [asset: string, lots: readonly Lot[]])[];
}

/** Matches all entries; quantities beyond the inventory are reported as missing, never invented. */
export function matchLots(input: MatchingInput): MatchingResult {
  const matching = new Matching(input);
  for (const entry of input.entries) matching.apply(entry);
  return { rows: matching.rows.list(), openLots: matching.lots.open() };
}

class Matching {
  readonly lots = new LotBook();
  readonly rows = new TradingRows();
  readonly #input: MatchingInput;

  constructor(input: MatchingInput) {
    this.#input = input;
  }

  apply(entry: ParsedEntry): void {
    if (entry.kind === 'fill') this.#fill(entry);
    else if (entry.kind === 'transfer') this.#transfer(entry);
    else this.#cash(entry);
  }

  #fill(fill: ParsedFill): void {
    const row = this.rows.at(fill.time, fill.symbol);
    const { cost } = fill;
    const quotePrice = this.#price(fill.quote, fill.time);
    const unitPrice = quotePrice && fill.price.times(quotePrice);
    row.fillCount += 1;
    if (quotePrice === null) row.unvaluedCount += 1;
    else row.volume = row.volume.plus(cost.times(quotePrice));
    const baseFee = fill.fee?.currency === fill.base ? fill.fee.amount : ZERO;
    if (fill.side === 'buy') {
      this.#acquire(fill.base, fill.quantity.minus(baseFee), unitPrice, fill.time);
      this.#dispose(fill.quote, cost, quotePrice, fill.time, this.#symbolOf(fill.quote));
    } else {
      this.#dispose(fill.base, fill.quantity.plus(baseFee), unitPrice, fill.time, fill.symbol);
      this.#acquire(fill.quote, cost, quotePrice, fill.time);
    }
    if (fill.fee !== null) this.#fillFee(fill.fee, fill, row, unitPrice);
  }

  /** A fee in base is in the lots already, at the fill's own price; any other is a disposal of its asset. */
  #fillFee(fee: ParsedMoney, fill: ParsedFill, row: TradingRow, unitPrice: Amount | null): void {
    const inBase = fee.currency === fill.base;
    const price = inBase ? unitPrice : this.#price(fee.currency, fill.time);
    if (price === null) row.unvaluedCount += 1;
    else row.fees = row.fees.plus(fee.amount.times(price));
    if (!inBase) this.#debit(fee, price, fill.time);
  }

  #transfer(transfer: ParsedTransfer): void {
    const { asset, time } = transfer;
    const price = this.#price(asset, time);
    if (this.#input.internal.has(transfer)) {
      if (transfer.direction === 'withdrawal') {
        this.#transferFee({ amount: this.#input.internal.shortfall(transfer), currency: asset }, time);
      }
    } else if (transfer.direction === 'deposit') {
      this.#acquire(asset, transfer.amount, price, time);
    } else if (asset !== this.#input.reportingCurrency) {
      this.lots.remove(asset, transfer.amount, () => undefined);
    }
    if (transfer.fee !== null) this.#transferFee(transfer.fee, time);
  }

  #transferFee(fee: ParsedMoney, time: number): void {
    if (fee.amount.isZero()) return;
    const row = this.rows.at(time, this.#symbolOf(fee.currency));
    const price = this.#price(fee.currency, time);
    if (price === null) row.unvaluedCount += 1;
    else row.transferFees = row.transferFees.plus(fee.amount.times(price));
    this.#debit(fee, price, time);
  }

  #cash(entry: ParsedCash): void {
    const row = this.rows.at(entry.time, entry.symbol ?? this.#symbolOf(entry.asset));
    const price = this.#price(entry.asset, entry.time);
    if (price === null) row.unvaluedCount += 1;
    else bookCash(row, entry, entry.amount.times(price));
    this.#debit({ amount: entry.amount.neg(), currency: entry.asset }, price, entry.time);
  }

  /** Takes what was paid out of the lots at `price`; what was received (negative) opens a lot at it. */
  #debit(money: ParsedMoney, price: Amount | null, time: number): void {
    if (money.amount.isNegative()) this.#acquire(money.currency, money.amount.neg(), price, time);
    else this.#dispose(money.currency, money.amount, price, time, this.#symbolOf(money.currency));
  }

  #acquire(asset: string, quantity: Amount, price: Amount | null, time: number): void {
    if (asset === this.#input.reportingCurrency) return;
    if (quantity.isNegative()) this.#dispose(asset, quantity.neg(), price, time, this.#symbolOf(asset));
    else this.lots.add(asset, { quantity, price, time });
  }

  #dispose(asset: string, quantity: Amount, price: Amount | null, time: number, symbol: string): void {
    if (asset === this.#input.reportingCurrency || !quantity.isPositive()) return;
    const row = this.rows.at(time, symbol);
    let missing = ZERO;
    const beyond = this.lots.remove(asset, quantity, (lot) => {
      if (lot.price === null) missing = missing.plus(lot.quantity);
      else if (price !== null) this.#realize(row, { ...lot, price: lot.price }, asset, symbol, time, price);
    });
    missing = missing.plus(beyond);
    row.missingQuantity = row.missingQuantity.plus(missing);
    if (price !== null) row.missingProceeds = row.missingProceeds.plus(missing.times(price));
  }

  #realize(
    row: TradingRow,
    lot: Lot & { readonly price: Amount },
    asset: string,
    symbol: string,
    closeTime: number,
    closePrice: Amount,
  ): void {
    const { quantity, price: openPrice, time: openTime } = lot;
    row.realizedPnl = row.realizedPnl.plus(quantity.times(closePrice.minus(openPrice)));
    this.#input.onMatch?.({ asset, symbol, quantity, openTime, closeTime, openPrice, closePrice });
  }

  #price(asset: string, time: number): Amount | null {
    return this.#input.prices.at(asset, time)?.value ?? null;
  }

  #symbolOf(asset: string): string {
    const { reportingCurrency } = this.#input;
    return asset === reportingCurrency ? asset : `${asset}/${reportingCurrency}`;
  }
}

/** Books the value of a cash movement (+ received) under its name; rebates are negative fees. */
function bookCash(row: TradingRow, entry: ParsedCash, value: Amount): void {
  switch (entry.kind) {
    case 'fee':
    case 'rebate':
      row.fees = row.fees.minus(value);
      break;
    case 'funding':
      row.fundingPnl = row.fundingPnl.plus(value);
      break;
    case 'interest':
      row.borrowInterest = row.borrowInterest.minus(value);
      break;
    case 'other':
      row.otherIncome = row.otherIncome.plus(value);
      break;
  }
}
