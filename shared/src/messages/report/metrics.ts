/**
 * The registry of report metrics: every number that a holder may disclose or withhold, under its one name. Claims,
 * `--disclose`, labels, the page of metrics and profiles are derived from it. A name that is not here is in no report.
 */
import * as z from 'zod';
import {
  count,
  money,
  PROFILES,
  type Profile,
  pricedMoney,
  type ReportMetric,
  ratio,
  statistic,
} from './metric.ts';
import * as tables from './tables.ts';

const integer = z.number().int().nonnegative();

/** Metrics against the benchmark. Null without a benchmark. */
const BENCHMARK = {
  beta: statistic('benchmark', 'Beta', 'Covariance with the benchmark over its variance.'),
  alphaAnnualized: ratio('benchmark', 'Alpha (annualized)', 'Return beyond what beta explains, a year.'),
  rSquared: statistic('benchmark', 'R²', 'Share of variance that the benchmark explains.'),
  correlation: statistic('benchmark', 'Correlation', 'Of paired daily returns.'),
  treynorRatio: statistic('benchmark', 'Treynor ratio', 'Annual return above the risk-free rate, over beta.'),
  trackingErrorAnnualized: ratio('benchmark', 'Tracking error', 'Deviation of the difference, a year.'),
  informationRatio: statistic(
    'benchmark',
    'Information ratio',
    'Mean difference over its deviation, a year.',
  ),
  upCapture: ratio('benchmark', 'Up capture', 'Return on days on which the benchmark rose, over its own.'),
  downCapture: ratio(
    'benchmark',
    'Down capture',
    'Return on days on which the benchmark fell, over its own.',
  ),
  excessReturn: ratio('benchmark', 'Excess return', 'Annualized return less that of the benchmark.'),
  benchmarkTotalReturn: ratio('benchmark', 'Benchmark return', 'Of the paired days, chained.'),
  benchmarkAnnualizedReturn: ratio('benchmark', 'Benchmark, annualized', 'Of the paired days, a year.'),
  pairedObservationCount: {
    ...count('benchmark', 'Paired days', 'Days on which both have a return.'),
    shape: integer.nullable(),
  },
} as const satisfies Readonly<Record<string, ReportMetric>>;

