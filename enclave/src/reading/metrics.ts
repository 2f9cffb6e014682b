/** Metrics in the form of answers and reports, and the scope that every answer begins with. */
import { type AccountHistory, computeMetrics, type Metrics } from '@perf-aggregator/analytics';
import type { PeriodBounds } from '@perf-aggregator/analytics/time/period-bounds';
import type { MetricsAdditions } from '@perf-aggregator/shared/messages/answers/metrics';
import type { Scope } from '@perf-aggregator/shared/messages/answers/scope';
import type { Environment } from '@perf-aggregator/shared/messages/environment';
import type { PeriodParameters, SelectionParameters } from '@perf-aggregator/shared/messages/request';
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { EnclaveContext } from '../context/context.ts';
import type { Session } from '../sessions/session.ts';
import { computedOf } from './history.ts';
import type { Question } from './question.ts';

/** Metrics of a period, with the daily returns behind them. */
export interface PeriodMetrics extends Metrics, MetricsAdditions {}

/** Metrics of the period that the question names, or else of the whole history. */
export function metricsOf(question: Question<PeriodParameters>): PeriodMetrics {
  return computedOf(question, 'metrics', (history) => compute(history, question.parameters));
}

/**
 * Bounds of a question in the form of the analytics. A question names days, with both ends included. The analytics use
 * instants.
 */
export function boundsOf({ from, to, period }: SelectionParameters): PeriodBounds {
  return {
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) + DAY_MS }),
    ...(period === undefined ? {} : { period }),
  };
}

/** What an answer is about, in the form that every answer has. */
export function scopeOf({ context, session, selection }: Question<unknown>): Omit<Scope, 'asOf'> {
  const { account, currency, method } = selection;
  return { environment: environmentOf(context, session), account, reportingCurrency: currency, method };
}

/** The environment of the numbers, from two facts that cannot be forged: the NSM's root and the venue's system. */
export function environmentOf(context: EnclaveContext, session: Session): Environment {
  if (context.simulated) return 'simulated';
  return session.state.accounts.some(({ access }) => access.sandbox) ? 'sandbox' : 'production';
}

function compute(history: AccountHistory, parameters: PeriodParameters): PeriodMetrics {
  const { benchmark, riskFreeRateAnnual, minimumAcceptableReturnAnnual, managementFeeAnnual } = parameters;
  const metrics = computeMetrics(history, {
    ...boundsOf(parameters),
    ...(benchmark === undefined ? {} : { benchmark }),
    ...(riskFreeRateAnnual === undefined ? {} : { riskFreeRateAnnual }),
    ...(minimumAcceptableReturnAnnual === undefined ? {} : { minimumAcceptableReturnAnnual }),
    ...(managementFeeAnnual === undefined ? {} : { managementFeeAnnual }),
  });
  return {
    ...metrics,
    periodReturns: returnsWithin(history, metrics),
    externalFlowCount: history.flows.filter(({ time }) => isWithin(time, metrics)).length,
  };
}

function returnsWithin(history: AccountHistory, period: Metrics): (number | null)[] {
  const within = history.days.map((end) => isWithin(end - DAY_MS, period));
  return [...history.returns]
    .filter((_, day) => within[day])
    .map((value) => (Number.isNaN(value) ? null : value));
}

function isWithin(time: number, { startTime, endTime }: Metrics): boolean {
  return startTime !== null && endTime !== null && time >= startTime && time < endTime;
}
