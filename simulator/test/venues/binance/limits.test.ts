/** Limits, bans and keys of the simulated Binance. */
import { afterEach, describe, expect, it } from 'vitest';
import type { TraderAccount } from '../../../src/trader/event.ts';
import { futuresTrader, Plan } from '../../../src/trader/scenarios/scenarios.ts';
import type { BinanceAccount, Permissions } from '../../../src/venues/binance/authorization.ts';
import { customerOf, LAST_DAY, type Line, market, NOW, openLine } from './line.ts';

const MINUTE_MS = 60_000;
const API = 'https://api.binance.com';
const FAPI = 'https://fapi.binance.com';
const DAPI = 'https://dapi.binance.com';
const refused = (status: number, code: number) => ({
  status,
  body: { code, msg: expect.any(String) as string },
});

const plan = new Plan({ seed: 'limits', market, lastDay: LAST_DAY, days: 2 }, 2);
plan.on(0, 1, ({ time, spot }) => spot.deposit(time, 'USDT', '100'));
const small: TraderAccount = plan.account();

let line: Line;
afterEach(() => line.close());
const open = async (changes: Partial<BinanceAccount> = {}, options: Parameters<typeof openLine>[1] = {}) => {
  line = await openLine(customerOf(small, changes), options);
};
const times = async (count: number, ask: () => Promise<{ readonly status: number }>): Promise<number[]> => {
  const all: number[] = [];
  for (let i = 0; i < count; i++) all.push((await ask()).status);
  return all;
};

describe('when weight is used', () => {
  it('counts each host alone, and sapi apart from api', async () => {
    await open();
    const time = await line.plain('GET', `${API}/api/v3/exchangeInfo`);
    expect(time.headers.get('x-mbx-used-weight-1m')).toBe('20');
    const sapi = await line.signed('GET', `${API}/sapi/v1/simple-earn/account`);
    expect(sapi.headers.get('x-sapi-used-ip-weight-1m')).toBe('150');
    expect(sapi.headers.get('x-mbx-used-weight-1m')).toBe(null);
    const uid = await line.signed(
      'GET',
      `${API}/sapi/v1/convert/tradeFlow`,
      `startTime=${NOW - 1}&endTime=${NOW}`,
    );
    expect(uid.headers.get('x-sapi-used-uid-weight-1m')).toBe('3000');
    const fapi = await line.signed('GET', `${FAPI}/fapi/v1/income`);
    expect(fapi.headers.get('x-mbx-used-weight-1m')).toBe('30');
    const dapi = await line.signed('GET', `${DAPI}/dapi/v1/income`);
    expect(dapi.headers.get('x-mbx-used-weight-1m')).toBe('20');
  });

  it('refuses beyond the limit until the minute is over, and tells when', async () => {
    await open({}, { limits: { fapi: 60 } });
    const income = () => line.signed('GET', `${FAPI}/fapi/v1/income`);
    line.clock.set(NOW + 20_000);
    expect(await times(2, income)).toEqual([200, 200]);
    const third = await income();
    expect(third).toMatchObject(refused(429, -1003));
    expect(third.headers.get('retry-after')).toBe('40');
    expect((await line.signed('GET', `${DAPI}/dapi/v1/income`)).status).toBe(200);
    line.clock.set(NOW + MINUTE_MS);
    expect((await income()).status).toBe(200);
  });

  it('refuses an account beyond its own limit', async () => {
    await open();
    const orders = () => line.signed('GET', `${API}/sapi/v1/fiat/orders`, 'transactionType=0');
    expect(await times(3, orders)).toEqual([200, 200, 429]);
  });

  it('counts what somebody else at the address uses', async () => {
    await open({}, { otherUse: (area) => (area === 'dapi' ? 2_390 : 0) });
    expect(await line.signed('GET', `${DAPI}/dapi/v1/income`)).toMatchObject(refused(429, -1003));
    expect((await line.signed('GET', `${FAPI}/fapi/v1/income`)).status).toBe(200);
  });

  it.each([true, false])('bans who goes on (told in the header: %s)', async (tellsInHeader) => {
    await open({}, { limits: { fapi: 30 }, ban: { afterRefused: 2, banMs: 90_000, tellsInHeader } });
    const income = () => line.signed('GET', `${FAPI}/fapi/v1/income`);
    expect(await times(4, income)).toEqual([200, 429, 429, 418]);
    line.clock.set(NOW + 80_000);
    const banned = await income();
    expect(banned).toMatchObject(refused(418, -1003));
    expect(banned.text).toContain(`IP banned until ${NOW + 90_000}`);
    expect(banned.headers.get('retry-after')).toBe(tellsInHeader ? '10' : null);
    line.clock.set(NOW + 90_000);
    expect((await income()).status).toBe(200);
  });
});

describe('when a host is asked', () => {
  it('answers only its own paths', async () => {
    await open();
    expect(await line.plain('GET', `${FAPI}/api/v3/time`)).toMatchObject(refused(404, -1000));
    expect(await line.plain('GET', `${API}/fapi/v1/time`)).toMatchObject(refused(404, -1000));
    expect((await line.plain('GET', `${FAPI}/fapi/v1/time`)).body).toEqual({ serverTime: NOW });
    expect((await line.plain('GET', `${DAPI}/dapi/v1/time`)).body).toEqual({ serverTime: NOW });
    expect((await line.plain('GET', `${FAPI}/fapi/v1/ping`)).body).toEqual({});
  });
});

