/** The metrics of a period as a table for people. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { MetricsResult, SummaryResult } from '../sdk/results.ts';
import { day, money, percent, statistic, time } from './format.ts';
import { labelOf, numberRows } from './labels.ts';
import { missingText } from './missing.ts';
import { type Rows, table } from './table.ts';

/** A few lines per topic. Null is shown as a dash. */
export function metricsTable(metrics: MetricsResult): string {
  const rows: Rows = [
    ['Environment', environmentLabel(metrics.environment)],
    ...(metrics.account === null ? [] : [['Account', metrics.account] as const]),
    ['Period', `${day(metrics.startTime)} to ${lastDay(metrics.endTime)} (${metrics.observationCount} days)`],
    ...moneyRows(metrics),
    ...returnRows(metrics),
    ...riskRows(metrics),
    ...benchmarkRows(metrics),
    ...tradingRows(metrics),
    ['Adverse return', percent(metrics.adverseReturn)],
    ['Unexplained share', percent(metrics.reconciliation.unexplainedShare)],
    ...readingRows(metrics),
  ];
  return table(rows);
}

function moneyRows(metrics: MetricsResult): Rows {
  const { reportingCurrency: currency, deposits, withdrawals } = metrics;
  return [
    [labelOf('navEnd'), money(metrics.navEnd, currency)],
    ['Deposits, withdrawals', `${money(deposits, currency)}, ${money(withdrawals, currency)}`],
    [labelOf('absoluteProfit'), money(metrics.absoluteProfit, currency)],
    [labelOf('unrealizedPnl'), money(metrics.unrealizedPnl, currency)],
  ];
}

function returnRows(metrics: MetricsResult): Rows {
  const { bestPeriodReturn: best, worstPeriodReturn: worst } = metrics;
  return [
    ...numberRows(metrics, 'totalReturn', 'annualizedReturn', 'moneyWeightedReturn'),
    ['Best, worst day', `${percent(best)}, ${percent(worst)}`],
    ...numberRows(metrics, 'periodWinRate'),
  ];
}

function riskRows(metrics: MetricsResult): Rows {
  const { maxDrawdownPeakTime: peak, maxDrawdownTroughTime: trough } = metrics;
  const when = peak === null ? '' : ` (${day(peak)} to ${day(trough)})`;
  return [
    ...numberRows(
      metrics,
      'volatilityAnnualized',
      'sharpeRatio',
      'sortinoRatio',
      'calmarRatio',
      'omegaRatio',
    ),
    [labelOf('maxDrawdown'), `${percent(metrics.maxDrawdown)}${when}`],
    ...numberRows(metrics, 'currentDrawdown'),
    ['VaR 95 %, 99 % (1 day)', `${percent(metrics.historicalVar95)}, ${percent(metrics.historicalVar99)}`],
    [
      'Expected shortfall',
      `${percent(metrics.expectedShortfall95)}, ${percent(metrics.expectedShortfall99)}`,
    ],
    ['Skewness, kurtosis', `${statistic(metrics.skewness)}, ${statistic(metrics.excessKurtosis)}`],
    [
      'Gross, net exposure',
      `${percent(metrics.exposure.grossExposure)}, ${percent(metrics.exposure.netExposure)}`,
    ],
  ];
}

function benchmarkRows({ benchmark }: MetricsResult): Rows {
  if (benchmark === null) return [];
  const { name } = benchmark;
  return [
    [`${name}, annualized`, percent(benchmark.benchmarkAnnualizedReturn)],
    [`Beta to ${name}`, statistic(benchmark.beta)],
    [`Alpha to ${name}`, percent(benchmark.alphaAnnualized)],
    [`Correlation with ${name}`, statistic(benchmark.correlation)],
    ...numberRows(benchmark, 'informationRatio'),
  ];
}

function tradingRows(metrics: MetricsResult): Rows {
  const { reportingCurrency: currency, method, closedTradeCount } = metrics;
  const symbols = metrics.symbols.filter(({ fillCount }) => fillCount > 0);
  return [
    [`Realized P&L (${METHODS[method]})`, money(metrics.realizedPnl, currency)],
    ...symbols.map((row) => [`  ${row.symbol}`, money(row.realizedPnl, currency)] as const),
    [labelOf('closedTradeCount'), `${closedTradeCount}, won ${percent(metrics.tradeWinRate)}`],
    ...numberRows(metrics, 'profitFactor'),
    [labelOf('fees'), money(metrics.fees, currency)],
    [labelOf('tradingVolume'), money(metrics.tradingVolume, currency)],
    ...numberRows(metrics, 'turnoverAnnualized'),
    [labelOf('fillCount'), String(metrics.fillCount)],
  ];
}

/** What of the accounts was not read: numbers and days that miss it may look better than they are. */
function readingRows({ accounts }: MetricsResult): Rows {
  const partial = accounts.filter(({ coverage }) => coverage?.scope.state !== 'complete');
  if (partial.length === 0) return [['Not read', 'nothing: whatever moved the accounts was read']];
  return partial.map(
    ({ account, coverage }) =>
      [`Not read of ${account}`, missingText(coverage?.scope.missing ?? ['everything'])] as const,
  );
}

const METHODS = { fifo: 'FIFO', lifo: 'LIFO', hifo: 'HIFO', average: 'average cost' } as const;

/** The dashboard's numbers. */
export function summaryTable(summary: SummaryResult): string {
  return table([
    ['Environment', environmentLabel(summary.environment)],
    ['Period', `${day(summary.startTime)} to ${lastDay(summary.endTime)}`],
    [labelOf('navEnd'), money(summary.navEnd, summary.reportingCurrency)],
    ...numberRows(
      summary,
      'totalReturn',
      'annualizedReturn',
      'volatilityAnnualized',
      'sharpeRatio',
      'maxDrawdown',
    ),
    [labelOf('absoluteProfit'), money(summary.absoluteProfit, summary.reportingCurrency)],
    ['Trades won', percent(summary.tradeWinRate)],
    ['Fills', `${summary.fillCount} in ${summary.symbolCount} symbols of ${summary.accountCount} account(s)`],
    ['As of', `${time(summary.asOf)} UTC`],
    ['Session ends', `${time(summary.expiresAt)} UTC`],
  ]);
}

/** SIMULATED is in capitals, so that nobody overlooks it. */
export function environmentLabel(environment: MetricsResult['environment']): string {
  return environment === 'production' ? 'production' : environment.toUpperCase();
}

function lastDay(end: number | null): string {
  return day(end === null ? null : end - DAY_MS);
}
