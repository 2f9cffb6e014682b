import { ExchangeError } from '@perf-aggregator/enclave/venues/errors';
import type { VenueAccount } from '@perf-aggregator/enclave/venues/port';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/venues/binance/venue.ts';
import {
  always,
  bannedUntil,
  errorPage,
  once,
  onPath,
  oversized,
  rateLimited,
  refusalOf,
  times,
} from '../../src/venues/faults.ts';
import { COMPLETE, customerOf, flat, openQuickRoad, patient, readAll } from './quick.ts';
import { Reader } from './reader.ts';
import { ACCOUNT, NOW, type Road, type RoadOptions } from './road.ts';
import { countsOf } from './weights.ts';

let road: Road;
afterEach(() => road.close());

const ACCOUNT_PATH = '/api/v3/account';
const FILLS = '/api/v3/myTrades';
const LISTING = '/api/v3/exchangeInfo';

/** The fault of an account's pulls. What was read before a fault is returned, and the next pull fails. */
async function failure(options: RoadOptions, account: VenueAccount = ACCOUNT): Promise<ExchangeError> {
  road = await openQuickRoad(flat, options);
  const reader = new Reader(road.exchanges, account);
  const error: unknown = await reader.all(patient(road)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ExchangeError);
  const { message, stack, cause } = error as ExchangeError;
  // No error of the adapter contains a URL, a key, a secret or a signature.
  const shown = `${message} ${stack} ${String(cause)}`;
  for (const secret of ['http', 'signature', 'timestamp=', account.apiKey, account.apiSecret]) {
    expect(shown.includes(secret), secret).toBe(false);
  }
  return error as ExchangeError;
}

/** Reads the account in spite of a fault, to its very end. */
async function survives(options: RoadOptions): Promise<void> {
  road = await openQuickRoad(flat, options);
  const { reader, pull } = await readAll(road);
  expect(reader.ledger.entries).toHaveLength(flat.events.length);
  expect(pull.coverage.scope).toEqual(COMPLETE);
}

describe('when the venue refuses the key', () => {
  it('exchange_auth for a key it does not know', async () => {
    const unknown = { ...ACCOUNT, apiKey: 'u'.repeat(64) };
    expect((await failure({}, unknown)).code).toBe('exchange_auth');
  });

  it('exchange_auth for a wrong secret', async () => {
    const wrong = { ...ACCOUNT, apiSecret: 'wrong'.repeat(12) };
    expect((await failure({}, wrong)).code).toBe('exchange_auth');
  });

  it('exchange_key_restricted for a key that may not read', async () => {
    const blind = customerOf(flat, { permissions: { read: false, trade: true, withdraw: false } });
    expect((await failure({ customers: [blind] })).code).toBe('exchange_key_restricted');
  });

  it('exchange_key_restricted for a key that is bound to another address', async () => {
    const bound = customerOf(flat, { boundTo: 'elsewhere' });
    expect((await failure({ customers: [bound] })).code).toBe('exchange_key_restricted');
  });

  it('exchange_key_restricted, not a rate limit, for a key that is revoked during a pull', async () => {
    const fault = onPath(FILLS, always(refusalOf(401, -2015)));
    expect((await failure({ fault })).code).toBe('exchange_key_restricted');
    expect(road.waits).toEqual([]);
  });

  it('exchange_key_restricted for a key that is revoked between two pulls, and nothing of it is kept', async () => {
    const later = [{ from: NOW + DAY_MS, permissions: { read: false, trade: false, withdraw: false } }];
    road = await openQuickRoad(flat, { customers: [customerOf(flat, { later })] });
    const { reader } = await readAll(road);
    const { cursor } = reader.last!;
    road.clock.set(NOW + DAY_MS);
    await expect(reader.pull(patient(road)())).rejects.toMatchObject({ code: 'exchange_key_restricted' });
    expect(reader.last!.cursor).toEqual(cursor);
  });

  it('exchange_key_restricted when the venue itself refuses the key with 403', async () => {
    const refused = await failure({ fault: always(refusalOf(403, -2015)) });
    expect(refused.code).toBe('exchange_key_restricted');
  });
});

describe('when the clock of the venue is another', () => {
  it.each([-20_000, 20_000, 59_000])(
    'follows it where it is %i ms ahead, and asks for it once',
    async (skewMs) => {
      await survives({ skewMs });
      expect(countsOf(road.requests)['/api/v3/time']).toBe(1);
      // One refusal, then the time, then the same request again.
      const paths = road.requests.map(({ path }) => path);
      const at = paths.indexOf('/api/v3/time');
      expect(paths.slice(at - 1, at + 2)).toEqual([ACCOUNT_PATH, '/api/v3/time', ACCOUNT_PATH]);
    },
  );

  it('does not ask for it where it is less than the window of a request away', async () => {
    await survives({ skewMs: 9_000 });
    expect(countsOf(road.requests)['/api/v3/time']).toBeUndefined();
  });

  it.each([-MINUTE_MS, MINUTE_MS, DAY_MS])('exchange_clock when it is %i ms ahead', async (skewMs) => {
    expect((await failure({ skewMs })).code).toBe('exchange_clock');
    expect(countsOf(road.requests)[ACCOUNT_PATH]).toBe(1);
    expect(road.waits).toEqual([]);
  });
});

