/** `returns`: the days of a period, in pages. */
import { dailyReturns } from '@perf-aggregator/analytics';
import type { DailyReturns } from '@perf-aggregator/analytics/metrics/daily-returns';
import { RETURNS_PAGE, returnsParameters } from '@perf-aggregator/shared/messages/request';
import { SealedRefusal } from '../errors.ts';
import { refuse, sealAnswer } from '../reading/asked.ts';
import { computedOf } from '../reading/history.ts';
import { boundsOf, scopeOf } from '../reading/metrics.ts';
import { openQuestion, withParameters } from '../reading/question.ts';
import { type Handler, ok } from './operation.ts';

export const returns: Handler = (context, request) => {
  const question = openQuestion(context, request, 'returns', returnsParameters);
  const { cursor, limit = RETURNS_PAGE.default, ...whole } = question.parameters;
  const { asOf, navStart, days } = computedOf(withParameters(question, whole), 'returns', (history) => {
    const { window, benchmark, riskFreeRateAnnual } = whole;
    const computed = dailyReturns(history, {
      ...boundsOf(whole),
      ...(window === undefined ? {} : { window }),
      ...(benchmark === undefined ? {} : { benchmark }),
      ...(riskFreeRateAnnual === undefined ? {} : { riskFreeRateAnnual }),
    });
    return { asOf: history.asOf, ...computed };
  });
  const first = cursor === undefined ? 0 : days.findIndex(({ day }) => day === cursor);
  if (first === -1) {
    throw refuse(question, new SealedRefusal('parameters_malformed', 'cursor: not a day of this period'));
  }
  const answer = {
    ...scopeOf(question),
    asOf,
    ...extent(days),
    benchmark: whole.benchmark ?? null,
    window: whole.window ?? null,
    navStart,
    days: days.slice(first, first + limit),
    nextCursor: days[first + limit]?.day ?? null,
  };
  return Promise.resolve(ok(sealAnswer(question, answer)));
};

/** The whole period, whatever the page. */
function extent(days: DailyReturns['days']) {
  return { from: days[0]?.day ?? null, to: days.at(-1)?.day ?? null, dayCount: days.length };
}