/** Every metric by its name, in the order of the disclosures. */
export const REPORT_METRICS = {
  totalReturn: ratio('return', 'Total return (TWR)', 'Daily returns, chained.'),
  annualizedReturn: ratio('return', 'Annualized return', 'Total return as a rate a year, compounding.'),
  geometricMeanReturn: ratio('return', 'Geometric mean', 'The daily return that chains to the total.'),
  averagePeriodReturn: ratio('return', 'Average day', 'Mean of the daily returns.'),
  bestPeriodReturn: ratio('return', 'Best day', 'The highest daily return.'),
  worstPeriodReturn: ratio('return', 'Worst day', 'The lowest daily return.'),
  observationCount: count('return', 'Observations', 'Days with a return.'),
  coveredPeriods: count('return', 'Covered days', 'Days that the returns cover, gaps before them included.'),
  monthlyReturns: {
    ...{ label: 'Monthly returns', unit: 'table', group: 'monthly', shape: tables.monthly },
    ...{ definition: 'Daily returns of each month, chained.', profile: 'summary' },
  },
  yearly: {
    ...{ label: 'Calendar years', unit: 'table', group: 'monthly', shape: tables.yearly },
    ...{ definition: 'Daily returns of each year, chained.', profile: 'summary' },
  },
  periodReturns: {
    ...{ label: 'Daily returns', unit: 'table', group: 'daily', shape: tables.daily },
    ...{ definition: 'The return of each day of the period.', profile: 'full' },
  },
  simpleReturnOnFlows: ratio('return', 'Simple return on flows', 'Profit over start value and deposits.'),
  modifiedDietz: ratio('return', 'Modified Dietz', 'Profit over capital weighted by time.'),
  xirr: ratio('return', 'XIRR', 'The annual rate that explains flows and end value.'),
  moneyWeightedReturn: ratio('return', 'Money-weighted return', 'The same over the period, not annualized.'),
  volatilityAnnualized: ratio('risk', 'Volatility (annualized)', 'Deviation of daily returns, a year.'),
  downsideDeviationAnnualized: ratio('risk', 'Downside deviation', 'Of returns below the target, a year.'),
  sharpeRatio: statistic('risk', 'Sharpe ratio', 'Mean above the risk-free rate over deviation, a year.'),
  sharpeRatioStandardError: statistic('risk', 'Sharpe standard error', 'Of the annual ratio.'),
  probabilisticSharpeRatio: ratio(
    'risk',
    'Probabilistic Sharpe',
    'Probability that the true ratio is above 0.',
  ),
  sortinoRatio: statistic('risk', 'Sortino ratio', 'Mean above the target over downside deviation, a year.'),
  calmarRatio: statistic('risk', 'Calmar ratio', 'Annualized return over maximum drawdown.'),
  omegaRatio: statistic('risk', 'Omega ratio', 'Gains over losses against the target.'),
  skewness: statistic('risk', 'Skewness', 'Third standardized moment of daily returns.'),
  excessKurtosis: statistic('risk', 'Excess kurtosis', 'Fourth standardized moment, less 3.'),
  historicalVar95: ratio('risk', 'VaR 95 % (1 day)', 'Loss that 5 % of days exceed, as observed.'),
  historicalVar99: ratio('risk', 'VaR 99 % (1 day)', 'Loss that 1 % of days exceed, as observed.'),
  expectedShortfall95: ratio('risk', 'Expected shortfall 95 %', 'Mean loss of the worst 5 % of days.'),
  expectedShortfall99: ratio('risk', 'Expected shortfall 99 %', 'Mean loss of the worst 1 % of days.'),
  parametricVar95: ratio('risk', 'Parametric VaR 95 %', 'As if returns were normal.'),
  parametricVar99: ratio('risk', 'Parametric VaR 99 %', 'As if returns were normal.'),
  parametricEs95: ratio('risk', 'Parametric shortfall 95 %', 'As if returns were normal.'),
  parametricEs99: ratio('risk', 'Parametric shortfall 99 %', 'As if returns were normal.'),
  cornishFisherVar95: ratio(
    'risk',
    'Cornish-Fisher VaR 95 %',
    'Normal, corrected for skewness and kurtosis.',
  ),
  cornishFisherVar99: ratio(
    'risk',
    'Cornish-Fisher VaR 99 %',
    'Normal, corrected for skewness and kurtosis.',
  ),
  cornishFisherValid: {
    ...{ label: 'Cornish-Fisher valid', unit: 'yesNo', group: 'risk', shape: z.boolean().nullable() },
    ...{ definition: 'Whether the correction is monotonic at both levels.', profile: 'ratios' },
  },
  tailRatio: statistic('risk', 'Tail ratio', '95th percentile over the 5th, as sizes.'),
  ulcerIndex: statistic('drawdown', 'Ulcer index', 'Root mean square of the drawdown.'),
  painIndex: statistic('drawdown', 'Pain index', 'Mean drawdown.'),
  recoveryFactor: statistic('drawdown', 'Recovery factor', 'Total return over maximum drawdown.'),
  maxDrawdown: ratio('drawdown', 'Maximum drawdown', 'Deepest fall of daily values below their peak.'),
  longestDrawdownDays: {
    ...statistic('drawdown', 'Longest drawdown', 'Days from a peak until it was reached again.'),
    unit: 'days',
  },
  currentDrawdown: ratio('drawdown', 'Current drawdown', 'Below the peak at the end.'),
  underwaterPeriods: count('drawdown', 'Days below the peak', 'Days that ended below an earlier value.'),
  drawdowns: {
    ...{ label: 'Drawdowns', unit: 'table', group: 'drawdown', shape: tables.drawdowns },
    ...{ definition: 'Episodes below a peak, the deepest first.', profile: 'summary' },
  },
  drawdownCount: count('drawdown', 'Drawdowns counted', 'Episodes below a peak.'),
  periodWinRate: ratio('return', 'Days won', 'Days above 0 over days that are not 0.'),
  averageWin: ratio('return', 'Average win', 'Mean of the days above 0.'),
  averageLoss: ratio('return', 'Average loss', 'Mean of the days below 0.'),
  payoffRatio: statistic('return', 'Payoff ratio', 'Average win over average loss.'),
  periodProfitFactor: statistic('return', 'Profit factor of days', 'Sum of wins over sum of losses.'),
  ...BENCHMARK,
  absoluteProfit: pricedMoney('Profit', 'End value less start value and net deposits.'),
  navStart: pricedMoney('Net asset value at the start', 'At 00:00 UTC of the first day.'),
  navEnd: pricedMoney('Net asset value', 'At the end of the last day.'),
  deposits: money('Deposits', 'From outside the accounts, at their own time.'),
  withdrawals: money('Withdrawals', 'To outside the accounts, at their own time.'),
  netExternalFlow: money('Net external flow', 'Deposits less withdrawals.'),
  externalFlowCount: count(
    'money',
    'External flows',
    'Deposits and withdrawals that no own account explains.',
  ),
  tradingVolume: money('Trading volume', 'Value of all fills.'),
  turnoverAnnualized: statistic('trades', 'Turnover (a year)', 'Half of the volume over mean value, a year.'),
  fees: money('Fees', 'Of trading, less rebates.'),
  transferFees: money('Transfer fees', 'Of transfers, and what they lost on the way.'),
  fillCount: count('trades', 'Fills', 'Executions.'),
  realizedPnl: money('Realized P&L', 'Of closed lots, before fees.'),
  unrealizedPnl: pricedMoney('Unrealized P&L', 'Of what is open at the end.'),
  unrealizedPnlChange: pricedMoney('Change of unrealized P&L', 'Against the start of the period.'),
  fundingPnl: money('Funding', 'Received less paid on perpetual contracts.'),
  borrowInterest: money('Borrow interest', 'Paid on loans less received.'),
  otherIncome: money('Other income', 'Airdrops and other movements of no other kind.'),
  netPnl: money('Net P&L', 'Realized and funding less fees and interest.'),
  currencyEffect: pricedMoney('Currency effect', 'What cash in other currencies gained.'),
  unexplainedPnl: pricedMoney('Unexplained P&L', 'Profit less everything that the rows explain.'),
  closedTradeCount: count('trades', 'Closed trades', 'Orders that closed something.'),
  winCount: count('trades', 'Trades won', 'Closed above 0, net of fees.'),
  lossCount: count('trades', 'Trades lost', 'Closed below 0, net of fees.'),
  breakevenCount: count('trades', 'Trades even', 'Closed at exactly 0, net of fees.'),
  tradeWinRate: ratio('trades', 'Trades won (share)', 'Trades won over closed trades.'),
  profitFactor: statistic('trades', 'Profit factor', 'Net wins over net losses of trades.'),
  expectancy: pricedMoney('Expectancy', 'Mean net profit of a closed trade.'),
  averageHoldingSeconds: {
    ...statistic('trades', 'Average holding', 'Time that matched lots were held, by quantity.'),
    unit: 'seconds',
  },
  grossExposure: {
    ...ratio('exposure', 'Gross exposure', 'Sizes of all positions over value, at the end.'),
    profile: 'summary',
  },
  netExposure: {
    ...ratio('exposure', 'Net exposure', 'Long less short over value, at the end.'),
    profile: 'summary',
  },
  longExposure: {
    ...ratio('exposure', 'Long exposure', 'Long positions over value, at the end.'),
    profile: 'summary',
  },
  shortExposure: {
    ...ratio('exposure', 'Short exposure', 'Short positions over value, at the end.'),
    profile: 'summary',
  },
  symbols: {
    ...{ label: 'Symbols', unit: 'table', group: 'trades', shape: tables.symbols },
    ...{ definition: 'What was traded of each symbol, in money.', profile: 'full' },
  },
  compliance: {
    ...{ label: 'Compliance table', unit: 'table', group: 'money', shape: tables.compliance },
    ...{ definition: 'Calendar years net of fees, deviation, leverage, end values.', profile: 'full' },
  },
} as const satisfies Readonly<Record<string, ReportMetric>>;

