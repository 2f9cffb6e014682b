import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { createExchanges, TABLES } from '../../../src/venues/ccxt/exchanges.ts';
import { ExchangeError } from '../../../src/venues/errors.ts';
import type { KnownLedger, VenueAccount } from '../../../src/venues/port.ts';
import { fieldCase } from '../field.ts';
import { type Answer, type Sent, sleeper, way } from './way.ts';

const ACCOUNT: VenueAccount = {
  ...{ account: 'a0', venue: 'binance', accountType: 'spot', apiKey: 'key', apiSecret: 'secret' },
  sandbox: false,
};
const NOTHING: KnownLedger = { standingOf: () => 'none', entries: () => [] };

const SPOT = { symbol: 'BTCUSDT', baseAsset: 'BTC', quoteAsset: 'USDT' };
const LINEAR = { ...SPOT, marginAsset: 'USDT', contractType: 'PERPETUAL' };
const INVERSE = {
  ...LINEAR,
  symbol: 'BTCUSD_PERP',
  quoteAsset: 'USD',
  marginAsset: 'BTC',
  contractSize: 100,
};

/** What an account that holds nothing is answered, by path. */
const EMPTY: Readonly<Record<string, unknown>> = {
  '/api/v3/exchangeInfo': { symbols: [SPOT] },
  '/fapi/v1/exchangeInfo': { symbols: [LINEAR] },
  '/dapi/v1/exchangeInfo': { symbols: [INVERSE] },
  '/api/v3/account': { uid: 42, balances: [] },
  '/sapi/v1/account/apiRestrictions': { enableReading: true, enableFutures: false },
  '/sapi/v1/margin/account': { userAssets: [] },
  '/sapi/v1/margin/isolated/account': { assets: [] },
};

function world(answer: (sent: Sent) => Answer | Error | null = () => null) {
  const out = way((sent) => {
    const given = answer(sent);
    if (given !== null) return given;
    const known = EMPTY[sent.url.pathname];
    if (known !== undefined) return { body: JSON.stringify(known) };
    const counted = /asset\/transfer|margin\/|simple-earn/.test(sent.url.pathname);
    const wrapped = /fiat|pay\/|c2c/.test(sent.url.pathname);
    const named = {
      '/sapi/v1/asset/dribblet': { userAssetDribblets: [] },
      '/sapi/v1/convert/tradeFlow': { list: [] },
    };
    const body =
      named[sent.url.pathname as keyof typeof named] ??
      (counted ? { total: 0, rows: [] } : wrapped ? { data: [] } : []);
    return { body: JSON.stringify(/assetDividend/.test(sent.url.pathname) ? { total: 0, rows: [] } : body) };
  });
  const { clock, sleep, waits } = sleeper();
  const random = { bytes: (length: number) => new Uint8Array(length) };
  const exchanges = createExchanges({ fetch: out.fetch, clock, sleep, random });
  const pull = (budget = {}, account: Partial<VenueAccount> = {}) =>
    exchanges.pull(
      { ...ACCOUNT, ...account },
      null,
      { maxEntries: 100, until: clock.now() + 60_000, ...budget },
      NOTHING,
    );
  const inspect = (account: Partial<VenueAccount> = {}) =>
    exchanges.inspect({ ...ACCOUNT, ...account }, { deadline: clock.now() + 60_000 });
  return { ...out, clock, waits, exchanges, pull, inspect };
}

const codeOf = (error: unknown) => (error instanceof ExchangeError ? error.code : error);
const refusal = (status: number, code: number, msg = 'no'): Answer => ({
  status,
  body: JSON.stringify({ code, msg }),
});

