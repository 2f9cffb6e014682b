/** `returns`: the days of a period, in pages. */
import { dailyReturns } from '@perf-aggregator/analytics';
import type { DailyReturns } from '@perf-aggregator/analytics/metrics/daily-returns';
import { RETURNS_PAGE, returnsParameters } from '@perf-aggregator/shared/messages/request';
import { SealedRefusal } from '../errors.ts';
import { boundsOf, computedOf, scopeOf } from './account.ts';
import { type Handler, ok, readParameters, refuseSealed, sealResult } from './operation.ts';

export const returns: Handler = (context, request) => {
  const session = context.vault.find(request);
  const { asked, parameters } = readParameters(context, session, request, returnsParameters);
  const { cursor, limit = RETURNS_PAGE.default, ...question } = parameters;
  const { asOf, navStart, days } = computedOf(context, session, asked, 'returns', question, (history) => {
    const { window, benchmark, riskFreeRateAnnual } = question;
    const computed = dailyReturns(history, {
      ...boundsOf(question),
      ...(window === undefined ? {} : { window }),
      ...(benchmark === undefined ? {} : { benchmark }),
      ...(riskFreeRateAnnual === undefined ? {} : { riskFreeRateAnnual }),
    });
    return { asOf: history.asOf, ...computed };
  });
  const first = cursor === undefined ? 0 : days.findIndex(({ day }) => day === cursor);
  if (first === -1) {
    const reason = new SealedRefusal('parameters_malformed', 'cursor: not a day of this period');
    throw refuseSealed(context, session, asked, reason);
  }
  const result = {
    ...scopeOf(context, session, question),
    asOf,
    ...extent(days),
    benchmark: question.benchmark ?? null,
    window: question.window ?? null,
    navStart,
    days: days.slice(first, first + limit),
    nextCursor: days[first + limit]?.day ?? null,
  };
  return Promise.resolve(ok(sealResult(context, session, asked, result)));
};

/** The whole period, whatever the page. */
function extent(days: DailyReturns['days']) {
  return { from: days[0]?.day ?? null, to: days.at(-1)?.day ?? null, dayCount: days.length };
}
