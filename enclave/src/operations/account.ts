/** What the reading operations share: the session's history, built once per version, and its periods. */
import {
  type AccountHistory,
  buildAccountHistory,
  computeMetrics,
  InputError,
  type Metrics,
} from '@perf-aggregator/analytics';
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';
import type { PeriodParameters } from '@perf-aggregator/shared/messages/request';
import type { EnclaveContext } from '../context.ts';
import { Refusal, SealedRefusal } from '../errors.ts';
import { computeOnce, type Session } from '../sessions/session.ts';
import { type Asked, refuseSealed, sealRefusal } from './operation.ts';

const DAY_MS = 86_400_000;
const RETRY_MS = 500;

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
 * The session's history, as of its last complete synchronisation.
 * @throws Refusal `sync_pending` with sealed progress; `query_refused` with the sealed reason when a venue
 *   refuses
 */
export function historyOf(context: EnclaveContext, session: Session, asked: Asked): AccountHistory {
  const { accounts, createdAt, reportingCurrency } = session.state;
  requireComplete(context, session, asked);
  return computeOnce(session, 'history', () => {
    const snapshots = accounts.flatMap(({ access, snapshot }) =>
      snapshot ? [{ account: access.account, ...snapshot }] : [],
    );
    const asOf = Math.min(...snapshots.map(({ time }) => time));
    const { entries, marks } = session.ledger;
    return buildAccountHistory({ entries, marks, snapshots, reportingCurrency, asOf, liveSince: createdAt });
  });
}

/** Metrics of the period that `parameters` name; of the whole history without any. */
export function metricsOf(
  context: EnclaveContext,
  session: Session,
  asked: Asked,
  parameters: PeriodParameters,
): PeriodMetrics {
  const history = historyOf(context, session, asked);
  try {
    return computeOnce(session, `metrics ${canonicalJson(parameters)}`, () => compute(history, parameters));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw refuseSealed(context, session, asked, new SealedRefusal('parameters_malformed', error.message));
  }
}

/** What the numbers are about, from what cannot be lied about: the NSM's root and the venue's system. */
export function environmentOf(context: EnclaveContext, session: Session): Environment {
  if (context.simulated) return 'simulated';
  return session.state.accounts.some(({ access }) => access.sandbox) ? 'sandbox' : 'production';
}

function compute(history: AccountHistory, parameters: PeriodParameters): PeriodMetrics {
  const { from, to, ...rates } = parameters;
  const metrics = computeMetrics(history, {
    ...definedOf(rates),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    // Days are named, both ends included; the analytics take instants.
    ...(to === undefined ? {} : { to: Date.parse(to) + DAY_MS }),
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

function definedOf(rates: Omit<PeriodParameters, 'from' | 'to'>) {
  const { riskFreeRateAnnual, minimumAcceptableReturnAnnual } = rates;
  return {
    ...(riskFreeRateAnnual === undefined ? {} : { riskFreeRateAnnual }),
    ...(minimumAcceptableReturnAnnual === undefined ? {} : { minimumAcceptableReturnAnnual }),
  };
}
