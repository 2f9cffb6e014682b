/** `summary`: the few numbers of a dashboard. */
import { periodParameters } from '@perf-aggregator/shared/messages/request';
import { sealAnswer } from '../reading/asked.ts';
import { metricsOf, scopeOf } from '../reading/metrics.ts';
import { openQuestion } from '../reading/question.ts';
import { selectedAccounts } from '../reading/selection.ts';
import { type Handler, ok } from './operation.ts';

export const summary: Handler = (context, request) => {
  const question = openQuestion(context, request, 'summary', periodParameters);
  const metrics = metricsOf(question);
  const { state } = question.session;
  const answer = {
    ...scopeOf(question),
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
    accountCount: selectedAccounts(state, question.selection).length,
    unexplainedShare: metrics.reconciliation.unexplainedShare,
    expiresAt: state.expiresAt,
    asOf: metrics.asOf,
  };
  return Promise.resolve(ok(sealAnswer(question, answer)));
};
