/** `summary`: the few numbers of a dashboard. */
import { periodParameters } from '@perf-aggregator/shared/messages/request';
import { metricsOf, scopeOf } from './account.ts';
import { type Handler, ok, readParameters, sealResult } from './operation.ts';
import { accountsOf, selectionOf } from './selection.ts';

export const summary: Handler = (context, request) => {
  const session = context.vault.find(request);
  const { asked, parameters } = readParameters(context, session, request, periodParameters);
  const metrics = metricsOf(context, session, asked, parameters);
  const { state } = session;
  const result = {
    ...scopeOf(context, session, parameters),
    startTime: metrics.startTime,
    endTime: metrics.endTime,
    navEnd: metrics.navEnd,
    absoluteProfit: metrics.absoluteProfit,
    realizedPnl: metrics.realizedPnl,
    unrealizedPnl: metrics.unrealizedPnl,
    totalReturn: metrics.totalReturn,
    annualizedReturn: metrics.annualizedReturn,
    volatilityAnnualized: metrics.volatilityAnnualized,
    sharpeRatio: metrics.sharpeRatio,
    sortinoRatio: metrics.sortinoRatio,
    maxDrawdown: metrics.maxDrawdown,
    currentDrawdown: metrics.currentDrawdown,
    tradeWinRate: metrics.tradeWinRate,
    profitFactor: metrics.profitFactor,
    grossExposure: metrics.exposure.grossExposure,
    beta: metrics.benchmark?.beta ?? null,
    fillCount: metrics.fillCount,
    symbolCount: metrics.symbols.filter(({ fillCount }) => fillCount > 0).length,
    accountCount: accountsOf(session, selectionOf(session, parameters)).length,
    unexplainedShare: metrics.reconciliation.unexplainedShare,
    expiresAt: state.expiresAt,
    asOf: metrics.asOf,
  };
  return Promise.resolve(ok(sealResult(context, session, asked, result)));
};
