/** Metrics of an account history over a period. A handler makes this one call. */
import { type Amount, type Decimal, formatMoney, toNumber, ZERO } from '../amount/decimal.ts';
import { InputError } from '../errors.ts';
import type { AccountHistory } from '../history/account-history.ts';
import type { DataQuality } from '../history/data-quality.ts';
import { type Outcome, settle } from '../outcome.ts';
import type { CashFlowField } from '../series/cash-flow-metrics.ts';
import type { RateParameters } from '../series/rates.ts';
import { observed, type ReturnSeries, toReturnSeries } from '../series/return-series.ts';
import { type ReturnsMetrics, returnsMetrics } from '../series/returns-metrics.ts';
import type { PeriodBounds } from '../time/period-bounds.ts';
import { absoluteProfit } from '../valuation/absolute-profit.ts';
import { sumFlows } from '../valuation/flows.ts';
import { illiquidPnlShare } from '../valuation/illiquid.ts';
import type { Reconciliation } from '../valuation/reconciliation.ts';
import { type AccountBenchmark, againstBenchmark, benchmarkSeries } from './account-benchmark.ts';
import { adverseReturn } from './adverse.ts';
import { type AssetCorrelation, assetCorrelation } from './asset-correlation.ts';
import { type Compliance, compliance } from './compliance.ts';
import { type Exposure, exposure } from './exposure.ts';
import { type IdentityCheck, monthlyIdentity } from './identity.ts';
import { cashFlowsOf, timeWeightedCapital } from './money.ts';
import { type AccountPeriod, selectPeriod } from './period.ts';
import { explainProfit, type ProfitMetrics } from './profit.ts';
import { type RiskAmount, riskAmounts } from './risk-amounts.ts';
import { type TradingMetrics, tradingMetrics } from './trading.ts';

/** The period, the rates, and the benchmark. */
export interface MetricsParameters extends PeriodBounds, RateParameters {
  /** An asset that the history's marks price: its daily closes are the benchmark. */
  readonly benchmark?: string;
  /**
   * Management fee, as a share of assets a year. The net returns of the compliance table are lower by it; 0 when left
   * out.
   */
  readonly managementFeeAnnual?: number;
}

/** How many drawdowns an answer lists. The deepest come first. */
const DRAWDOWN_LIMIT = 20;

/** Numbers that need the values and flows, not only the returns. */
export type AccountField = ValueField | CashFlowField;
type ValueField = 'adverseReturn' | 'backfilledShare' | 'turnoverAnnualized' | 'illiquidPnlShare';

/**
 * Every metric of docs/metrics.md, by its name there. Ratios are numbers (0.05 = 5 %), money exact
 * decimal text in the reporting currency, times ms UTC. Null: see `undefinedReasons`.
 */
export interface Metrics
  extends ReturnsMetrics,
    TradingMetrics,
    ProfitMetrics,
    Readonly<Record<AccountField, number | null>>,
    Readonly<Record<RiskAmount, Decimal | null>> {
  readonly reportingCurrency: string;
  readonly asOf: number;
  readonly liveSince: number | null;
  readonly earliestActivity: number | null;
  readonly periodIsFullHistory: boolean;
  readonly navStart: Decimal | null;
  readonly navEnd: Decimal | null;
  readonly deposits: Decimal;
  readonly withdrawals: Decimal;
  readonly netExternalFlow: Decimal;
  readonly absoluteProfit: Decimal | null;
  readonly xirrMultipleRoots: boolean;
  /** At the end of the period. */
  readonly exposure: Exposure;
  /** Of the assets held in the period. */
  readonly correlation: AssetCorrelation;
  readonly identityChecks: readonly IdentityCheck[];
  /** Null: no benchmark was requested. */
  readonly benchmark: AccountBenchmark | null;
  /** Of the whole history, whatever the period. */
  readonly compliance: Compliance;
  /** Of the whole history, whatever the period. */
  readonly reconciliation: Reconciliation;
  /** Of the whole history, whatever the period. */
  readonly dataQuality: DataQuality;
}

/**
 * Metrics of the days of `history` that are wholly in the period.
 * @throws InputError `analytics_range_invalid`, `analytics_parameter_invalid`
 */
