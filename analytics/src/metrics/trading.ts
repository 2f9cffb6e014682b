/** Trading over a period (docs/metrics.md §6): sums of the daily rows, in all and by symbol. */
import { type Amount, type Decimal, formatDecimal, formatMoney } from '../amount/decimal.ts';
import { addRow, emptyRow, type TradingRow } from '../matching/trading-rows.ts';

/** Money in the reporting currency, 12 decimals half-even. */
export interface TradingTotals {
  readonly tradingVolume: Decimal;
  /** Trading fees, rebates deducted. */
  readonly fees: Decimal;
  /** Fees of deposits and withdrawals, and the losses of own transfers on the way. */
  readonly transferFees: Decimal;
  readonly fillCount: number;
  /** Gross of fees. */
  readonly realizedPnl: Decimal;
  readonly fundingPnl: Decimal;
  /** Paid less received. */
  readonly borrowInterest: Decimal;
  /** Airdrops and other movements that are neither. */
  readonly otherIncome: Decimal;
  /** The gain of lots that a withdrawal moved out of the account. */
  readonly withdrawnGain: Decimal;
  /** realizedPnl + fundingPnl − fees − borrowInterest. */
  readonly netPnl: Decimal;
  /** Proceeds of quantities sold beyond the known acquisitions. They count as no profit. */
  readonly missingProceeds: Decimal;
  /** Movements that the money above leaves out, because their currency has no price. */
  readonly unvaluedCount: number;
}

/** The same sums for one symbol. */
export interface SymbolTrading extends TradingTotals {
  readonly symbol: string;
  /** Units of the asset disposed of beyond its known acquisitions, with all digits. */
  readonly missingQuantity: Decimal;
}

export interface TradingMetrics extends TradingTotals {
  /** By symbol, sorted. */
  readonly symbols: readonly SymbolTrading[];
}

/** Sums rows. The caller chooses the days. */
export function tradingMetrics(rows: readonly TradingRow[]): TradingMetrics {
  const total = emptyRow(0, { venue: '', account: '', symbol: '' });
  const bySymbol = new Map<string, TradingRow>();
  for (const row of rows) {
    const sums = bySymbol.get(row.symbol) ?? emptyRow(0, row);
    bySymbol.set(row.symbol, sums);
    addRow(sums, row);
    addRow(total, row);
  }
  const symbols = [...bySymbol.values()]
    .sort((a, b) => (a.symbol < b.symbol ? -1 : 1))
    .map((sums) => ({
      symbol: sums.symbol,
      ...toTotals(sums),
      missingQuantity: formatDecimal(sums.missingQuantity),
    }));
  return { ...toTotals(total), symbols };
}

function toTotals(sums: TradingRow): TradingTotals {
  return {
    tradingVolume: formatMoney(sums.volume),
    fees: formatMoney(sums.fees),
    transferFees: formatMoney(sums.transferFees),
    fillCount: sums.fillCount,
    realizedPnl: formatMoney(sums.realizedPnl),
    fundingPnl: formatMoney(sums.fundingPnl),
    borrowInterest: formatMoney(sums.borrowInterest),
    otherIncome: formatMoney(sums.otherIncome),
    withdrawnGain: formatMoney(sums.withdrawnGain),
    netPnl: formatMoney(netPnl(sums)),
    missingProceeds: formatMoney(sums.missingProceeds),
    unvaluedCount: sums.unvaluedCount,
  };
}

function netPnl(sums: TradingRow): Amount {
  return sums.realizedPnl.plus(sums.fundingPnl).minus(sums.fees).minus(sums.borrowInterest);
}
