/** `metrics`: everything that is computed over a period, with what a reader must know to believe it. */
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';
import { JsonBytes } from '@perf-aggregator/shared/messages/reply';
import { periodParameters } from '@perf-aggregator/shared/messages/request';
import type { EnclaveContext } from '../context.ts';
import { computeOnce, type Session } from '../sessions/session.ts';
import { environmentOf, metricsOf, type PeriodMetrics } from './account.ts';
import { type Handler, ok, readParameters, sealResult } from './operation.ts';

export const metrics: Handler = (context, request) => {
  context.boot.keyring();
  const session = context.vault.find(request);
  const { asked, parameters } = readParameters(context, session, request, periodParameters);
  const computed = metricsOf(context, session, asked, parameters);
  const result = computeOnce(
    session,
    `metrics result ${canonicalJson(parameters)}`,
    () => new JsonBytes(toResult(context, session, computed)),
  );
  return Promise.resolve(ok(sealResult(context, session, asked, result)));
};

function toResult(context: EnclaveContext, session: Session, metrics: PeriodMetrics) {
  return {
    environment: environmentOf(context, session),
    ...metrics,
    accounts: session.state.accounts.map(({ access, coverage, failure }) => ({
      account: access.account,
      venue: access.venue,
      coverage,
      failure,
    })),
    provenance: session.ledger.provenance,
  };
}
