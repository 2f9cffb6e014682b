/** What trading came to, by UTC day and symbol: fine enough for every period, small enough to keep. */
import { startOfDay } from '../valuation/calendar.ts';
import { type Amount, ZERO } from './decimal.ts';

/** Sums of one day and symbol. Money in the reporting currency; fees and interest are positive when paid. */
export interface TradingRow {
  /** 00:00 UTC of the day, ms. */
  readonly day: number;
  readonly symbol: string;
  fillCount: number;
  volume: Amount;
  fees: Amount;
  transferFees: Amount;
  realizedPnl: Amount;
  fundingPnl: Amount;
  borrowInterest: Amount;
  otherIncome: Amount;
  /** Disposed of without a known acquisition, in units of the asset. */
  missingQuantity: Amount;
  missingProceeds: Amount;
  /** Fills, fees and movements left out of the money above because nothing prices their currency. */
  unvaluedCount: number;
}

/** An empty row. */
export function emptyRow(day: number, symbol: string): TradingRow {
  return {
    day,
    symbol,
    fillCount: 0,
    volume: ZERO,
    fees: ZERO,
    transferFees: ZERO,
    realizedPnl: ZERO,
    fundingPnl: ZERO,
    borrowInterest: ZERO,
    otherIncome: ZERO,
    missingQuantity: ZERO,
    missingProceeds: ZERO,
    unvaluedCount: 0,
  };
}

/** Rows under way. */
export class TradingRows {
  readonly #days = new Map<number, Map<string, TradingRow>>();

  /** The row of the day of `time` and of `symbol`. */
  at(time: number, symbol: string): TradingRow {
    const day = startOfDay(time);
    const symbols = this.#days.get(day) ?? new Map<string, TradingRow>();
    const row = symbols.get(symbol) ?? emptyRow(day, symbol);
    this.#days.set(day, symbols.set(symbol, row));
    return row;
  }

  /** All rows, by day, then symbol. */
  list(): readonly TradingRow[] {
    return [...this.#days.values()]
      .flatMap((symbols) => [...symbols.values()])
      .sort((a, b) => a.day - b.day || (a.symbol < b.symbol ? -1 : 1));
  }
}

/** Adds the sums of `row` to `total`. */
export function addRow(total: TradingRow, row: TradingRow): void {
  total.fillCount += row.fillCount;
  total.volume = total.volume.plus(row.volume);
  total.fees = total.fees.plus(row.fees);
  total.transferFees = total.transferFees.plus(row.transferFees);
  total.realizedPnl = total.realizedPnl.plus(row.realizedPnl);
  total.fundingPnl = total.fundingPnl.plus(row.fundingPnl);
  total.borrowInterest = total.borrowInterest.plus(row.borrowInterest);
  total.otherIncome = total.otherIncome.plus(row.otherIncome);
  total.missingQuantity = total.missingQuantity.plus(row.missingQuantity);
  total.missingProceeds = total.missingProceeds.plus(row.missingProceeds);
  total.unvaluedCount += row.unvaluedCount;
}
