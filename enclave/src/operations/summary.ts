/** `summary`: the few numbers of a dashboard. */
import { periodParameters } from '@perf-aggregator/shared/messages/request';
import { environmentOf, metricsOf } from './account.ts';
import { type Handler, ok, readParameters, sealResult } from './operation.ts';

export const summary: Handler = (context, request) => {
  context.boot.keyring();
  const session = context.vault.find(request);
  const { asked, parameters } = readParameters(context, session, request, periodParameters);
  const metrics = metricsOf(context, session, asked, parameters);
  const { state } = session;
  const result = {
    environment: environmentOf(context, session),
    reportingCurrency: metrics.reportingCurrency,
    startTime: metrics.startTime,
    endTime: metrics.endTime,
    navEnd: metrics.navEnd,
    totalReturn: metrics.totalReturn,
    annualizedReturn: metrics.annualizedReturn,
    volatilityAnnualized: metrics.volatilityAnnualized,
    sharpeRatio: metrics.sharpeRatio,
    maxDrawdown: metrics.maxDrawdown,
    fillCount: metrics.fillCount,
    symbolCount: metrics.symbols.filter(({ fillCount }) => fillCount > 0).length,
    accountCount: state.accounts.length,
    unexplainedShare: metrics.reconciliation.unexplainedShare,
    expiresAt: state.expiresAt,
    asOf: metrics.asOf,
  };
  return Promise.resolve(ok(sealResult(context, session, asked, result)));
};
