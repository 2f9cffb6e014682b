/** `metrics`: everything that is computed over a period, with what a reader must know to believe it. */
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';
import { JsonBytes } from '@perf-aggregator/shared/messages/reply';
import { type PeriodParameters, periodParameters } from '@perf-aggregator/shared/messages/request';
import type { EnclaveContext } from '../context.ts';
import type { Session } from '../sessions/session.ts';
import { metricsOf, type PeriodMetrics, scopeOf } from './account.ts';
import { longest } from './attribution.ts';
import { type Handler, ok, readParameters, sealResult } from './operation.ts';
import { accountsOf, selectionOf } from './selection.ts';

/** Open positions that an answer lists: the largest. */
const POSITION_LIMIT = 50;

export const metrics: Handler = (context, request) => {
  const session = context.vault.find(request);
  const { asked, parameters } = readParameters(context, session, request, periodParameters);
  const computed = metricsOf(context, session, asked, parameters);
  const result = session.computed.once(
    'answer',
    canonicalJson(parameters),
    () => new JsonBytes(toResult(context, session, computed, parameters)),
  );
  return Promise.resolve(ok(sealResult(context, session, asked, result)));
};

function toResult(
  context: EnclaveContext,
  session: Session,
  metrics: PeriodMetrics,
  parameters: PeriodParameters,
) {
  const { positions } = metrics.exposure;
  return {
    ...scopeOf(context, session, parameters),
    ...metrics,
    ...longest(metrics.attribution),
    exposure: {
      ...metrics.exposure,
      positions: positions.slice(0, POSITION_LIMIT),
      positionCount: positions.length,
    },
    accounts: accountsOf(session, selectionOf(session, parameters)).map(({ access, coverage, failure }) => ({
      account: access.account,
      venue: access.venue,
      coverage,
      failure,
    })),
    provenance: session.ledger.provenance,
  };
}
