/** The metrics of a period, as people read them. */
import type { MetricsResult, SummaryResult } from '../results.ts';
import { day, money, percent, statistic, time } from './format.ts';
import { type Rows, table } from './terminal.ts';

const DAY_MS = 86_400_000;

/** A few lines per topic; what is null is a dash. */
export function metricsTable(metrics: MetricsResult): string {
  const { reportingCurrency: currency } = metrics;
  const symbols = metrics.symbols.filter(({ fillCount }) => fillCount > 0);
  const rows: Rows = [
    ['Environment', environmentLabel(metrics.environment)],
    ['Period', `${day(metrics.startTime)} to ${lastDay(metrics.endTime)} (${metrics.observationCount} days)`],
    ['Net asset value', money(metrics.navEnd, currency)],
    [
      'Deposits, withdrawals',
      `${money(metrics.deposits, currency)}, ${money(metrics.withdrawals, currency)}`,
    ],
    ['Profit', money(metrics.absoluteProfit, currency)],
    ['Total return (TWR)', percent(metrics.totalReturn)],
    ['Annualized return', percent(metrics.annualizedReturn)],
    ['Volatility (annualized)', percent(metrics.volatilityAnnualized)],
    ['Sharpe ratio', statistic(metrics.sharpeRatio)],
    ['Sortino ratio', statistic(metrics.sortinoRatio)],
    ['Maximum drawdown', percent(metrics.maxDrawdown)],
    ['Realized P&L (FIFO)', money(metrics.realizedPnl, currency)],
    ...symbols.map((row) => [`  ${row.symbol}`, money(row.realizedPnl, currency)] as const),
    ['Fees', money(metrics.fees, currency)],
    ['Trading volume', money(metrics.tradingVolume, currency)],
    ['Fills', String(metrics.fillCount)],
    ['Adverse return', percent(metrics.adverseReturn)],
    ['Unexplained share', percent(metrics.reconciliation.unexplainedShare)],
  ];
  return table(rows);
}

/** The dashboard's numbers. */
export function summaryTable(summary: SummaryResult): string {
  return table([
    ['Environment', environmentLabel(summary.environment)],
    ['Period', `${day(summary.startTime)} to ${lastDay(summary.endTime)}`],
    ['Net asset value', money(summary.navEnd, summary.reportingCurrency)],
    ['Total return (TWR)', percent(summary.totalReturn)],
    ['Annualized return', percent(summary.annualizedReturn)],
    ['Volatility (annualized)', percent(summary.volatilityAnnualized)],
    ['Sharpe ratio', statistic(summary.sharpeRatio)],
    ['Maximum drawdown', percent(summary.maxDrawdown)],
    ['Fills', `${summary.fillCount} in ${summary.symbolCount} symbols of ${summary.accountCount} account(s)`],
    ['As of', `${time(summary.asOf)} UTC`],
    ['Session ends', `${time(summary.expiresAt)} UTC`],
  ]);
}

/** SIMULATED in capitals: nobody should overlook it. */
export function environmentLabel(environment: MetricsResult['environment']): string {
  return environment === 'production' ? 'production' : environment.toUpperCase();
}

function lastDay(end: number | null): string {
  return day(end === null ? null : end - DAY_MS);
}
