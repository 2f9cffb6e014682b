/** Failures of a venue, and what a client sees of them. */
import { type MetricsResult, type SecureClient, ServiceError } from '@perf-aggregator/client';
import { expect } from 'vitest';
import type { Fault, VenueRequest } from '../../src/venues/binance/venue.ts';

export type Trouble = (request: VenueRequest) => Fault | null;
export const WELL: Trouble = () => null;

/** The code with which a reading of the account is refused. Fails if there are numbers. */
export async function refusal(client: SecureClient): Promise<string> {
  const error: unknown = await client.getMetrics().then(
    (metrics) => expect.fail(`numbers of an account that was not read: ${metrics.fillCount} fills`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ServiceError);
  return (error as ServiceError).code;
}

/** Metrics without the times of reading, and without how far the first reading of everything is. */
export function timeless({ accounts, ...metrics }: MetricsResult): object {
  const read = accounts.map(({ coverage, ...account }) => ({
    ...account,
    coverage: { ...coverage, to: 0, scope: null },
  }));
  return { ...metrics, asOf: 0, accounts: read };
}

export const answer =
  (status: number, body: string, headers = {}): Trouble =>
  () => ({ status, body, headers });
export const refused = (status: number, code: number, headers = {}): Trouble =>
  answer(status, JSON.stringify({ code, msg: 'as the venue says' }), headers);
export const PAGE = '<!doctype html><html><body><h1>We will be back soon</h1></body></html>';
export const HTML = { 'content-type': 'text/html' };

/** Fails the requests of `path` after the first `spared` of them. */
export function only(
  path: string,
  what: Trouble,
  spared = 0,
  more: (request: VenueRequest) => boolean = () => true,
): Trouble {
  let left = spared;
  return (request) => (request.path.endsWith(path) && more(request) && left-- <= 0 ? what(request) : null);
}

/** One failure of each kind. */
export const FAULTS: readonly [Trouble, ...Trouble[]] = [
  refused(429, -1003, { 'retry-after': '2' }),
  refused(418, -1003),
  refused(500, -1001),
  answer(502, PAGE, HTML),
  answer(503, PAGE, HTML),
  answer(200, PAGE, HTML),
  answer(200, '{}'),
  answer(302, '', { location: 'https://api.binance.com/' }),
  refused(400, -1021),
  () => 'truncate',
  () => 'break',
  () => 'reset',
  () => 'drip',
];