describe('when the venue refuses the address', () => {
  it.each<[string, Fault]>([
    ['its country is not served', 'region'],
    ['a firewall stands before the venue', 'firewall'],
    ['another firewall does, with another page', errorPage(403)],
    ['a firewall answers in JSON of its own', { status: 403, body: '{"message":"Forbidden"}' }],
  ])('exchange_region_refused where %s, and without a second try', async (_name, fault) => {
    const refused = await failure({ fault: () => fault });
    expect(refused.code).toBe('exchange_region_refused');
    expect(refused.message).toContain('or its region');
    expect(road.waits).toEqual([]);
    expect(road.requests).toHaveLength(1);
  });

  it('exchange_region_refused also during a pull', async () => {
    const refused = await failure({ fault: onPath(FILLS, always('region')) });
    expect(refused.code).toBe('exchange_region_refused');
  });
});

describe('when the venue is busy', () => {
  it('waits as long as Retry-After says, then goes on', async () => {
    await survives({ fault: onPath(ACCOUNT_PATH, once(rateLimited(7))) });
    expect(Math.max(...road.waits)).toBeGreaterThanOrEqual(6_000);
  });

  it('finishes at a venue that allows fewer requests than the table states', async () => {
    await survives({ weightPerMinute: 250 });
  });

  it('exchange_rate_limited when the wait would be longer than the pull may take', async () => {
    expect((await failure({ fault: () => rateLimited(100_000) })).code).toBe('exchange_rate_limited');
    expect(road.requests).toHaveLength(1);
  });

  it('exchange_rate_limited when the venue stays busy and names no time', async () => {
    expect((await failure({ fault: () => rateLimited() })).code).toBe('exchange_rate_limited');
    expect(road.requests).toHaveLength(5);
  });

  it('leaves the venue alone until the end of a ban that only a text tells, for every account', async () => {
    const until = NOW + 3 * DAY_MS;
    const other = { ...ACCOUNT, apiKey: 'another'.repeat(9) };
    road = await openQuickRoad(flat, {
      fault: onPath(ACCOUNT_PATH, once(bannedUntil(until))),
      customers: [customerOf(flat), customerOf(flat, { apiKey: other.apiKey, uid: 7 })],
    });
    const readers = [ACCOUNT, other].map((account) => new Reader(road.exchanges, account));
    const limited = { code: 'exchange_rate_limited' };
    for (const reader of readers) await expect(reader.pull(patient(road)())).rejects.toMatchObject(limited);
    await expect(road.exchanges.inspect(other, { deadline: NOW + DAY_MS })).rejects.toMatchObject(limited);
    expect(countsOf(road.requests)).toMatchObject({ [ACCOUNT_PATH]: 1 });
    expect(road.requests).toHaveLength(4);
    road.clock.set(until);
    for (const reader of readers) {
      expect((await readAll(road, { reader })).pull.coverage.scope).toEqual(COMPLETE);
    }
  });

  it('stops before the limit that another user of the address has nearly used', async () => {
    // Whoever goes beyond the limit once is banned for a day, and the reading would fail.
    const ban = { afterRefused: 0, banMs: 2 * DAY_MS, tellsInHeader: false };
    const otherUse = (area: string) => (area === 'api' ? 5_750 : 0);
    await survives({ ban, otherUse });
    const minutes = (road.clock.now() - NOW) / MINUTE_MS;
    expect(minutes).toBeGreaterThanOrEqual(2);
    expect(minutes).toBeLessThan(DAY_MS / MINUTE_MS);
  });
});

describe('when the venue fails', () => {
  const passing: readonly [string, Fault][] = [
    ['500', refusalOf(500, -1001)],
    ['503 without JSON', { status: 503, body: 'down' }],
    ['a page of a proxy', errorPage(520)],
    ['a gateway', errorPage(504)],
    ['a reset', 'reset'],
    ['a connection that breaks in the middle of an answer', 'break'],
  ];

  it.each(passing)('survives %s that is temporary', async (_name, fault) => {
    await survives({ fault: onPath(LISTING, times(2, fault)) });
  });

  it.each(passing)('exchange_unavailable for %s that lasts', async (_name, fault) => {
    expect((await failure({ fault: () => fault })).code).toBe('exchange_unavailable');
  });

  it('returns what it has read when a fault occurs midway, and fails in the next pull', async () => {
    road = await openQuickRoad(flat, { fault: onPath('/api/v3/klines', always(refusalOf(500, -1001))) });
    const reader = new Reader(road.exchanges, ACCOUNT);
    const pull = await reader.pull(patient(road)());
    expect(pull).toMatchObject({ done: false, snapshot: null });
    expect(pull.entries.length).toBeGreaterThan(0);
    await expect(reader.pull(patient(road)())).rejects.toMatchObject({ code: 'exchange_unavailable' });
  });

  it('exchange_symbol_unknown for a given symbol that is not listed', async () => {
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
    const fault = onPath(LISTING, once(oversized(9 * 1024 * 1024)));
    expect((await failure({ fault })).code).toBe('exchange_bad_response');
  });
});