export function computeMetrics(history: AccountHistory, parameters: MetricsParameters = {}): Metrics {
  const period = selectPeriod(history, parameters);
  const base = returnsMetrics(period.series, { ...parameters, drawdownLimit: DRAWDOWN_LIMIT });
  const { profit, checks, trades } = explainProfit(history, period, timeWeightedCapital(period));
  const { values, reasons } = settle<ValueField>({
    adverseReturn: adverseReturn(period, history.reconciliation, base.totalReturn),
    backfilledShare: backfilledShare(period.series, history.liveSince),
    turnoverAnnualized: turnoverAnnualized(history, period),
    illiquidPnlShare: illiquidShare(history, period),
  });
  const money = moneyOf(period);
  const amounts = riskAmounts(base, period.navEnd);
  const { undefinedReasons: flowReasons, ...flowValues } = cashFlowsOf(period);
  return {
    ...base,
    ...tradingMetrics(period.trading),
    ...values,
    ...flowValues,
    ...profit,
    ...money,
    ...amounts.values,
    startTime: period.startTime,
    endTime: period.endTime,
    reportingCurrency: history.reportingCurrency,
    asOf: history.asOf,
    liveSince: history.liveSince,
    earliestActivity: history.earliestActivity,
    periodIsFullHistory: period.series.returns.length === history.days.length,
    exposure: exposureAtEnd(history, period),
    correlation: assetCorrelation(history, period),
    identityChecks: [...checks, monthlyIdentity(base.monthlyReturns, base.totalReturn, base.wipedOut)],
    benchmark:
      parameters.benchmark === undefined
        ? null
        : againstBenchmark(history, period, parameters.benchmark, parameters),
    compliance: complianceOf(history, parameters),
    reconciliation: history.reconciliation,
    dataQuality: history.dataQuality,
    undefinedReasons: {
      ...base.undefinedReasons,
      ...flowReasons,
      ...trades.undefinedReasons,
      ...reasons,
      ...amounts.reasons,
      ...unknownMoney({ ...money, ...profit }),
    },
  };
}

/** Money that is null: a value behind it is not known. */
function unknownMoney(money: Readonly<Record<(typeof MONEY_FIELDS)[number], Decimal | null>>) {
  const unknown = MONEY_FIELDS.filter((field) => money[field] === null);
  return Object.fromEntries(unknown.map((field) => [field, 'noData' as const]));
}

const MONEY_FIELDS = [
  'navStart',
  'navEnd',
  'absoluteProfit',
  'unrealizedPnl',
  'unrealizedPnlChange',
  'currencyEffect',
  'unexplainedPnl',
] as const;

function moneyOf(period: AccountPeriod) {
  const text = (amount: Amount | null) => amount && formatMoney(amount);
  const deposits = sumFlows(period.flows, 'deposit');
  const withdrawals = sumFlows(period.flows, 'withdrawal');
  return {
    navStart: text(period.navStart),
    navEnd: text(period.navEnd),
    deposits: formatMoney(deposits),
    withdrawals: formatMoney(withdrawals),
    netExternalFlow: formatMoney(deposits.minus(withdrawals)),
    absoluteProfit: text(absoluteProfit(period)),
  };
}

/** Share of the observed returns of days that began before `liveSince`. */
function backfilledShare(series: ReturnSeries, liveSince: number | null): Outcome {
  const { starts } = observed(series);
  if (liveSince === null || starts.length === 0) return 'noData';
  return starts.filter((start) => start < liveSince).length / starts.length;
}

/** `turnoverAnnualized`: half of the volume over mean NAV, by 365 days. */
function turnoverAnnualized(history: AccountHistory, { days, trading }: AccountPeriod): Outcome {
  const navs = history.exact.nav.slice(days.from, days.to + 1).filter((nav) => nav !== null);
  if (days.from === days.to || navs.length === 0) return 'noData';
  const mean = toNumber(navs.reduce((sum, nav) => sum.plus(nav), ZERO)) / navs.length;
  if (!(mean > 0)) return 'nonPositiveNav';
  const volume = toNumber(trading.reduce((sum, row) => sum.plus(row.volume), ZERO));
  return ((volume / 2 / mean) * 365) / (days.to - days.from);
}

/** `illiquidPnlShare` of the days of the period; that of `dataQuality` is of the whole history. */
function illiquidShare(history: AccountHistory, period: AccountPeriod): Outcome {
  const { from, to } = period.days;
  const gains = history.exact.illiquidPnl.slice(from, to);
  if (gains.length === 0) return 'noData';
  if (gains.every((gain) => gain.isZero())) return 0;
  const profit = absoluteProfit(period);
  return illiquidPnlShare(profit, gains) ?? (profit === null ? 'noData' : 'zeroDenominator');
}

function exposureAtEnd(history: AccountHistory, { days, endTime, navEnd }: AccountPeriod): Exposure {
  const { open, prices } = history.exact;
  const isEmpty = endTime === null;
  return exposure(
    isEmpty ? [] : (open[days.to] ?? []),
    prices,
    endTime ?? 0,
    isEmpty ? null : navEnd,
    history.reportingCurrency,
  );
}

function complianceOf(
  history: AccountHistory,
  { benchmark, managementFeeAnnual = 0, riskFreeRateAnnual }: MetricsParameters,
): Compliance {
  if (!(managementFeeAnnual >= 0 && managementFeeAnnual < 1)) {
    throw new InputError('analytics_parameter_invalid', 'a management fee is not a share of assets');
  }
  const series = toReturnSeries(history.returns, history.startTime ?? 0);
  const against = benchmark === undefined ? null : benchmarkSeries(history, series, benchmark);
  return compliance(history, series, against, {
    managementFeeAnnual,
    ...(riskFreeRateAnnual === undefined ? {} : { riskFreeRateAnnual }),
  });
}
