import { ExchangeError } from '@perf-aggregator/enclave/venues/errors';
import type { Pull, VenueAccount, VenueCursor } from '@perf-aggregator/enclave/venues/port';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault, VenueRequest } from '../../src/venues/binance/venue.ts';
import { ACCOUNT, CUSTOMER, history, NOW, openRoad, type Road, type RoadOptions } from './road.ts';

let road: Road;
afterEach(() => road.close());

const BUDGET = { maxEntries: 100_000, until: NOW + DAY_MS };

async function failure(options: RoadOptions, account: VenueAccount = ACCOUNT): Promise<ExchangeError> {
  road = await openRoad(options);
  const first: unknown = await tryPull(account, null);
  // A pull returns what it read before the fault. The next pull then fails.
  const error = first instanceof Error ? first : await tryPull(account, (first as Pull).cursor);
  expect(error).toBeInstanceOf(ExchangeError);
  const { message, stack, cause } = error as ExchangeError;
  // No error of the adapter contains a URL, a key, a secret or a signature.
  const shown = `${message} ${stack} ${String(cause)}`;
  for (const secret of ['http', 'signature', 'timestamp=', account.apiKey, account.apiSecret]) {
    expect(shown.includes(secret), secret).toBe(false);
  }
  return error as ExchangeError;
}

function tryPull(account: VenueAccount, cursor: VenueCursor | null): Promise<unknown> {
  return road.exchanges.pull(account, cursor, BUDGET).catch((reason: unknown) => reason);
}

/** A fault in the first `times` requests of `path`. */
function first(times: number, path: string, fault: Fault): (request: VenueRequest) => Fault | null {
  let left = times;
  return (request) => (request.path === path && left-- > 0 ? fault : null);
}

const error = (status: number, code: number, headers = {}): Fault => ({
  status,
  headers,
  body: JSON.stringify({ code, msg: 'as the venue says' }),
});

describe('when the venue refuses the key', () => {
  it('exchange_auth for a key it does not know', async () => {
    const unknown = { ...ACCOUNT, apiKey: 'u'.repeat(64) };
    expect((await failure({}, unknown)).code).toBe('exchange_auth');
  });

  it('exchange_auth for a wrong secret', async () => {
    const wrong = { ...ACCOUNT, apiSecret: 'wrong'.repeat(12) };
    expect((await failure({}, wrong)).code).toBe('exchange_auth');
  });

  it('exchange_auth for a key that may not read, even after others could', async () => {
    const blind = { ...CUSTOMER, permissions: { read: false, trade: true, withdraw: false } };
    expect((await failure({ customers: [blind] })).code).toBe('exchange_auth');
  });

  it('exchange_auth, not a rate limit, for a key that is revoked during a pull', async () => {
    const error2015 = error(401, -2015);
    expect((await failure({ fault: first(9, '/api/v3/myTrades', error2015) })).code).toBe('exchange_auth');
  });

  it.each([-20_000, 20_000])('exchange_clock when the venue is %i ms ahead', async (skewMs) => {
    const refused = await failure({ skewMs });
    expect(refused.code).toBe('exchange_clock');
    expect(road.waits).toEqual([]);
  });
});

describe('when the venue refuses the address', () => {
  it.each<[string, Fault]>([
    ['its country is not served', 'region'],
    ['a firewall stands before the venue', 'firewall'],
    ['a firewall answers in JSON of its own', { status: 403, body: '{"message":"Forbidden"}' }],
  ])(
    'exchange_region_refused where %s, instead of a wrong key, and without a second try',
    async (_name, fault) => {
      const refused = await failure({ fault: () => fault });
      expect(refused.code).toBe('exchange_region_refused');
      expect(refused.message).toContain('or its region');
      expect(road.waits).toEqual([]);
      expect(road.requests).toHaveLength(1);
    },
  );

  it('exchange_region_refused also during a pull', async () => {
    const refused = await failure({ fault: first(9, '/api/v3/myTrades', 'region') });
    expect(refused.code).toBe('exchange_region_refused');
  });

  it('exchange_auth when the venue itself refuses the key with 403', async () => {
    expect((await failure({ fault: () => error(403, -2015) })).code).toBe('exchange_auth');
  });
});

