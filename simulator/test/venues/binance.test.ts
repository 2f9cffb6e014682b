import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraderDeposit, TraderFill } from '../../src/trader/event.ts';
import type { BinanceAccount } from '../../src/venues/binance/authorization.ts';
import { createBinanceVenue } from '../../src/venues/binance/venue.ts';
import { CUSTOMER, history, LAST_DAY, market, NOW } from './road.ts';

/** Holds dust without a price, and got money from a wallet of the customer, which no list of deposits contains. */
const COLLECTOR: BinanceAccount = {
  ...CUSTOMER,
  apiKey: 'c011ect'.repeat(9),
  history: {
    ...history,
    events: [deposit('dust', 'XYZ', '0.001'), { ...deposit('moved', 'USDT', '5'), unlisted: true }],
  },
};

function deposit(id: string, asset: string, amount: string): TraderDeposit {
  const chain = { network: 'ETH', address: '0x1', transactionHash: '0x2' };
  return { kind: 'deposit', id, time: NOW - DAY_MS, asset, amount, ...chain };
}

let server: http.Server;
let origin: string;
let now = NOW;

beforeAll(async () => {
  const venue = createBinanceVenue({
    market,
    accounts: [CUSTOMER, COLLECTOR],
    clock: { now: () => now },
    weightPerMinute: 100_000,
  });
  server = http.createServer(venue.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
});
afterAll(() => server.close());

async function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${origin}${path}`, { headers });
  return { status: response.status, body: await response.json() };
}

interface Signing {
  readonly key?: string;
  readonly secret?: string;
  readonly timestamp?: number;
  readonly recvWindow?: number;
}

/** Sends a request that is signed as Binance's documentation describes. */
function signed(path: string, query = '', signing: Signing = {}): ReturnType<typeof get> {
  const parts = [query, `timestamp=${signing.timestamp ?? now}`];
  if (signing.recvWindow !== undefined) parts.push(`recvWindow=${signing.recvWindow}`);
  const text = parts.filter((part) => part !== '').join('&');
  const signature = createHmac('sha256', signing.secret ?? CUSTOMER.apiSecret)
    .update(text)
    .digest('hex');
  return get(`${path}?${text}&signature=${signature}`, { 'x-mbx-apikey': signing.key ?? CUSTOMER.apiKey });
}

const refusal = (status: number, code: number): object => ({
  status,
  body: { code, msg: expect.any(String) as string },
});
const ACCOUNT = '/api/v3/account';
const TRADES = '/api/v3/myTrades';
const DEPOSITS = '/sapi/v1/capital/deposit/hisrec';
const WITHDRAWALS = '/sapi/v1/capital/withdraw/history';

describe('when a request is signed', () => {
  it('accepts a timestamp inside the window and refuses it outside', async () => {
    expect((await signed(ACCOUNT)).status).toBe(200);
    expect((await signed(ACCOUNT, '', { timestamp: now - 5_000 })).status).toBe(200);
    expect(await signed(ACCOUNT, '', { timestamp: now - 5_001 })).toEqual(refusal(400, -1021));
    expect((await signed(ACCOUNT, '', { timestamp: now - 9_000, recvWindow: 10_000 })).status).toBe(200);
    expect((await signed(ACCOUNT, '', { timestamp: now + 999 })).status).toBe(200);
    expect(await signed(ACCOUNT, '', { timestamp: now + 1_000 })).toEqual(refusal(400, -1021));
    expect(await signed(ACCOUNT, '', { recvWindow: 60_001 })).toEqual(refusal(400, -1131));
  });

  it('refuses unknown keys, other secrets, missing and altered parts', async () => {
    expect(await signed(ACCOUNT, '', { key: 'x'.repeat(64) })).toEqual(refusal(400, -2008));
    expect(await signed(ACCOUNT, '', { key: '!' })).toEqual(refusal(401, -2014));
    expect(await signed(ACCOUNT, '', { secret: 'other' })).toEqual(refusal(400, -1022));
    expect(await get(ACCOUNT)).toEqual(refusal(401, -2014));
    const key = { 'x-mbx-apikey': CUSTOMER.apiKey };
    expect(await get(ACCOUNT, key)).toEqual(refusal(400, -1102));
    expect(await get(`${ACCOUNT}?timestamp=${now}`, key)).toEqual(refusal(400, -1102));
    expect(await get(`${ACCOUNT}?timestamp=soon&signature=00`, key)).toEqual(refusal(400, -1100));
    const signature = createHmac('sha256', CUSTOMER.apiSecret)
      .update(`symbol=BTCUSDT&timestamp=${now}`)
      .digest('hex');
    expect(await get(`${TRADES}?symbol=ETHUSDT&timestamp=${now}&signature=${signature}`, key)).toEqual(
      refusal(400, -1022),
    );
  });
});

describe('when trades are asked for', () => {
  const fills = history.events.filter(
    (event): event is TraderFill => event.kind === 'fill' && event.symbol === 'BTC/USDT',
  );
  const ids = async (query: string): Promise<number[]> =>
    ((await signed(TRADES, `symbol=BTCUSDT&${query}`)).body as { id: number }[]).map(({ id }) => id);

  it('pages by id, by time, or gives the latest', async () => {
    const all = fills.map(({ id }) => id);
    expect(await ids('fromId=0&limit=1000')).toEqual(all.slice(0, 1000));
    expect(await ids(`fromId=${all[5]}&limit=3`)).toEqual(all.slice(5, 8));
    expect(await ids('limit=2')).toEqual(all.slice(-2));
    const { time } = fills[20]!;
    const inDay = fills.filter((fill) => fill.time >= time && fill.time <= time + DAY_MS).map(({ id }) => id);
    expect(await ids(`startTime=${time}&endTime=${time + DAY_MS}`)).toEqual(inDay);
  });

  it('answers in the shape of the real venue', async () => {
    const [first] = (await signed(TRADES, 'symbol=BTCUSDT&fromId=0&limit=1')).body as object[];
    expect(first).toEqual({
      symbol: 'BTCUSDT',
      id: fills[0]?.id,
      orderId: fills[0]?.orderId,
      orderListId: -1,
      price: expect.stringMatching(/^\d+\.\d{8}$/) as string,
      qty: expect.stringMatching(/^\d+\.\d{8}$/) as string,
      quoteQty: expect.stringMatching(/^\d+\.\d{8}$/) as string,
      commission: expect.stringMatching(/^\d+\.\d{8}$/) as string,
      commissionAsset: fills[0]?.fee.asset,
      time: fills[0]?.time,
      isBuyer: fills[0]?.side === 'buy',
      isMaker: fills[0]?.isMaker,
      isBestMatch: true,
    });
  });

  it.each([
    ['', -1102],
    ['symbol=', -1102],
    ['symbol=DOGEUSDT', -1121],
    ['symbol=BTCUSDT&limit=1001', -1130],
    ['symbol=BTCUSDT&limit=0', -1130],
    ['symbol=BTCUSDT&limit=ten', -1100],
    ['symbol=BTCUSDT&fromId=1&startTime=1', -1128],
    [`symbol=BTCUSDT&startTime=1&endTime=${DAY_MS + 2}`, -1127],
  ])('refuses %j with %i', async (query, code) => {
    expect(await signed(TRADES, query)).toEqual(refusal(400, code));
  });
});

describe('when transfers are asked for', () => {
  it('gives a window of at most 90 days, newest first, by pages', async () => {
    const deposits = history.events.filter((event) => event.kind === 'deposit').map(({ id }) => id);
    const from = history.firstDay * DAY_MS;
    const window = `startTime=${from}&endTime=${from + 90 * DAY_MS}`;
    const whole = (await signed(DEPOSITS, window)).body as { id: string }[];
    expect(whole.map(({ id }) => id)).toEqual(deposits.slice(0, whole.length).reverse());
    expect(whole.length).toBeGreaterThan(1);
    expect((await signed(DEPOSITS, `${window}&limit=1&offset=1`)).body).toEqual([whole[1]]);
    expect((await signed(DEPOSITS, `${window}&coin=ETH`)).body).toEqual([]);
    expect(await signed(DEPOSITS, `startTime=${from}&endTime=${from + 90 * DAY_MS + 1}`)).toEqual(
      refusal(400, -4047),
    );
    expect(await signed(WITHDRAWALS, 'limit=1001')).toEqual(refusal(400, -1130));
  });

  it('shows a withdrawal as processing until it is completed', async () => {
    const withdrawal = history.events.find((event) => event.kind === 'withdrawal')!;
    const status = async (at: number): Promise<unknown> => {
      now = at;
      const query = `startTime=${withdrawal.time}&endTime=${withdrawal.time}`;
      return ((await signed(WITHDRAWALS, query)).body as { status: number }[]).map((row) => row.status);
    };
    expect(await status(withdrawal.time - 1)).toEqual([]);
    expect(await status(withdrawal.time + 1)).toEqual([4]);
    expect(await status(withdrawal.time + 3_600_000)).toEqual([6]);
    now = NOW;
  });
});

describe('when a wallet holds more than the markets and the list of deposits explain', () => {
  const { apiKey: key } = COLLECTOR;

  it('shows every asset that was ever held', async () => {
    const { balances } = (await signed(ACCOUNT, '', { key })).body as { balances: object[] };
    expect(balances).toContainEqual({ asset: 'XYZ', free: '0.00100000', locked: '0.00000000' });
    expect(balances).toContainEqual({ asset: 'USDT', free: '5.00000000', locked: '0.00000000' });
    expect(balances).toContainEqual({ asset: 'BTC', free: '0.00000000', locked: '0.00000000' });
  });

  it('lists no deposit that came from a wallet of the customer', async () => {
    const listed = (await signed(DEPOSITS, '', { key })).body as { id: string }[];
    expect(listed.map(({ id }) => id)).toEqual(['dust']);
  });
});

describe('when the market is asked for', () => {
  it('gives candles from a start, to an end, and none of the future', async () => {
    const today = (LAST_DAY + 1) * DAY_MS;
    const query = `symbol=BTCUSDT&interval=1d&startTime=${today - 2 * DAY_MS}`;
    const rows = (await get(`/api/v3/klines?${query}`)).body as (string | number)[][];
    expect(rows.map((row) => row[0])).toEqual([today - 2 * DAY_MS, today - DAY_MS, today]);
    expect(rows[0]).toHaveLength(12);
    expect(rows[0]?.[6]).toBe(today - DAY_MS - 1);
    const closed = (await get(`/api/v3/klines?${query}&endTime=${today - 1}`)).body as unknown[];
    expect(closed).toEqual(rows.slice(0, 2));
    const price = ((await get('/api/v3/ticker/price?symbol=BTCUSDT')).body as { price: string }).price;
    expect(rows[2]?.[4]).toBe(price);
  });

  it('gives at most a thousand candles, by default the latest, and none from before its history', async () => {
    const count = async (query: string): Promise<number> =>
      ((await get(`/api/v3/klines?symbol=SOLUSDT&${query}`)).body as unknown[]).length;
    expect(await count('interval=1m&limit=5000')).toBe(1_000);
    expect(await count('interval=1m')).toBe(500);
    expect(await count(`interval=1d&startTime=0&endTime=${market.firstDay * DAY_MS - 1}`)).toBe(0);
    expect(await get('/api/v3/klines?symbol=SOLUSDT&interval=2d')).toEqual(refusal(400, -1120));
  });

  it('answers unknown paths and writes with 404', async () => {
    expect((await get('/api/v3/order')).status).toBe(404);
    const response = await fetch(`${origin}${ACCOUNT}`, { method: 'POST' });
    expect(response.status).toBe(404);
  });
});
