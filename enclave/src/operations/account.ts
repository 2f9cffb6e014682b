/** What the reading operations share: what is computed of a session's history, each thing once. */
import { type AccountHistory, computeMetrics, InputError, type Metrics } from '@perf-aggregator/analytics';
import type { PeriodBounds } from '@perf-aggregator/analytics/time/period-bounds';
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';
import type { PeriodParameters, SelectionParameters } from '@perf-aggregator/shared/messages/request';
import type { EnclaveContext } from '../context.ts';
import { Refusal, SealedRefusal } from '../errors.ts';
import type { ComputedKind } from '../sessions/computed.ts';
import type { Session } from '../sessions/session.ts';
import { type Asked, refuseSealed, sealRefusal } from './operation.ts';
import { historyOfSelection, requireBenchmark, selectionOf } from './selection.ts';

const DAY_MS = 86_400_000;
const RETRY_MS = 500;
/** What an analysis says of parameters; of anything else it complains only where the enclave is wrong. */
const PARAMETER_CODES: ReadonlySet<string> = new Set([
  'analytics_range_invalid',
  'analytics_parameter_invalid',
]);

/** What a client is told the numbers are about. */
export type Environment = 'production' | 'sandbox' | 'simulated';

/** Metrics of a period, with the daily returns behind them. */
export interface PeriodMetrics extends Metrics {
  /** Return of each day of the period, null where there is none. */
  readonly periodReturns: readonly (number | null)[];
  /** Deposits and withdrawals of the period that no own account explains. */
  readonly externalFlowCount: number;
}

/**
 * What `compute` makes of the history that `parameters` select, as of the last complete synchronisation; made once for
 * each ledger, kind and parameters.
 * @throws Refusal `sync_pending` with sealed progress; `query_refused` with the sealed reason when a venue refuses,
 *   the parameters do not fit, or nothing prices what they name
 */
export function computedOf<T, P extends SelectionParameters & { readonly benchmark?: string | undefined }>(
  context: EnclaveContext,
  session: Session,
  asked: Asked,
  kind: ComputedKind,
  parameters: P,
  compute: (history: AccountHistory) => T,
): T {
  requireComplete(context, session, asked);
  try {
    const selection = selectionOf(session, parameters);
    const history = historyOfSelection(session, selection);
    requireBenchmark(history, parameters.benchmark);
    return session.computed.once(kind, canonicalJson({ ...parameters, ...selection }), () =>
      compute(history),
    );
  } catch (error) {
    if (error instanceof SealedRefusal) throw refuseSealed(context, session, asked, error);
    if (!(error instanceof InputError) || !PARAMETER_CODES.has(error.code)) throw error;
    throw refuseSealed(context, session, asked, new SealedRefusal('parameters_malformed', error.message));
  }
}

/** Metrics of the period that `parameters` name; of the whole history without any. */
export function metricsOf(
  context: EnclaveContext,
  session: Session,
  asked: Asked,
  parameters: PeriodParameters,
): PeriodMetrics {
  return computedOf(context, session, asked, 'metrics', parameters, (history) =>
    compute(history, parameters),
  );
}

/** Bounds of a question as the analytics take them: days are named, both ends included; they take instants. */
export function boundsOf({ from, to, period }: SelectionParameters): PeriodBounds {
  return {
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) + DAY_MS }),
    ...(period === undefined ? {} : { period }),
  };
}

/** What of a session an answer is about, as every answer says it. */
export function scopeOf(context: EnclaveContext, session: Session, parameters: SelectionParameters) {
  const { account, currency, method } = selectionOf(session, parameters);
  return { environment: environmentOf(context, session), account, reportingCurrency: currency, method };
}

/** What the numbers are about, from what cannot be lied about: the NSM's root and the venue's system. */
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

function requireComplete(context: EnclaveContext, session: Session, asked: Asked): void {
  const unread = session.state.accounts.filter(({ complete }) => !complete);
  if (unread.length === 0) return;
  const failed = unread.find(({ failure }) => failure !== null);
  if (failed) {
    throw refuseSealed(context, session, asked, {
      code: failed.failure!,
      message: `${failed.access.account} (${failed.access.venue}) cannot be read`,
    });
  }
  const progress = session.state.accounts.reduce((sum, account) => sum + account.progress, 0);
  throw new Refusal('sync_pending', 'the account is still being read', {
    retryAfterMs: RETRY_MS,
    sealed: sealRefusal(
      context,
      session,
      asked,
      { code: 'sync_pending', message: 'the account is still being read' },
      { progress: progress / session.state.accounts.length, entries: session.ledger.entries.length },
    ),
  });
}