describe('when the venue is busy', () => {
  it('waits as long as Retry-After says, then goes on', async () => {
    road = await openRoad({ fault: first(1, '/api/v3/account', error(429, -1003, { 'retry-after': '7' })) });
    const pull = await road.exchanges.pull(ACCOUNT, null, BUDGET);
    expect(pull.entries).toHaveLength(history.events.length);
    expect(Math.max(...road.waits)).toBeGreaterThanOrEqual(6_000);
  });

  it('finishes at a venue that allows fewer requests than the table states', async () => {
    road = await openRoad({ weightPerMinute: 250 });
    const pull = await road.exchanges.pull(ACCOUNT, null, BUDGET);
    expect(pull.done).toBe(true);
    expect(pull.entries).toHaveLength(history.events.length);
  });

  it('exchange_rate_limited when the wait would be longer than the pull may take', async () => {
    const fault = (): Fault => error(429, -1003, { 'retry-after': '100000' });
    expect((await failure({ fault })).code).toBe('exchange_rate_limited');
  });

  it('exchange_rate_limited when the venue stays busy', async () => {
    expect((await failure({ fault: () => error(418, -1003) })).code).toBe('exchange_rate_limited');
    expect(road.requests).toHaveLength(5);
  });
});

describe('when the venue fails', () => {
  it.each<[string, Fault]>([
    ['500', error(500, -1001)],
    ['503 without JSON', { status: 503, body: 'down' }],
    ['a reset', 'reset'],
  ])('survives %s that is temporary', async (_name, fault) => {
    road = await openRoad({ fault: first(2, '/api/v3/exchangeInfo', fault) });
    const pull = await road.exchanges.pull(ACCOUNT, null, BUDGET);
    expect(pull.done).toBe(true);
  });

  it.each<[string, Fault]>([
    ['500', error(500, -1001)],
    ['503 without JSON', { status: 503, body: 'down' }],
    ['a reset', 'reset'],
  ])('exchange_unavailable for %s that lasts', async (_name, fault) => {
    expect((await failure({ fault: () => fault })).code).toBe('exchange_unavailable');
  });

  it('returns what it has read when a fault occurs midway, and fails in the next pull', async () => {
    road = await openRoad({ fault: ({ path }) => (path === '/api/v3/klines' ? error(500, -1001) : null) });
    const pull = await road.exchanges.pull(ACCOUNT, null, BUDGET);
    expect(pull).toMatchObject({ done: false, snapshot: null });
    expect(pull.entries).toHaveLength(history.events.length);
    await expect(road.exchanges.pull(ACCOUNT, pull.cursor, BUDGET)).rejects.toMatchObject({
      code: 'exchange_unavailable',
    });
  });

  it.each<[string, Fault]>([
    ['a trade without a price', { status: 200, body: '[{"id":1,"time":1700000000000,"isBuyer":true}]' }],
    ['a page that is not JSON', { status: 200, body: '<html>' }],
    [
      'a price with an exponent',
      {
        status: 200,
        body: '[{"id":1,"orderId":1,"price":"1e5","qty":"1","commission":"0","commissionAsset":"BNB","time":1700000000000,"isBuyer":true}]',
      },
    ],
  ])('exchange_bad_response for %s', async (_name, fault) => {
    expect((await failure({ fault: first(99, '/api/v3/myTrades', fault) })).code).toBe(
      'exchange_bad_response',
    );
  });

  it('exchange_symbol_unknown for a symbol that is not listed', async () => {
    const account = { ...ACCOUNT, symbols: ['DOGE/USDT'] };
    expect((await failure({}, account)).code).toBe('exchange_symbol_unknown');
  });

  it('exchange_unsupported for another venue', async () => {
    const account = { ...ACCOUNT, venue: 'elsewhere' as 'binance' };
    expect((await failure({}, account)).code).toBe('exchange_unsupported');
  });
});

describe('when an attacker is between enclave and venue', () => {
  const redirect: Fault = { status: 302, headers: { location: 'https://api.binance.com/' }, body: '' };

  it.each<[string, RoadOptions]>([
    ['a certificate of another authority', { foreignAuthority: true }],
    ['a key that is not the pinned one', { pins: { 'api.binance.com': ['AAAA'] } }],
    ['a host off the measured allowlist', { enclaveAllows: [{ host: 'api.elsewhere.com', port: 443 }] }],
    ['a redirect', { fault: () => redirect }],
  ])('exchange_untrusted for %s, without a second try', async (_name, options) => {
    expect((await failure(options)).code).toBe('exchange_untrusted');
    expect(road.waits).toEqual([]);
    expect(road.requests.length).toBeLessThanOrEqual(1);
  });

  it('exchange_unavailable for a parent that refuses the host', async () => {
    const refused = await failure({ parentAllows: [{ host: 'api.elsewhere.com', port: 443 }] });
    expect(refused.code).toBe('exchange_unavailable');
    expect(refused.message).toContain('egress_refused');
  });

  it('exchange_bad_response for an endless answer', async () => {
    const endless: Fault = { status: 200, body: `[${'"x",'.repeat(3_000_000)}"x"]` };
    const refused = await failure({ fault: first(1, '/api/v3/exchangeInfo', endless) });
    expect(refused.code).toBe('exchange_bad_response');
  });
});
