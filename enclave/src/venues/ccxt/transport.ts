/**
 * The transport of ccxt's requests: our fetch, which sends nothing but the calls of the venue's table, and keeps what
 * ccxt would lose of an answer.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
import { EgressError } from '../../egress/errors.ts';
import type { Fetch, FetchResponse } from '../../egress/fetch.ts';
import { ExchangeError } from '../errors.ts';
import type { Call, VenueTable } from '../table.ts';
import { createBreaker } from './breaker.ts';
import type { Buckets } from './buckets.ts';
import { isRegionRefusal, isWayDown, regionRefused } from './faults.ts';

/** The longest pause that a venue may cause, ms. */
const MAX_PAUSE_MS = 999_999_000;

/**
 * Our fetch for ccxt. It lets only the calls of `table` through, by method, host and path: a key that can trade cannot
 * be made to trade. It obeys `Retry-After`, the end of a ban that only a text names, and the venue's own count of what
 * was used. It writes the code of a fault where `toExchangeError` finds it, and distinguishes an answer to the address
 * from an answer to the key. ccxt treats both as a venue that is down, and would ask again.
 * @throws ExchangeError `exchange_untrusted` for any other request, `exchange_unavailable` while the host is known to
 *   be down; nothing is sent
 */
export function transportOf(fetch: Fetch, table: VenueTable, buckets: Buckets, clock: Clock): Fetch {
  const calls = callsOf(table);
  const breaker = createBreaker(clock);
  return async (url, request) => {
    const { host, pathname } = new URL(url);
    const call = calls.get(`${request?.method ?? 'GET'} ${host}${pathname}`);
    if (call === undefined) {
      throw new ExchangeError('exchange_untrusted', `${table.venue}: a request that is no call of the table`);
    }
    breaker.enter(host);
    try {
      const response = await fetch(url, request);
      breaker.note(host, response.status >= 500);
      const body = await response.text();
      obey(response, body, Object.keys(call.cost), buckets, clock.now());
      if (isRegionRefusal(response.status, body)) throw regionRefused(response.status);
      return response;
    } catch (error) {
      const cause = error instanceof TypeError ? error.cause : undefined;
      if (!(cause instanceof EgressError)) throw error;
      if (isWayDown(cause.code)) breaker.note(host, true);
      throw new TypeError('fetch failed', { cause: new Error(`[${cause.code}]`) });
    }
  };
}

/** The calls by method, host and path. Calls to the first host may go to the sandbox's instead. */
function callsOf({ calls, hosts, sandboxHosts }: VenueTable): ReadonlyMap<string, Call> {
  return new Map(
    Object.values(calls).flatMap((call) => {
      const others = call.host === hosts[0]?.host ? sandboxHosts.map(({ host }) => host) : [];
      return [call.host, ...others].map((host) => [`${call.method} ${host}${call.path}`, call] as const);
    }),
  );
}

function obey(
  { status, headers }: FetchResponse,
  body: string,
  names: readonly string[],
  buckets: Buckets,
  now: number,
): void {
  buckets.noteUse(names, (header) => headers.get(header));
  if (![403, 418, 429, 503].includes(status)) return;
  const ban = banEnd(body);
  if (ban !== null) buckets.pauseUntil(Math.min(ban, now + MAX_PAUSE_MS), null);
  const comeBack = retryAfter(headers.get('retry-after'), now);
  if (comeBack !== null && status !== 403) buckets.pauseUntil(comeBack, status === 418 ? null : names);
}

/** The end of a ban of this address, ms. Binance names it in the text of the refusal. Null: there is none. */
function banEnd(body: string): number | null {
  const match = /banned until (\d{13})\b/.exec(body);
  return match ? Number(match[1]) : null;
}

/** The instant that a `Retry-After` names, in seconds or as a date (RFC 9110 §10.2.3); null for neither. */
function retryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d{1,6}$/.test(value)) return now + Number(value) * 1_000;
  const date = /^[A-Z][a-z]{2}, .* GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.min(date, now + MAX_PAUSE_MS);
}
