/**
 * The results of trading, by UTC day, venue, account and symbol: fine enough for every period, small enough to keep.
 */
import { type Amount, ZERO } from '../amount/decimal.ts';
import { startOfDay } from '../time/calendar.ts';

/** The account and symbol of a row. */
export interface Subject {
  readonly venue: string;
  readonly account: string;
  readonly symbol: string;
}

/** Sums of one day and subject. Money in the reporting currency. Fees and interest are positive when paid. */
export interface TradingRow extends Subject {
  /** 00:00 UTC of the day, ms. */
  readonly day: number;
  fillCount: number;
  volume: Amount;
  fees: Amount;
  transferFees: Amount;
  realizedPnl: Amount;
  fundingPnl: Amount;
  borrowInterest: Amount;
  otherIncome: Amount;
  /** The gain of lots that an external withdrawal removed: profit that no sale realised. */
  withdrawnGain: Amount;
  /** Quantity disposed of without a known acquisition, in units of the asset. */
  missingQuantity: Amount;
  missingProceeds: Amount;
  /** Fills, fees and movements that the money above leaves out, because their currency has no price. */
  unvaluedCount: number;
}

/** An empty row. */
export function emptyRow(day: number, { venue, account, symbol }: Subject): TradingRow {
  return {
    day,
    venue,
    account,
    symbol,
    fillCount: 0,
    volume: ZERO,
    fees: ZERO,
    transferFees: ZERO,
    realizedPnl: ZERO,
    fundingPnl: ZERO,
    borrowInterest: ZERO,
    otherIncome: ZERO,
    withdrawnGain: ZERO,
    missingQuantity: ZERO,
    missingProceeds: ZERO,
    unvaluedCount: 0,
  };
}

/** Rows under way. */
export class TradingRows {
  #rows = new Map<string, TradingRow>();
  #last: TradingRow | null = null;

  /** The row of the day of `time` and of `subject`. */
  at(time: number, subject: Subject): TradingRow {
    const day = startOfDay(time);
    const last = this.#last;
    // One fill asks for its row several times.
    if (
      last?.day === day &&
      last.symbol === subject.symbol &&
      last.account === subject.account &&
      last.venue === subject.venue
    ) {
      return last;
    }
    this.#last = this.#find(day, subject);
    return this.#last;
  }

  #find(day: number, subject: Subject): TradingRow {
    const key = `${day}\n${keyOf(subject)}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = emptyRow(day, subject);
    this.#rows.set(key, row);
    return row;
  }

  /** A copy of the rows. Neither copy changes the other. */
  clone(): TradingRows {
    const copy = new TradingRows();
    for (const [key, row] of this.#rows) copy.#rows.set(key, { ...row });
    return copy;
  }

  /** Forgets all rows. Lists of them do not change. */
  clear(): void {
    this.#rows = new Map();
    this.#last = null;
  }

  /** All rows, by day, venue, account, symbol. */
  list(): readonly TradingRow[] {
    return [...this.#rows.values()].sort((a, b) => a.day - b.day || compareSubjects(a, b));
  }
}

/** One key for each subject. */
export function keyOf({ venue, account, symbol }: Subject): string {
  return `${venue}\n${account}\n${symbol}`;
}

/** Order of subjects: venue, account, symbol. */
export function compareSubjects(a: Subject, b: Subject): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
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
  total.withdrawnGain = total.withdrawnGain.plus(row.withdrawnGain);
  total.missingQuantity = total.missingQuantity.plus(row.missingQuantity);
  total.missingProceeds = total.missingProceeds.plus(row.missingProceeds);
  total.unvaluedCount += row.unvaluedCount;
}
