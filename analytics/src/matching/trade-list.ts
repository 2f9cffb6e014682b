/** A list of trades on its own, without an account: lots, profit and statistics (docs/metrics.md §6). */
import { type Amount, type Decimal, formatMoney, ONE, parseDecimal, ZERO } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import { parseSymbol, roleOf } from '../entries/symbol.ts';
import type { Closing } from '../lots/closing.ts';
import type { CostMethod } from '../lots/method.ts';
import { Position, type PositionOptions } from '../lots/position.ts';
import { ListRates } from './list-rates.ts';
import { type TradeStatistics, TradeTally } from './trade-statistics.ts';

/** One trade of the list. Trades are in time order. */
export interface ListedTrade {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** Positive. */
  readonly quantity: Amount;
  /** Not negative. */
  readonly price: Amount;
  /** Paid. Negative: received. */
  readonly fee: Amount;
  /** Null: the currency of the profit. */
  readonly feeCurrency: string | null;
  /** ms UTC. */
  readonly time: number;
  /** Fills of one order are one trade. Null: the fill is a trade of its own. */
  readonly orderId: string | null;
}

export interface TradeListOptions {
  readonly method: CostMethod;
  /** Whether short sales are impossible. When left out, the symbols decide. */
  readonly spot?: boolean;
  readonly inverse?: boolean;
  readonly contractSize?: Amount;
  readonly feesInCostBasis?: boolean;
  /** The price that values open positions. */
  readonly markPrice?: Amount;
}

/** Results of one symbol. Money in its quote, or in base for an inverse contract; 12 decimals, half to even. */
export interface SymbolTrades extends TradeStatistics {
  readonly symbol: string;
  readonly spot: boolean;
  readonly tradeCount: number;
  /** Gross of fees, unless they are in the basis. */
  readonly realizedPnl: Decimal;
  /** Null without a mark. */
  readonly unrealizedPnl: Decimal | null;
  /** Signed. */
  readonly openQuantity: Decimal;
  readonly openCost: Decimal;
  /** openCost over quantity; harmonic for inverse contracts. Null when flat. */
  readonly averageEntryPrice: Decimal | null;
  /** Quantity sold beyond the inventory. It realises nothing. */
  readonly missingQuantity: Decimal;
  readonly fees: Decimal;
  /** realizedPnl − fees. */
  readonly netPnl: Decimal;
  /** Σ quantity × price × contract size, in quote. */
  readonly tradingVolume: Decimal;
  /** Fees in currencies that the list does not price, by currency. The money above does not include them. */
  readonly unvaluedFees: Readonly<Record<string, Decimal>>;
}

/** Sums of the symbols whose profit is in one currency. */
export interface CurrencyTotals {
  /** Null: the symbols do not name it. */
  readonly currency: string | null;
  readonly tradeCount: number;
  readonly realizedPnl: Decimal;
  readonly fees: Decimal;
  readonly netPnl: Decimal;
}

export interface TradeListResult {
  readonly method: CostMethod;
  /** Sorted by currency. */
  readonly totals: readonly CurrencyTotals[];
  /** Sorted by symbol. */
  readonly symbols: readonly SymbolTrades[];
  /** realizedPnl of each trade of the list, in its order. Null: the trade closed nothing. */
  readonly perTradePnl: readonly (Decimal | null)[];
}

/**
 * Matches a list symbol by symbol. A fee in a third currency is valued by the last trades of the list
 * ({@link ListRates}). It is also a disposal of that currency where the list holds some of it (docs/metrics.md §6). Not
 * checked: that the list is complete, and in order.
 */
export function matchTradeList(trades: readonly ListedTrade[], options: TradeListOptions): TradeListResult {
  const books = new Map<string, SymbolBook>();
  const rates = new ListRates();
  const perTradePnl = trades.map((trade) => {
    const book = books.get(trade.symbol) ?? new SymbolBook(trade.symbol, options);
    books.set(trade.symbol, book);
    rates.note(trade.symbol, trade.price);
    const rate = thirdRate(trade, rates);
    const closing = book.apply(trade, rate);
    if (rate !== null) {
      const { settle } = parseSymbol(trade.symbol);
      books.get(`${trade.feeCurrency}/${settle}`)?.dispose(trade.fee, rate, trade.time);
    }
    return closing && formatMoney(closing.realizedPnl);
  });
  const sorted = [...books.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  const symbols = sorted.map((book) => book.result());
  return { method: options.method, totals: totalsOf(symbols), symbols, perTradePnl };
}

/**
 * The value of one unit of a fee's currency in the profit's currency, where it is neither that currency nor the base of
 * spot.
 */
function thirdRate({ symbol, fee, feeCurrency }: ListedTrade, rates: ListRates): Amount | null {
  const { settle, spot } = parseSymbol(symbol);
  if (feeCurrency === null || settle === null || fee.isZero()) return null;
  const role = roleOf(feeCurrency, symbol);
  if (role === 'profit' || (role === 'base' && spot)) return null;
  return rates.rate(feeCurrency, settle);
}

function totalsOf(symbols: readonly SymbolTrades[]): readonly CurrencyTotals[] {
  const groups = new Map<string | null, SymbolTrades[]>();
  for (const row of symbols) {
    const { settle } = parseSymbol(row.symbol);
    groups.set(settle, [...(groups.get(settle) ?? []), row]);
  }
  const sum = (group: readonly SymbolTrades[], field: 'realizedPnl' | 'fees' | 'netPnl') =>
    formatMoney(group.reduce((total, row) => total.plus(parseDecimal(row[field], field)), ZERO));
  return [...groups]
    .sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))
    .map(([currency, group]) => ({
      currency,
      tradeCount: group.reduce((count, row) => count + row.tradeCount, 0),
      realizedPnl: sum(group, 'realizedPnl'),
      fees: sum(group, 'fees'),
      netPnl: sum(group, 'netPnl'),
    }));
}

