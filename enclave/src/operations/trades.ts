/** `trades`: round trips of a period, newest first, in pages. */
import { roundTrips } from '@perf-aggregator/analytics';
import { compareRoundTripIds } from '@perf-aggregator/analytics/metrics/round-trips';
import { TRADES_PAGE, tradesParameters } from '@perf-aggregator/shared/messages/request';
import { boundsOf, computedOf, scopeOf } from './account.ts';
import { type Handler, ok, readParameters, sealResult } from './operation.ts';

export const trades: Handler = (context, request) => {
  const session = context.vault.find(request);
  const { asked, parameters } = readParameters(context, session, request, tradesParameters);
  const { cursor, limit = TRADES_PAGE.default, ...question } = parameters;
  const { asOf, startTime, endTime, trips, ...totals } = computedOf(
    context,
    session,
    asked,
    'trades',
    question,
    (history) => {
      const { symbol } = question;
      const computed = roundTrips(history, {
        ...boundsOf(question),
        ...(symbol === undefined ? {} : { symbol }),
      });
      return { asOf: history.asOf, ...computed };
    },
  );
  // Whatever came or went since: what comes after the last one that was seen.
  const after = cursor === undefined ? 0 : trips.findIndex(({ id }) => compareRoundTripIds(id, cursor) > 0);
  const first = after === -1 ? trips.length : after;
  const page = trips.slice(first, first + limit);
  const result = {
    ...scopeOf(context, session, question),
    asOf,
    from: startTime === null ? null : dayOf(startTime),
    to: endTime === null ? null : dayOf(endTime - 1),
    tradeCount: trips.length,
    ...totals,
    trades: page,
    nextCursor: first + limit < trips.length ? page.at(-1)!.id : null,
  };
  return Promise.resolve(ok(sealResult(context, session, asked, result)));
};

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
