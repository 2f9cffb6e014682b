/** `metrics`: everything that is computed over a period, with what a reader must know to believe it. */
import { periodParameters } from '@perf-aggregator/shared/messages/request';
import { environmentOf, metricsOf } from './account.ts';
import { type Handler, ok, readParameters, sealResult } from './operation.ts';

export const metrics: Handler = (context, request) => {
  context.boot.keyring();
  const session = context.vault.find(request);
  const { asked, parameters } = readParameters(context, session, request, periodParameters);
  const result = {
    environment: environmentOf(context, session),
    ...metricsOf(context, session, asked, parameters),
    accounts: session.state.accounts.map(({ access, coverage, failure }) => ({
      account: access.account,
      venue: access.venue,
      coverage,
      failure,
    })),
    provenance: session.ledger.provenance,
  };
  return Promise.resolve(ok(sealResult(context, session, asked, result)));
};