describe('when a key is not for everything', () => {
  const reads: Permissions = { read: true, trade: false, withdraw: false };

  it('is refused by contracts without their scope, and reads spot', async () => {
    await open({ permissions: reads });
    expect(await line.signed('GET', `${FAPI}/fapi/v3/account`)).toMatchObject(refused(401, -2015));
    expect(await line.signed('GET', `${DAPI}/dapi/v1/account`)).toMatchObject(refused(401, -2015));
    expect((await line.signed('GET', `${API}/api/v3/account`)).status).toBe(200);
  });

  it('reads contracts without the right to trade them, when it was made late enough', async () => {
    await open({ permissions: { ...reads, readsContracts: true } });
    expect((await line.signed('GET', `${FAPI}/fapi/v3/account`)).status).toBe(200);
    expect(await line.call('sapiGetAccountApiRestrictions')).toMatchObject({ enableFutures: false });
    expect(await line.signed('POST', `${FAPI}/fapi/v1/order`)).toMatchObject(refused(401, -2015));
  });

  it('says what it may', async () => {
    const keyCreatedAt = NOW - 1_000;
    const permissions = { ...reads, futures: true, margin: true, universalTransfer: true };
    await open({ permissions, boundTo: 'here', keyCreatedAt, tradingExpiresAt: NOW + 1_000 });
    expect(await line.call('sapiGetAccountApiRestrictions')).toMatchObject({
      enableReading: true,
      enableFutures: true,
      enableMargin: true,
      permitsUniversalTransfer: true,
      enableWithdrawals: false,
      enablePortfolioMarginTrading: false,
      ipRestrict: true,
      createTime: keyCreatedAt,
      tradingAuthorityExpirationTime: NOW + 1_000,
    });
  });

  it('is refused everywhere from another address', async () => {
    await open({ boundTo: 'elsewhere' });
    for (const url of [`${API}/api/v3/account`, `${API}/sapi/v1/asset/dribblet`, `${FAPI}/fapi/v3/account`])
      expect(await line.signed('GET', url)).toMatchObject(refused(401, -2015));
    expect((await line.plain('GET', `${API}/api/v3/time`)).status).toBe(200);
  });

  it('is refused by contracts when its account is one of portfolio margin', async () => {
    await open({ permissions: { ...reads, futures: true, portfolioMargin: true } });
    expect(await line.signed('GET', `${FAPI}/fapi/v3/account`)).toMatchObject(refused(400, -4109));
    expect(await line.call('sapiGetAccountApiRestrictions')).toMatchObject({
      enablePortfolioMarginTrading: true,
    });
  });

  it('loses a permission between two requests', async () => {
    await open({ later: [{ from: NOW + 1_000, permissions: reads }] });
    expect((await line.signed('GET', `${FAPI}/fapi/v3/account`)).status).toBe(200);
    line.clock.set(NOW + 1_000);
    expect(await line.signed('GET', `${FAPI}/fapi/v3/account`)).toMatchObject(refused(401, -2015));
  });

  it('has no margin account to read where none was opened', async () => {
    await open({ hasMargin: false });
    expect(await line.signed('GET', `${API}/sapi/v1/margin/account`)).toMatchObject(refused(400, -3003));
    expect(await line.signed('GET', `${API}/sapi/v1/margin/isolated/account`)).toMatchObject(
      refused(400, -3003),
    );
  });
});

describe('when somebody tries to trade', () => {
  it.each([
    [`${API}/api/v3/order`],
    [`${FAPI}/fapi/v1/order`],
    [`${DAPI}/dapi/v1/order`],
    [`${API}/sapi/v1/capital/withdraw/apply`],
    [`${API}/sapi/v1/asset/transfer`],
  ])('POST %s is seen, and refused', async (url) => {
    await open();
    expect(await line.signed('POST', url, 'symbol=BTCUSDT')).toMatchObject(refused(401, -2015));
    expect(line.requests).toMatchObject([{ method: 'POST', path: new URL(url).pathname }]);
    expect(line.requests[0]?.query.get('symbol')).toBe('BTCUSDT');
    await line.close();
    await open({ permissions: { read: true, trade: true, withdraw: true, futures: true } });
    expect(await line.signed('POST', url)).toMatchObject(refused(400, -2010));
  });

  it('sees the parameters that ccxt puts into the body', async () => {
    await open();
    const order = line.call('privatePostOrder', {
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'MARKET',
      quantity: '1',
    });
    await expect(order).rejects.toMatchObject({ name: 'AuthenticationError' });
    expect(line.requests[0]?.query.get('quantity')).toBe('1');
  });

  it('refuses a body that is too long, and one whose signature is another’s', async () => {
    await open();
    const wrong = `${API}/api/v3/order?timestamp=${NOW}&signature=00`;
    expect(await line.plain('POST', wrong)).toMatchObject(refused(401, -2014));
    const long = line.call('privatePostOrder', { note: 'x'.repeat(70_000) });
    await expect(long).rejects.toMatchObject({ message: expect.stringContaining('too large') as string });
    expect(line.requests).toHaveLength(1);
  });
});

describe('when many pages are read', () => {
  it('makes its lists once: three hundred requests take less than five seconds', async () => {
    line = await openLine(customerOf(futuresTrader({ seed: 'demo', market, lastDay: LAST_DAY })), {
      weightPerMinute: 10_000_000,
    });
    const started = performance.now();
    const page = () => line.signed('GET', `${FAPI}/fapi/v1/userTrades`, 'symbol=BTCUSDT&fromId=0&limit=3');
    expect(new Set(await times(300, page))).toEqual(new Set([200]));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
