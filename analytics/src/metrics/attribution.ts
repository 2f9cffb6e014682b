/** The sources of a period's profit (docs/metrics.md §6 "attribution"), by venue, account and symbol. */
import { type Amount, type Decimal, formatDecimal, formatMoney, toNumber, ZERO } from '../amount/decimal.ts';
import {
  addRow,
  compareSubjects,
  emptyRow,
  keyOf,
  type Subject,
  type TradingRow,
} from '../matching/trading-rows.ts';
import { isCash } from './cash.ts';
import type { Unrealized } from './unrealized.ts';

/** Money in the reporting currency, 12 decimals half-even. */
export interface AttributionRow extends Subject {
  readonly realizedPnl: Decimal;
  /** Of the open positions at the end of the period. */
  readonly unrealizedPnl: Decimal;
  /** Change of the unrealised profit over the period. */
  readonly unrealizedPnlChange: Decimal;
  readonly fundingPnl: Decimal;
  readonly fees: Decimal;
  readonly borrowInterest: Decimal;
  /** realizedPnl + fundingPnl − fees − borrowInterest. */
  readonly netPnl: Decimal;
  /** The whole profit: netPnl, the change of unrealised profit, other income, withdrawn gains, transfer fees. */
  readonly totalPnl: Decimal;
  readonly volume: Decimal;
  readonly tradeCount: number;
  /** Quantity sold beyond the known acquisitions, in units of the asset. */
  readonly missingQuantity: Decimal;
  /** totalPnl over the time-weighted capital of the period. The sum is `modifiedDietz` less the unexplained part. */
  readonly contributionToReturn: number | null;
}

/** Attribution and its exact sums. */
export interface Attribution {
  /** By venue, account, symbol. */
  readonly rows: readonly AttributionRow[];
  /** The whole sum except `currency`. */
  readonly traded: Amount;
  /** The gain of cash in other currencies against the report's currency. */
  readonly currency: Amount;
}

interface Sums {
  readonly row: TradingRow;
  unrealized: Amount;
  unrealizedChange: Amount;
}

/**
 * Attributes the profit of a period.
 * @param rows - of the period's days
 * @param before - unrealised profit at its start, and `after` at its end
 * @param capital - Modified Dietz denominator; null: contributions are null
 */
export function attribute(
  rows: readonly TradingRow[],
  before: readonly Unrealized[],
  after: readonly Unrealized[],
  capital: number | null,
): Attribution {
  const subjects = new Map<string, Sums>();
  const at = (subject: Subject): Sums => {
    const key = keyOf(subject);
    const known = subjects.get(key);
    if (known !== undefined) return known;
    const sums = { row: emptyRow(0, subject), unrealized: ZERO, unrealizedChange: ZERO };
    subjects.set(key, sums);
    return sums;
  };
  for (const row of rows) addRow(at(row).row, row);
  for (const part of before) at(part).unrealizedChange = at(part).unrealizedChange.minus(part.pnl);
  for (const part of after) {
    const sums = at(part);
    sums.unrealized = sums.unrealized.plus(part.pnl);
    sums.unrealizedChange = sums.unrealizedChange.plus(part.pnl);
  }
  const sorted = [...subjects.values()].sort((a, b) => compareSubjects(a.row, b.row));
  const total = sorted.reduce((sum, sums) => sum.plus(totalOf(sums)), ZERO);
  const currency = sorted
    .filter(({ row }) => isCashSymbol(row.symbol))
    .reduce((sum, sums) => sum.plus(currencyGain(sums)), ZERO);
  return { rows: sorted.map((sums) => toRow(sums, capital)), traded: total.minus(currency), currency };
}

function toRow(sums: Sums, capital: number | null): AttributionRow {
  const { row, unrealized, unrealizedChange } = sums;
  const { venue, account, symbol } = row;
  const total = totalOf(sums);
  return {
    ...{ venue, account, symbol },
    realizedPnl: formatMoney(row.realizedPnl),
    unrealizedPnl: formatMoney(unrealized),
    unrealizedPnlChange: formatMoney(unrealizedChange),
    fundingPnl: formatMoney(row.fundingPnl),
    fees: formatMoney(row.fees),
    borrowInterest: formatMoney(row.borrowInterest),
    netPnl: formatMoney(netOf(row)),
    totalPnl: formatMoney(total),
    volume: formatMoney(row.volume),
    tradeCount: row.fillCount,
    missingQuantity: formatDecimal(row.missingQuantity),
    contributionToReturn: capital === null ? null : toNumber(total) / capital,
  };
}

const netOf = (row: TradingRow) =>
  row.realizedPnl.plus(row.fundingPnl).minus(row.fees).minus(row.borrowInterest);

const totalOf = ({ row, unrealizedChange }: Sums) =>
  netOf(row).plus(unrealizedChange).plus(row.otherIncome).plus(row.withdrawnGain).minus(row.transferFees);

const currencyGain = ({ row, unrealizedChange }: Sums) =>
  row.realizedPnl.plus(unrealizedChange).plus(row.withdrawnGain);

/** Whether a symbol is a pair of cash against another currency. */
function isCashSymbol(symbol: string): boolean {
  return !symbol.includes(':') && isCash(symbol.split('/')[0]!);
}
