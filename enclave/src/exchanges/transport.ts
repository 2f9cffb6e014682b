/** The transport of ccxt's requests: our fetch, which keeps what ccxt would lose of an answer. */
import type { Clock } from '@perf-aggregator/shared/clock';
import { EgressError } from '../egress/errors.ts';
import type { Fetch } from '../egress/fetch.ts';
import { isRegionRefusal, regionRefused } from './faults.ts';

/** The longest pause that a date in `Retry-After` may cause: the largest number of seconds with six digits. */
const MAX_PAUSE_MS = 999_999_000;

/**
 * Our fetch for ccxt: it obeys `Retry-After`, writes the code of a fault where `toExchangeError` finds it, and
 * distinguishes an answer to the address from an answer to the key. ccxt treats both as a venue that is down, and would
 * ask again.
 * @param pauseUntil - called with the instant before which no request may go out
 */
export function transportOf(fetch: Fetch, pauseUntil: (instant: number) => void, clock: Clock): Fetch {
  return async (url, request) => {
    try {
      const response = await fetch(url, request);
      const comeBack = retryAfter(response.headers.get('retry-after'), clock.now());
      if (comeBack !== null && [418, 429, 503].includes(response.status)) pauseUntil(comeBack);
      if (isRegionRefusal(response.status, await response.text())) throw regionRefused(response.status);
      return response;
    } catch (error) {
      const cause = error instanceof TypeError ? error.cause : undefined;
      if (!(cause instanceof EgressError)) throw error;
      throw new TypeError('fetch failed', { cause: new Error(`[${cause.code}]`) });
    }
  };
}

/** The instant that a `Retry-After` names, in seconds or as a date (RFC 9110 §10.2.3); null for neither. */
function retryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d{1,6}$/.test(value)) return now + Number(value) * 1_000;
  const date = /^[A-Z][a-z]{2}, .* GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.min(date, now + MAX_PAUSE_MS);
}
