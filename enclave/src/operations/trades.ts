/** `trades`: round trips of a period, newest first, in pages. */
import { roundTrips } from '@perf-aggregator/analytics';
import { compareRoundTripIds } from '@perf-aggregator/analytics/metrics/round-trips';
import { TRADES_PAGE, tradesParameters } from '@perf-aggregator/shared/messages/request';
import { isoDay } from '@perf-aggregator/shared/time';
import { sealAnswer } from '../reading/asked.ts';
import { computedOf } from '../reading/history.ts';
import { boundsOf, scopeOf } from '../reading/metrics.ts';
import { openQuestion, withParameters } from '../reading/question.ts';
import { type Handler, ok } from './operation.ts';

export const trades: Handler = (context, request) => {
  const question = openQuestion(context, request, 'trades', tradesParameters);
  const { cursor, limit = TRADES_PAGE.default, ...whole } = question.parameters;
  const { asOf, startTime, endTime, trips, ...totals } = computedOf(
    withParameters(question, whole),
    'trades',
    (history) => {
      const { symbol } = whole;
      const computed = roundTrips(history, {
        ...boundsOf(whole),
        ...(symbol === undefined ? {} : { symbol }),
      });
      return { asOf: history.asOf, ...computed };
    },
  );
  // The page starts after the last round trip that the client saw, whatever was added or removed since.
  const after = cursor === undefined ? 0 : trips.findIndex(({ id }) => compareRoundTripIds(id, cursor) > 0);
  const first = after === -1 ? trips.length : after;
  const page = trips.slice(first, first + limit);
  const answer = {
    ...scopeOf(question),
    asOf,
    from: startTime === null ? null : isoDay(startTime),
    to: endTime === null ? null : isoDay(endTime - 1),
    tradeCount: trips.length,
    ...totals,
    trades: page,
    nextCursor: first + limit < trips.length ? page.at(-1)!.id : null,
  };
  return Promise.resolve(ok(sealAnswer(question, answer)));
};
