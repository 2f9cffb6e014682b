/** An attribution in the form of an answer: its largest rows, and the sums of the others. */

import { type Amount, formatDecimal, parseDecimal, ZERO } from '@perf-aggregator/analytics/amount/decimal';
import type { AttributionRow } from '@perf-aggregator/analytics/metrics/attribution';
import type { OmittedRows } from '@perf-aggregator/shared/messages/answers/metrics';

/** Rows that an answer lists. */
const ROW_LIMIT = 100;

const SUMMED = [
  'realizedPnl',
  'unrealizedPnl',
  'unrealizedPnlChange',
  'fundingPnl',
  'fees',
  'borrowInterest',
  'netPnl',
  'totalPnl',
  'volume',
] as const satisfies readonly (keyof AttributionRow)[];

/** The rows with the largest profits and losses, in their own order, and the sums of the others. */
export function longest(
  rows: readonly AttributionRow[],
  limit = ROW_LIMIT,
): { readonly attribution: readonly AttributionRow[]; readonly attributionOmitted: OmittedRows } {
  const sizes = new Map(rows.map((row) => [row, amount(row.totalPnl).abs()]));
  const bySize = rows.toSorted((a, b) => compare(sizes.get(b)!, sizes.get(a)!));
  const omitted = new Set(bySize.slice(limit));
  return {
    attribution: rows.filter((row) => !omitted.has(row)),
    attributionOmitted: sumsOf([...omitted]),
  };
}

function sumsOf(rows: readonly AttributionRow[]): OmittedRows {
  const sums = SUMMED.map((name) => [
    name,
    formatDecimal(rows.reduce((sum, row) => sum.plus(amount(row[name])), ZERO)),
  ]);
  return {
    rowCount: rows.length,
    tradeCount: rows.reduce((sum, { tradeCount }) => sum + tradeCount, 0),
    ...(Object.fromEntries(sums) as Record<(typeof SUMMED)[number], string>),
  };
}

function amount(text: string): Amount {
  return parseDecimal(text, 'an attribution');
}

function compare(a: Amount, b: Amount): number {
  return a.eq(b) ? 0 : a.gt(b) ? 1 : -1;
}
