/** The way of ccxt's requests: our fetch, which reads of every answer what ccxt would lose. */
import type { Clock } from '@perf-aggregator/shared/clock';
import { EgressError } from '../egress/errors.ts';
import type { Fetch } from '../egress/fetch.ts';
import { isRegionRefusal, regionRefused } from './faults.ts';

/** Longest that a date in `Retry-After` may keep everybody away: what six digits of seconds can say. */
const MAX_PAUSE_MS = 999_999_000;

/**
 * Our fetch for ccxt: heeds `Retry-After`, writes the code of a fault where `toExchangeError` finds it, and tells an
 * answer to the address apart from one to the key. ccxt takes both for a venue that is down, and would ask again.
 * @param pauseUntil - told the instant before which nobody may come back
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
