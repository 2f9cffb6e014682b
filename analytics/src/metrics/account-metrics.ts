/** Metrics of an account history over a period: the one call that a handler makes. */
import type { AccountHistory, DataQuality } from '../history.ts';
import { type Amount, formatMoney } from '../ledger/decimal.ts';
import type { Decimal } from '../ledger/entry.ts';
import { sumFlows } from '../valuation/flows.ts';
import type { Reconciliation } from '../valuation/reconciliation.ts';
import { adverseReturn } from './adverse.ts';
import { absoluteProfit, modifiedDietz, simpleReturnOnFlows } from './money.ts';
import { type Outcome, settle } from './outcome.ts';
import { type AccountPeriod, selectPeriod } from './period.ts';
import type { PeriodBounds } from './period-bounds.ts';
import type { RateParameters } from './rates.ts';
import { type ReturnsMetrics, returnsMetrics } from './returns-metrics.ts';
import { observed, type ReturnSeries } from './series.ts';
import { type TradingMetrics, tradingMetrics } from './trading.ts';

/** The period and the rates. */
export interface MetricsParameters extends PeriodBounds, RateParameters {}

/** Drawdowns that an answer lists: the deepest. */
const DRAWDOWN_LIMIT = 20;

/** Numbers that need the values and flows, not only the returns. */
export type AccountField = 'adverseReturn' | 'simpleReturnOnFlows' | 'modifiedDietz' | 'backfilledShare';

/**
 * Every metric of METRICS.md in scope, by its name there. Ratios are numbers (0.05 = 5 %), money exact
 * decimal text in the reporting currency, times ms UTC. Null: see `undefinedReasons`.
 */
export interface Metrics
  extends ReturnsMetrics,
    TradingMetrics,
    Readonly<Record<AccountField, number | null>> {
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
  /** Of the whole history, whatever the period. */
  readonly reconciliation: Reconciliation;
  /** Of the whole history, whatever the period. */
  readonly dataQuality: DataQuality;
}

/**
 * Metrics of the days of `history` that lie wholly in the period.
 * @throws InputError `analytics_range_invalid`, `analytics_parameter_invalid`
 */
export function computeMetrics(history: AccountHistory, parameters: MetricsParameters = {}): Metrics {
  const period = selectPeriod(history, parameters);
  const base = returnsMetrics(period.series, { ...parameters, drawdownLimit: DRAWDOWN_LIMIT });
  const { values, reasons } = settle<AccountField>({
    adverseReturn: adverseReturn(period, history.reconciliation, base.totalReturn),
    simpleReturnOnFlows: simpleReturnOnFlows(period),
    modifiedDietz: modifiedDietz(period),
    backfilledShare: backfilledShare(period.series, history.liveSince),
  });
  const money = moneyOf(period);
  return {
    ...base,
    ...tradingMetrics(period.trading),
    ...values,
    ...money,
    startTime: period.startTime,
    endTime: period.endTime,
    reportingCurrency: history.reportingCurrency,
    asOf: history.asOf,
    liveSince: history.liveSince,
    earliestActivity: history.earliestActivity,
    periodIsFullHistory: period.series.returns.length === history.days.length,
    reconciliation: history.reconciliation,
    dataQuality: history.dataQuality,
    undefinedReasons: {
      ...base.undefinedReasons,
      ...reasons,
      ...(money.absoluteProfit === null ? { absoluteProfit: 'noData' as const } : {}),
    },
  };
}

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