describe('when an account is inspected', () => {
  it('its number and the permissions of its key come from two calls', async () => {
    const { inspect, places } = world();
    expect(await inspect()).toMatchObject({
      uid: '42',
      canRead: 'yes',
      canTrade: 'no',
      scopesMissing: ['futures'],
    });
    expect(places()).toEqual([
      'GET api.binance.com/api/v3/account',
      'GET api.binance.com/sapi/v1/account/apiRestrictions',
    ]);
  });

  it('field case 13: the sandbox has no permissions to ask for, and they are unknown', async () => {
    const { inspect, places } = world();
    expect(await inspect({ sandbox: true })).toEqual({
      ...{ uid: '42', canRead: 'yes', canTrade: 'unknown', canWithdraw: 'unknown', scopesMissing: [] },
      ...{ mode: 'classic', expiresAt: null },
    });
    expect(places()).toEqual(['GET testnet.binance.vision/api/v3/account']);
  });

  it('a number beyond 2^53 keeps its digits', async () => {
    const { inspect } = world(({ url }) =>
      url.pathname === '/api/v3/account' ? { body: '{"uid":90071992547409931,"balances":[]}' } : null,
    );
    expect((await inspect()).uid).toBe('90071992547409931');
  });

  it('a venue without a table is refused, and nothing is sent', async () => {
    const { inspect, sent } = world();
    for (const venue of ['kraken', 'toString', '__proto__'])
      await expect(inspect({ venue: venue as never })).rejects.toMatchObject({
        code: 'exchange_unsupported',
      });
    expect(sent).toEqual([]);
  });

  it.each([
    [refusal(401, -2015), 'exchange_key_restricted'],
    [refusal(401, -2014), 'exchange_auth'],
    [refusal(400, -1022), 'exchange_auth'],
    [{ status: 451, body: '' }, 'exchange_region_refused'],
    [{ status: 200, body: '<html>maintenance</html>' }, 'exchange_bad_response'],
    [{ status: 200, body: '[]' }, 'exchange_bad_response'],
    [{ status: 404, body: '' }, 'exchange_unavailable'],
  ] as const)('%j is %s', async (answer, code) => {
    const { inspect, sent } = world(() => answer);
    expect(await inspect().catch(codeOf)).toBe(code);
    if (code !== 'exchange_unavailable') expect(sent).toHaveLength(1);
  });

  it('a fault that may pass is asked again, five times at most', async () => {
    const { inspect, sent } = world(() => ({ status: 503, body: '' }));
    expect(await inspect().catch(codeOf)).toBe('exchange_unavailable');
    expect(sent).toHaveLength(5);
    let failures = 2;
    const { inspect: again } = world(() => (failures-- > 0 ? { status: 502, body: '' } : null));
    expect((await again()).uid).toBe('42');
  });
});

describe('field case 08: when the venue bans this address', () => {
  const [{ status, body }] = fieldCase('08-binance-ban-in-body').answers as [
    { status: string; body: object },
  ];

  it('one request is made, and none of anybody until the ban is over', async () => {
    let banned = true;
    const { inspect, pull, sent, clock } = world(() =>
      banned ? { status: Number(status), body: JSON.stringify(body) } : null,
    );
    expect(await inspect().catch(codeOf)).toBe('exchange_rate_limited');
    expect(await inspect({ apiKey: 'another' }).catch(codeOf)).toBe('exchange_rate_limited');
    expect(await pull().catch(codeOf)).toBe('exchange_rate_limited');
    expect(sent).toHaveLength(1);
    clock.time = 1_751_284_800_000;
    banned = false;
    expect((await inspect()).uid).toBe('42');
  });
});

describe('when the clock of this machine is wrong', () => {
  it('the venue is asked for its time, and signs with it', async () => {
    const ahead = 30_000;
    const { inspect, places, clock } = world(({ url }) => {
      if (url.pathname === '/api/v3/time')
        return { body: JSON.stringify({ serverTime: clock.now() + ahead }) };
      const signedAt = Number(url.searchParams.get('timestamp'));
      return Math.abs(signedAt - clock.now() - ahead) > 1_000 ? refusal(400, -1021) : null;
    });
    expect((await inspect()).uid).toBe('42');
    expect(places().slice(0, 3)).toEqual([
      ...['GET api.binance.com/api/v3/account', 'GET api.binance.com/api/v3/time'],
      'GET api.binance.com/api/v3/account',
    ]);
    expect(places()).toHaveLength(4);
  });

  it.each<[string, Answer, string]>([
    ['refuses the time of that request as well', refusal(400, -1021), 'exchange_clock'],
    ['is down', { status: 502, body: '<html>' }, 'exchange_unavailable'],
    ['answers with a page', { body: '<html>' }, 'exchange_bad_response'],
  ])('a venue that, asked for its time, %s: a coded failure', async (_, answer, code) => {
    const { inspect } = world(({ url }) => (url.pathname === '/api/v3/time' ? answer : refusal(400, -1021)));
    expect(await inspect().catch(codeOf)).toBe(code);
  });
});

