/** Correlations of assets as a table for people. */
import type { MetricsResult } from '../sdk/results.ts';
import { grid } from './table.ts';

/** The matrix with two decimals. Null is shown as a dash. */
export function correlationTable({ correlation }: Pick<MetricsResult, 'correlation'>): string {
  const { assets, matrix, assetCount } = correlation;
  const cell = (value: number | null) => (value === null ? '—' : value.toFixed(2));
  const rows = matrix.map((row, i) => [assets[i]!, ...row.map(cell)]);
  const title =
    assetCount === assets.length
      ? 'Correlation of daily returns'
      : `Correlation of daily returns, the largest ${assets.length} of ${assetCount} assets`;
  return `${title}\n${grid([['', ...assets], ...rows], 1)}`;
}
