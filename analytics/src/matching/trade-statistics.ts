/** Statistics of closing trades (docs/metrics.md §6). An order counts once, however many fills it had. */
import { Amount, type Decimal, formatMoney, toNumber, ZERO } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import { type Outcome, settle, type UndefinedReason } from '../outcome.ts';

/** Money in the currency of the trades. */
export interface TradeStatistics {
  readonly closedTradeCount: number;
  readonly winCount: number;
  readonly lossCount: number;
  /** Trades closed at exactly no profit, net of fees. */
  readonly breakevenCount: number;
  /** winCount / closedTradeCount. */
  readonly tradeWinRate: number | null;
  /** Net wins divided by net losses. */
  readonly profitFactor: number | null;
  /** Mean net profit of a closing trade, 12 decimals half-even. Null without one. */
  readonly expectancy: Decimal | null;
  /** Mean time that matched lots were held, weighted by quantity. */
  readonly averageHoldingSeconds: number | null;
  readonly undefinedReasons: Readonly<Record<string, UndefinedReason>>;
}

/** What one fill closed. */
export interface ClosingFill {
  /** Fills of one order are one trade. Null: the fill is a trade of its own. Unique among all positions. */
  readonly order: string | null;
  /** Profit net of the fill's own fee and the opening fees of what it closed. */
  readonly netPnl: Amount;
  /** The closed quantity, and the sum of quantity × ms held. */
  readonly quantity: Amount;
  readonly heldQuantityMs: Amount;
}

/** Collects what fills closed. Memory grows with the number of orders. */
export class TradeTally {
  readonly #netByOrder = new Map<string, Amount>();
  readonly #single: Amount[] = [];
  #quantity = ZERO;
  #heldQuantityMs = ZERO;

  add(closing: ClosingFill): void {
    this.#quantity = this.#quantity.plus(closing.quantity);
    this.#heldQuantityMs = this.#heldQuantityMs.plus(closing.heldQuantityMs);
    if (closing.order === null) this.#single.push(closing.netPnl);
    else {
      const before = this.#netByOrder.get(closing.order);
      this.#netByOrder.set(
        closing.order,
        before === undefined ? closing.netPnl : before.plus(closing.netPnl),
      );
    }
  }

  statistics(): TradeStatistics {
    const sums = { winCount: 0, lossCount: 0, wins: ZERO, losses: ZERO };
    for (const net of this.#netByOrder.values()) count(sums, net);
    for (const net of this.#single) count(sums, net);
    const closedTradeCount = this.#netByOrder.size + this.#single.length;
    const { values, reasons } = settle(this.#outcomes(closedTradeCount, sums));
    return {
      closedTradeCount,
      winCount: sums.winCount,
      lossCount: sums.lossCount,
      breakevenCount: closedTradeCount - sums.winCount - sums.lossCount,
      ...values,
      expectancy: closedTradeCount === 0 ? null : expectancy(sums, closedTradeCount),
      undefinedReasons: closedTradeCount === 0 ? { ...reasons, expectancy: 'noData' } : reasons,
    };
  }

  #outcomes(
    closedTradeCount: number,
    { winCount, wins, losses }: Sums,
  ): Record<'tradeWinRate' | 'profitFactor' | 'averageHoldingSeconds', Outcome> {
    if (closedTradeCount === 0) {
      return { tradeWinRate: 'noData', profitFactor: 'noData', averageHoldingSeconds: 'noData' };
    }
    return {
      tradeWinRate: winCount / closedTradeCount,
      profitFactor: losses.isZero() ? 'noLosses' : toNumber(wins) / toNumber(losses.abs()),
      averageHoldingSeconds: this.#quantity.isPositive()
        ? toNumber(this.#heldQuantityMs) / toNumber(this.#quantity) / 1_000
        : 'noData',
    };
  }
}

interface Sums {
  winCount: number;
  lossCount: number;
  wins: Amount;
  losses: Amount;
}

function count(sums: Sums, net: Amount): void {
  if (net.isPositive()) {
    sums.winCount += 1;
    sums.wins = sums.wins.plus(net);
  } else if (net.isNegative()) {
    sums.lossCount += 1;
    sums.losses = sums.losses.plus(net);
  }
}

function expectancy({ wins, losses }: Sums, closedTradeCount: number): Decimal {
  return formatMoney(wins.plus(losses).dividedBy(new Amount(closedTradeCount, 0), FINE_SCALE));
}