describe('when an account without anything is pulled', () => {
  it('every wallet is asked, the whole history too, and the scope is complete', async () => {
    const { pull, exchanges } = world();
    let last = await pull({ until: Number.MAX_SAFE_INTEGER });
    expect(last).toMatchObject({
      entries: [],
      marks: [],
      done: true,
      snapshot: { balances: [], positions: [] },
    });
    last = await exchanges.pull(
      ACCOUNT,
      last.cursor,
      { maxEntries: 100, until: Number.MAX_SAFE_INTEGER },
      NOTHING,
    );
    expect(last.progress).toBe(1);
    expect(last.coverage.scope).toEqual({ from: null, state: 'complete', missing: [] });
    expect(last.coverage.productsNotRead).toEqual(TABLES.binance.notRead);
  });

  it('a key without the scope of futures: the wallets are named, and the rest is read', async () => {
    const { pull } = world(({ url }) =>
      url.host.startsWith('api.') || /exchangeInfo/.test(url.pathname) ? null : refusal(401, -2015),
    );
    const { coverage, done } = await pull({ until: Number.MAX_SAFE_INTEGER });
    expect(done).toBe(true);
    expect(coverage.unavailable).toEqual(['usdm', 'coinm']);
    expect(coverage.productsNotRead).toEqual(expect.arrayContaining(['USDⓈ-M futures', 'COIN-M futures']));
  });

  it('an account without margin has no margin wallet, and nothing is missing', async () => {
    const { pull } = world(({ url }) => (/margin/.test(url.pathname) ? refusal(400, -3003) : null));
    const { coverage } = await pull({ until: Number.MAX_SAFE_INTEGER });
    expect(coverage.unavailable).toEqual([]);
  });

  it('a market list that is empty is not believed', async () => {
    const { pull } = world(({ url }) =>
      /exchangeInfo/.test(url.pathname) ? { body: '{"symbols":[]}' } : null,
    );
    expect(await pull().catch(codeOf)).toBe('exchange_bad_response');
  });

  it('a caller that leaves gets its own reason', async () => {
    const controller = new AbortController();
    const { pull } = world(({ url }) => {
      if (url.pathname === '/api/v3/account') controller.abort(new Error('the caller left'));
      return null;
    });
    await expect(pull({ signal: controller.signal })).rejects.toThrow('the caller left');
  });

  it('the health of the venue is that of its last answer', async () => {
    const { inspect, exchanges, clock } = world(({ url }) =>
      /apiRes/.test(url.pathname) ? refusal(401, -2015) : null,
    );
    expect(exchanges.health()).toEqual([]);
    await inspect().catch(() => undefined);
    // A key that is refused says nothing about the venue.
    expect(exchanges.health()).toEqual([{ venue: 'binance', at: clock.now(), fault: null }]);
  });
});

describe('when candles are read', () => {
  /** [open time, open, high, low, close, volume, close time, quote volume, …] */
  const candle = (open: number, length: number) => [
    ...[open, '10', '12', '9', '11', '2', open + length - 1, '23', 5, '1', '11', '0'],
  ];

  it('those of a day have their volume and average price, and none lies outside of its span', async () => {
    const asked: URLSearchParams[] = [];
    const { pull } = world(({ url: { pathname, searchParams } }) => {
      const balances = [{ asset: 'BTC', free: '1', locked: '0' }];
      if (pathname === '/api/v3/account') return { body: JSON.stringify({ uid: 42, balances }) };
      if (pathname !== '/api/v3/klines') return null;
      asked.push(searchParams);
      const [start, end] = [Number(searchParams.get('startTime')), Number(searchParams.get('endTime'))];
      const days = Math.ceil((end + 1 - start) / DAY_MS);
      // One more than was asked for.
      const opens = Array.from({ length: days + 1 }, (_, day) => start + day * DAY_MS);
      return { body: JSON.stringify(opens.map((open) => candle(open, DAY_MS))) };
    });
    const { marks } = await pull({ until: Number.MAX_SAFE_INTEGER });
    const [first] = asked;
    expect([first?.get('symbol'), first?.get('interval')]).toEqual(['BTCUSDT', '1d']);
    const today = Math.floor(Date.UTC(2025, 5, 30, 11) / DAY_MS) * DAY_MS;
    expect(marks.filter(({ asset }) => asset === 'BTC').at(-1)).toEqual({
      ...{ venue: 'binance', asset: 'BTC', quote: 'USDT', time: today, resolution: '1d' },
      ...{ price: '11', volume: '2', vwap: '11.5' },
    });
  });
});
