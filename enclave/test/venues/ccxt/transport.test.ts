import { describe, expect, it } from 'vitest';
import { EgressError } from '../../../src/egress/errors.ts';
import { createBuckets } from '../../../src/venues/ccxt/buckets.ts';
import { transportOf } from '../../../src/venues/ccxt/transport.ts';
import type { VenueAccount } from '../../../src/venues/port.ts';
import { binance } from '../../../src/venues/tables/binance/table.ts';
import { fieldCase } from '../field.ts';
import { type Answer, sleeper, way } from './way.ts';

const ACCOUNT_URL = 'https://api.binance.com/api/v3/account?signature=deadbeef';
const WEALTH_URL = 'https://fapi.binance.com/fapi/v3/balance';
const SOMEBODY: VenueAccount = {
  ...{ account: 'a0', venue: 'binance', accountType: 'spot', apiKey: 'somebody', apiSecret: 's' },
  sandbox: false,
};
const EVER = Number.MAX_SAFE_INTEGER;

function road(answer: Answer | Error = {}) {
  const out = way(() => answer);
  const { clock, sleep, waits } = sleeper();
  const buckets = createBuckets(binance.buckets, 1, clock, sleep);
  const fetch = transportOf(out.fetch, binance, buckets, clock);
  /** How long the next call of another account has to wait, ms. */
  const waitFor = async (bucket: string) => {
    const before = clock.now();
    await buckets.take({ [bucket]: 1 }, 'sync', SOMEBODY, EVER);
    return clock.now() - before;
  };
  return { ...out, fetch, clock, waits, buckets, waitFor };
}

describe('when a request is no call of the table', () => {
  it.each([
    ['another path', 'https://api.binance.com/api/v3/order', 'GET'],
    ['another method', 'https://api.binance.com/api/v3/account', 'POST'],
    ['a deletion', 'https://api.binance.com/api/v3/account', 'DELETE'],
    ['another host', 'https://evil.example/api/v3/account', 'GET'],
    ['the path of another host', 'https://fapi.binance.com/api/v3/account', 'GET'],
    ['another port', 'https://api.binance.com:8443/api/v3/account', 'GET'],
    ['a longer path', 'https://api.binance.com/api/v3/account/', 'GET'],
    ['a path that climbs', 'https://api.binance.com/api/v3/account/../order', 'GET'],
    ['the sandbox under the path of another area', 'https://testnet.binance.vision/fapi/v3/balance', 'GET'],
  ])('%s is not sent', async (_, url, method) => {
    const { fetch, sent } = road();
    await expect(fetch(url, { method })).rejects.toMatchObject({ code: 'exchange_untrusted' });
    expect(sent).toEqual([]);
  });

  it('a call is sent, with any query', async () => {
    const { fetch, places } = road();
    await fetch(ACCOUNT_URL);
    await fetch('https://api.binance.com/sapi/v1/asset/get-funding-asset', { method: 'POST' });
    expect(places()).toEqual([
      'GET api.binance.com/api/v3/account',
      'POST api.binance.com/sapi/v1/asset/get-funding-asset',
    ]);
  });

  it('the refusal has no part of the request', async () => {
    const refused = await road()
      .fetch('https://api.binance.com/api/v3/order?signature=deadbeef')
      .catch(String);
    expect(refused).not.toMatch(/deadbeef|order|api\.binance/);
  });
});

describe('when the venue names a time to come back', () => {
  it.each<[string, Answer, readonly [api: number, fapi: number]]>([
    ['429 with seconds', { status: 429, headers: { 'retry-after': '7' } }, [7_000, 0]],
    ['503 with seconds', { status: 503, headers: { 'retry-after': '7' } }, [7_000, 0]],
    [
      '429 with a date',
      { status: 429, headers: { 'retry-after': 'Mon, 30 Jun 2025 11:00:09 GMT' } },
      [9_000, 0],
    ],
    [
      '418 with seconds, for all of the venue',
      { status: 418, headers: { 'retry-after': '7' } },
      [7_000, 7_000],
    ],
    ['429 with nothing', { status: 429 }, [0, 0]],
    ['429 with nonsense', { status: 429, headers: { 'retry-after': 'soon' } }, [0, 0]],
    ['200 with seconds', { status: 200, headers: { 'retry-after': '7' } }, [0, 0]],
  ])('%s', async (_, answer, [api, fapi]) => {
    const { fetch, clock, waitFor } = road(answer);
    await fetch(ACCOUNT_URL);
    const start = clock.now();
    expect(await waitFor('fapi')).toBe(fapi);
    clock.time = start;
    expect(await waitFor('api')).toBe(api);
  });

  it('field case 08: a ban that only the text names pauses the venue for everybody', async () => {
    const [{ status, body }] = fieldCase('08-binance-ban-in-body').answers as [
      { status: string; body: object },
    ];
    const { fetch, clock, waitFor } = road({ status: Number(status), body: JSON.stringify(body) });
    await fetch(ACCOUNT_URL);
    const end = 1_751_284_800_000;
    const left = end - clock.now();
    expect(left).toBeGreaterThan(0);
    expect(await waitFor('sapi')).toBe(left);
    expect(clock.now()).toBe(end);
  });

  it('a ban is believed for eleven days at most, and not at all once it is over', async () => {
    const banned = (until: number) => ({
      status: 418,
      body: `{"code":-1003,"msg":"Way too much request weight used; IP banned until ${until}."}`,
    });
    const long = road(banned(9_999_999_999_999));
    await long.fetch(ACCOUNT_URL);
    expect(await long.waitFor('api')).toBe(999_999_000);
    const over = road(banned(1_700_000_000_000));
    await over.fetch(ACCOUNT_URL);
    expect(await over.waitFor('api')).toBe(0);
  });
});

describe('when the venue counts what was used', () => {
  const used = (weight: number) => road({ headers: { 'x-mbx-used-weight-1m': String(weight) } });

  it('calls wait for the next minute once nearly all is used', async () => {
    const full = used(5_999);
    full.clock.time += 20_000;
    await full.fetch(ACCOUNT_URL);
    expect(await full.waitFor('api')).toBe(40_000);
    const plenty = used(4_500);
    await plenty.fetch(ACCOUNT_URL);
    expect(await plenty.waitFor('api')).toBe(0);
  });

  it('each host counts for itself, by its own limit', async () => {
    const busy = used(2_399);
    await busy.fetch(WEALTH_URL);
    expect(await busy.waitFor('api')).toBe(0);
    expect(await busy.waitFor('fapi')).toBe(60_000);
  });
});

describe('when an answer concerns the address, or the way', () => {
  it.each([
    [451, '{"code":0}'],
    [403, '<html>'],
  ])('HTTP %i with %s has its own code', async (status, body) => {
    await expect(road({ status, body }).fetch(ACCOUNT_URL)).rejects.toMatchObject({
      code: 'exchange_region_refused',
    });
  });

  it('the code of the way out is kept where the library keeps it, and nothing else', async () => {
    const cause = new EgressError('egress_tls', 'api.binance.com showed another certificate');
    const fault = await road(new TypeError('fetch failed', { cause }))
      .fetch(ACCOUNT_URL)
      .catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(TypeError);
    expect((fault as TypeError).cause).toEqual(new Error('[egress_tls]'));
  });
});
