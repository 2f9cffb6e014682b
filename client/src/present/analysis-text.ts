/** An analysis as text for people. */

import type { Analysis } from '../analyze/analyze.ts';
import { cleanLine } from './clean.ts';
import { day, percent, statistic } from './format.ts';
import { type Rows, table } from './table.ts';

/** Label, field, and the format of its value. */
type Line = readonly [label: string, field: string, show: (value: never) => string];

const amount = (value: string | null) => value ?? '—';
const count = (value: number | null) => (value === null ? '—' : String(value));
const days = (value: number | null) => (value === null ? '—' : `${value} days`);

const RETURNS: readonly Line[] = [
  ['Observations', 'observationCount', count],
  ['Periods per year', 'periodsPerYear', count],
  ['Value at the end', 'navEnd', amount],
  ['Profit', 'absoluteProfit', amount],
  ['Total return', 'totalReturn', percent],
  ['Annualized return', 'annualizedReturn', percent],
  ['Modified Dietz', 'modifiedDietz', percent],
  ['XIRR', 'xirr', percent],
  ['Volatility (annualized)', 'volatilityAnnualized', percent],
  ['Sharpe ratio', 'sharpeRatio', statistic],
  ['  standard error', 'sharpeRatioStandardError', statistic],
  ['Sortino ratio', 'sortinoRatio', statistic],
  ['Calmar ratio', 'calmarRatio', statistic],
  ['Omega ratio', 'omegaRatio', statistic],
  ['Maximum drawdown', 'maxDrawdown', percent],
  ['  its length', 'maxDrawdownDurationDays', days],
  ['Value at risk 95 % (historical)', 'historicalVar95', percent],
  ['Expected shortfall 95 %', 'expectedShortfall95', percent],
  ['Skewness', 'skewness', statistic],
  ['Excess kurtosis', 'excessKurtosis', statistic],
  ['Winning periods', 'periodWinRate', percent],
  ['Best, worst period', 'bestPeriodReturn', percent],
  ['', 'worstPeriodReturn', percent],
  ['Beta', 'beta', statistic],
  ['Alpha (annualized)', 'alphaAnnualized', percent],
  ['Information ratio', 'informationRatio', statistic],
];

const TRADES: readonly Line[] = [
  ['Trades', 'tradeCount', count],
  ['Realized P&L', 'realizedPnl', amount],
  ['Unrealized P&L', 'unrealizedPnl', amount],
  ['Fees', 'fees', amount],
  ['Net P&L', 'netPnl', amount],
  ['Open quantity', 'openQuantity', amount],
  ['Average entry price', 'averageEntryPrice', amount],
  ['Sold without an acquisition', 'missingQuantity', amount],
  ['Closing trades', 'closedTradeCount', count],
  ['Win rate', 'tradeWinRate', percent],
  ['Profit factor', 'profitFactor', statistic],
  ['Expectancy', 'expectancy', amount],
];

/** The main numbers. `--json` has all of them. */
export function analysisText(analysis: Analysis): string {
  switch (analysis.kind) {
    case 'trades':
      return tradesText(analysis);
    case 'matrix':
      return matrixText(analysis);
    case 'returns':
    case 'navs':
      return returnsText(analysis);
  }
}

function returnsText(analysis: Analysis): string {
  const [start, end] = [analysis['startTime'] as number | null, analysis['endTime'] as number | null];
  const period: Rows = start === null || end === null ? [] : [['Period', `${day(start)} to ${day(end - 1)}`]];
  const wiped: Rows = analysis['wipedOut'] === true ? [['Wiped out', 'the value fell to zero or below']] : [];
  return table([...period, ...wiped, ...rows(analysis, RETURNS), ...rollingRows(analysis)]);
}

/** The last window. `--json` has all windows. */
function rollingRows({ rolling }: Analysis): Rows {
  if (rolling === undefined) return [];
  const { window, ...columns } = rolling as { window: number } & Record<string, (number | null)[]>;
  const last = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.at(-1)]));
  return [
    [`Over the last ${window} returns`, ''],
    ...rows(last, [
      ['  volatility', 'volatilityAnnualized', percent],
      ['  Sharpe ratio', 'sharpeRatio', statistic],
      ['  beta', 'beta', statistic],
    ]),
  ];
}

function tradesText(analysis: Analysis): string {
  const symbols = analysis['symbols'] as readonly Readonly<Record<string, unknown>>[];
  return [
    `Lots matched by ${String(analysis['method'])}`,
    ...symbols.map((symbol) =>
      `${cleanLine(String(symbol['symbol']))}\n${table(rows(symbol, TRADES))}`.trimStart(),
    ),
  ].join('\n\n');
}

function matrixText(analysis: Analysis): string {
  const assets = (analysis['assets'] as readonly string[]).map(cleanLine);
  const matrix = analysis['correlation'] as readonly (readonly (number | null)[])[];
  const width = Math.max(7, ...assets.map(({ length }) => length)) + 2;
  const cells = (values: readonly string[]) => values.map((value) => value.padStart(width)).join('');
  const lines = matrix.map((row, i) => assets[i]!.padEnd(width) + cells(row.map(statistic)));
  const held = rows(analysis, [
    ['Concentration (HHI)', 'hhi', statistic],
    ['Effective positions', 'effectivePositions', statistic],
  ]);
  return [' '.repeat(width) + cells(assets), ...lines, table(held)].filter(Boolean).join('\n');
}

/** Lines for the fields that are present and known. */
function rows(values: Readonly<Record<string, unknown>>, lines: readonly Line[]): Rows {
  return lines
    .filter(([, field]) => values[field] !== undefined && values[field] !== null)
    .map(([label, field, show]) => [label, show(values[field] as never)]);
}