class SymbolBook {
  readonly symbol: string;
  readonly #options: TradeListOptions;
  readonly #terms: Required<Pick<PositionOptions, 'spot' | 'inverse'>>;
  readonly #position: Position;
  readonly #tally = new TradeTally();
  readonly #unvaluedFees = new Map<string, Amount>();
  readonly #sums = { count: 0, realized: ZERO, missing: ZERO, fees: ZERO, volume: ZERO };

  constructor(symbol: string, options: TradeListOptions) {
    const { spot, inverse } = parseSymbol(symbol);
    this.symbol = symbol;
    this.#options = options;
    this.#terms = { spot: options.spot ?? spot, inverse: options.inverse ?? inverse };
    this.#position = new Position({ ...options, ...this.#terms });
  }

  /** @param rate - the price of the fee's third currency; null: it has no price */
  apply(trade: ListedTrade, rate: Amount | null): Closing | null {
    const { time, side, price, orderId } = trade;
    const { quantity, fee } = this.#inPosition(trade, rate);
    const notional = trade.quantity.times(this.#options.contractSize ?? ONE);
    this.#sums.count += 1;
    this.#sums.fees = this.#sums.fees.plus(fee);
    this.#sums.volume = this.#sums.volume.plus(this.#terms.inverse ? notional : notional.times(price));
    const closing = quantity.isPositive() ? this.#position.trade({ side, quantity, price, fee, time }) : null;
    if (closing !== null) this.#count(closing, orderId);
    return closing;
  }

  /**
   * Books a fee paid out of this position, up to the held quantity (the rest does not count as missing). A rebate is
   * added. This is no trade, and not part of the fees here.
   */
  dispose(fee: Amount, price: Amount, time: number): void {
    if (!this.#terms.spot) return;
    const side = fee.isNegative() ? 'buy' : 'sell';
    const closing = this.#position.trade({ side, quantity: fee.abs(), price, fee: ZERO, time });
    if (closing !== null) this.#sums.realized = this.#sums.realized.plus(closing.realizedPnl);
  }

  result(): SymbolTrades {
    const { markPrice, feesInCostBasis = false } = this.#options;
    const { quantity, cost } = this.#position;
    const { count, realized, missing, fees, volume } = this.#sums;
    return {
      symbol: this.symbol,
      spot: this.#terms.spot,
      tradeCount: count,
      realizedPnl: formatMoney(realized),
      unrealizedPnl: markPrice === undefined ? null : formatMoney(this.#position.unrealizedPnl(markPrice)),
      openQuantity: formatMoney(quantity),
      openCost: formatMoney(cost),
      averageEntryPrice: quantity.isZero()
        ? null
        : formatMoney(this.#averageEntryPrice(quantity.abs(), cost)),
      missingQuantity: formatMoney(missing),
      fees: formatMoney(fees),
      netPnl: formatMoney(feesInCostBasis ? realized : realized.minus(fees)),
      tradingVolume: formatMoney(volume),
      unvaluedFees: Object.fromEntries(
        [...this.#unvaluedFees].sort(([a], [b]) => (a < b ? -1 : 1)).map(([c, fee]) => [c, formatMoney(fee)]),
      ),
      ...this.#tally.statistics(),
    };
  }

  /**
   * What a trade moves in the position, and its fee in the currency of the profit. A fee in base reduces the bought
   * quantity, or adds to the sold quantity, at the price of the trade. A fee in a third currency is valued at its rate.
   */
  #inPosition(
    { symbol, side, quantity, price, fee, feeCurrency }: ListedTrade,
    rate: Amount | null,
  ): { quantity: Amount; fee: Amount } {
    const role = feeCurrency === null ? 'profit' : roleOf(feeCurrency, symbol);
    if (fee.isZero() || role === 'profit') return { quantity, fee };
    if (role === 'base' && this.#terms.spot) {
      return { quantity: side === 'buy' ? quantity.minus(fee) : quantity.plus(fee), fee: fee.times(price) };
    }
    if (rate !== null) return { quantity, fee: fee.times(rate) };
    const currency = feeCurrency ?? '';
    this.#unvaluedFees.set(currency, (this.#unvaluedFees.get(currency) ?? ZERO).plus(fee));
    return { quantity, fee: ZERO };
  }

  #count(closing: Closing, order: string | null): void {
    this.#sums.realized = this.#sums.realized.plus(closing.realizedPnl);
    this.#sums.missing = this.#sums.missing.plus(closing.missingQuantity);
    const { quantity, netPnl, heldQuantityMs } = closing;
    if (!quantity.isZero()) this.#tally.add({ order, netPnl, quantity, heldQuantityMs });
  }

  #averageEntryPrice(quantity: Amount, cost: Amount): Amount {
    const units = quantity.times(this.#options.contractSize ?? ONE);
    return this.#terms.inverse ? units.dividedBy(cost, FINE_SCALE) : cost.dividedBy(units, FINE_SCALE);
  }
}