/** Name of a metric that a holder may disclose or withhold. */
export type DisclosableMetric = keyof typeof REPORT_METRICS;
/** Name of a metric against the benchmark. */
export type BenchmarkMetric = keyof typeof BENCHMARK;

/** The shape of each metric in a report. */
export type DisclosedMetrics = {
  readonly [Name in DisclosableMetric]: z.output<(typeof REPORT_METRICS)[Name]['shape']>;
};

/** Every name, in the order of the registry. */
export const DISCLOSABLE_METRICS = Object.keys(REPORT_METRICS) as readonly DisclosableMetric[];
/** Names against the benchmark. */
export const BENCHMARK_METRICS = Object.keys(BENCHMARK) as readonly BenchmarkMetric[];

/** Schema of `metrics` of a report: any of the metrics, each in its shape, and nothing else. */
export const disclosedMetrics = schemaOf(DISCLOSABLE_METRICS);

/** The same of version 1, which came before some metrics. */
export const disclosedMetricsOfVersion1 = schemaOf(
  DISCLOSABLE_METRICS.filter((name) => name !== 'coveredPeriods'),
);

function schemaOf(names: readonly DisclosableMetric[]): z.ZodType<Partial<DisclosedMetrics>> {
  return z.strictObject(
    Object.fromEntries(names.map((name) => [name, REPORT_METRICS[name].shape.exactOptional()])),
  );
}

/** The registry entry of a name. */
export function reportMetric(name: DisclosableMetric): ReportMetric {
  return REPORT_METRICS[name];
}

/** Names that a profile shows, in the order of the registry. */
export function metricsOfProfile(profile: Profile): readonly DisclosableMetric[] {
  const reach = PROFILES.indexOf(profile);
  return DISCLOSABLE_METRICS.filter((name) => PROFILES.indexOf(reportMetric(name).profile) <= reach);
}
