/** `metrics`: everything that is computed over a period, with what a reader must know to rely on it. */
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';
import { JsonBytes } from '@perf-aggregator/shared/messages/reply';
import { type PeriodParameters, periodParameters } from '@perf-aggregator/shared/messages/request';
import { type AccountAnswers, sealAnswer } from '../reading/asked.ts';
import { longest } from '../reading/attribution.ts';
import { metricsOf, type PeriodMetrics, scopeOf } from '../reading/metrics.ts';
import { openQuestion, type Question } from '../reading/question.ts';
import { selectedAccounts } from '../reading/selection.ts';
import { type Handler, ok } from './operation.ts';

/** How many open positions an answer lists. The largest come first. */
const POSITION_LIMIT = 50;

export const metrics: Handler = (context, request) => {
  const question = openQuestion(context, request, 'metrics', periodParameters);
  const computed = metricsOf(question);
  const answer = question.session.computed.once(
    'answer',
    canonicalJson(question.parameters),
    () => new JsonBytes(toAnswer(question, computed)),
  );
  return Promise.resolve(ok(sealAnswer(question, answer)));
};

function toAnswer(question: Question<PeriodParameters>, computed: PeriodMetrics): AccountAnswers['metrics'] {
  const { session, selection } = question;
  const { positions } = computed.exposure;
  return {
    ...scopeOf(question),
    ...computed,
    ...longest(computed.attribution),
    exposure: {
      ...computed.exposure,
      positions: positions.slice(0, POSITION_LIMIT),
      positionCount: positions.length,
    },
    accounts: selectedAccounts(session.state, selection).map(({ access, coverage, failure }) => ({
      account: access.account,
      venue: access.venue,
      coverage,
      failure,
    })),
    provenance: session.ledger.provenance,
  };
}
