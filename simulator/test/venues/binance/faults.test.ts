/** Each named fault, seen by a client. */
import { afterEach, describe, expect, it } from 'vitest';
import { futuresTrader } from '../../../src/trader/scenarios/scenarios.ts';
import {
  after,
  always,
  bannedUntil,
  changedLater,
  doubledRows,
  during,
  errorInOk,
  errorPage,
  type FaultPlan,
  firstOf,
  maintenancePage,
  neighbour,
  noRows,
  once,
  onPath,
  oversized,
  permissionsFrom,
  rateLimited,
  refusalOf,
  shortPage,
  shownLate,
  skewed,
  times,
  withoutMiddle,
  wrongShape,
  zeroes,
} from '../../../src/venues/faults.ts';
import { customerOf, LAST_DAY, type Line, market, NOW, openLine } from './line.ts';

const FAPI = 'https://fapi.binance.com/fapi';
const API = 'https://api.binance.com';
const history = futuresTrader({ seed: 'demo', market, lastDay: LAST_DAY });
const QUERY = 'symbol=ETHUSDT&fromId=0';
type Trade = { readonly id: number; readonly commission: string };

let line: Line;
afterEach(() => line.close());
const open = async (plan: FaultPlan, customer = customerOf(history)) => {
  line = await openLine(customer, { fault: plan });
};
const trades = () => line.signed('GET', `${FAPI}/v1/userTrades`, QUERY);
const ids = async () => ((await trades()).body as Trade[]).map(({ id }) => id);

describe('when rows are wrong', () => {
  it.each([
    ['shortPage', () => shortPage(2), (all: number[]) => all.slice(0, 5)],
    ['withoutMiddle', () => withoutMiddle(3), (all: number[]) => [...all.slice(0, 2), ...all.slice(5)]],
    ['doubledRows', doubledRows, (all: number[]) => all.flatMap((id) => [id, id])],
    ['noRows', noRows, () => []],
  ])('%s changes the genuine list, once', async (_name, fault, expected) => {
    await open(onPath('/fapi/v1/userTrades', once(fault())));
    const [first, second] = [await ids(), await ids()];
    expect(second).toHaveLength(7);
    expect(first).toEqual(expected(second));
  });

  it('reaches the list inside an answer, and leaves answers without one', async () => {
    await open(always(noRows()));
    const query = 'type=MAIN_UMFUTURE&startTime=0';
    const transfers = await line.signed('GET', `${API}/sapi/v1/asset/transfer`, `${query}&endTime=1`);
    expect(transfers.body).toEqual({ total: 0, rows: [] });
    const account = (await line.signed('GET', `${API}/api/v3/account`)).body as {
      balances: unknown[];
      uid: number;
    };
    expect([account.balances, account.uid]).toEqual([[], 354_937_868]);
    expect((await line.plain('GET', `${API}/api/v3/time`)).body).toEqual({ serverTime: NOW });
  });

  it('shows zeros for an account that has money', async () => {
    await open(onPath('/fapi/v3/account', once(zeroes())));
    const balance = async () => {
      const account = (await line.signed('GET', `${FAPI}/v3/account`)).body as {
        assets: { asset: string; walletBalance: string }[];
      };
      return account.assets.find(({ asset }) => asset === 'USDT')?.walletBalance;
    };
    expect(await balance()).toBe('0.00000000');
    expect(Number(await balance())).toBeGreaterThan(0);
  });

  it('changes a row after it was read', async () => {
    const first = (row: Readonly<Record<string, unknown>>) => row['commissionAsset'] === 'BNB';
    await open(always(changedLater(first, (row) => ({ ...row, commission: '9' }))));
    const fees = async () => ((await trades()).body as Trade[]).map(({ commission }) => commission);
    const before = await fees();
    expect(before).not.toContain('9');
    expect((await fees()).filter((fee) => fee === '9').length).toBeGreaterThan(0);
  });

  it('shows a row late, behind newer ones', async () => {
    const first = history.more?.find(({ kind }) => kind === 'contractFill');
    const late = shownLate(history, (event) => event === first, NOW + 1_000);
    line = await openLine(customerOf(late));
    const bitcoin = async () =>
      (await line.signed('GET', `${FAPI}/v1/userTrades`, 'symbol=BTCUSDT&fromId=0')).body as Trade[];
    const before = await bitcoin();
    line.clock.set(NOW + 1_000);
    const afterwards = await bitcoin();
    expect(afterwards.slice(1)).toEqual(before);
    expect(afterwards).toHaveLength(before.length + 1);
  });
});

describe('when answers are wrong', () => {
  it('has the other shape', async () => {
    await open(always(wrongShape()));
    expect(((await trades()).body as { data: Trade[] }).data).toHaveLength(7);
    expect(Array.isArray((await line.plain('GET', `${API}/api/v3/time`)).body)).toBe(true);
  });

  it('has an error in an answer with status 200', async () => {
    await open(always(errorInOk(-1000, 'unknown')));
    expect(await trades()).toMatchObject({ status: 200, body: { code: -1000, msg: 'unknown' } });
  });

  it.each([
    ['maintenance', maintenancePage(), 200],
    ['a firewall', errorPage(403), 403],
    ['a proxy', errorPage(520), 520],
  ])('is a page of %s', async (_name, fault, status) => {
    await open(always(fault));
    const answer = await trades();
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(/^<(!DOCTYPE )?html>/);
  });

  it('is larger than it should be', async () => {
    await open(always(oversized(1_000_000)));
    const answer = await trades();
    expect(answer.text.length).toBeGreaterThan(1_000_000);
    expect(answer.body).toHaveLength(7);
  });

  it.each([
    ['with a time', rateLimited(7), 429, '7'],
    ['without a time', rateLimited(), 429, null],
    ['with a time in the text alone', bannedUntil(NOW + 5_000), 418, null],
    ['in the venue’s own words', refusalOf(401, -2015), 401, null],
  ])('is a refusal %s', async (_name, fault, status, retryAfter) => {
    await open(always(fault));
    const answer = await trades();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
  });
});

describe('when a fault is planned', () => {
  const broken = refusalOf(500, -1001);
  const statuses = async (count: number): Promise<number[]> => {
    const all: number[] = [];
    for (let i = 0; i < count; i++) all.push((await trades()).status);
    return all;
  };

  it.each([
    ['once', once(broken), [500, 200, 200]],
    ['two times', times(2, broken), [500, 500, 200]],
    ['after one', after(1, broken), [200, 500, 500]],
    ['on another path', onPath('/api/v3/time', always(broken)), [200, 200, 200]],
    [
      'for another symbol',
      onPath('/fapi/v1/userTrades', always(broken), { symbol: 'BTCUSDT' }),
      [200, 200, 200],
    ],
    [
      'for this symbol',
      onPath('/fapi/v1/userTrades', always(broken), { symbol: 'ETHUSDT' }),
      [500, 500, 500],
    ],
    ['by the first plan that has one', firstOf(() => null, once(broken)), [500, 200, 200]],
  ])('happens %s', async (_name, plan, expected) => {
    await open(plan);
    expect(await statuses(3)).toEqual(expected);
  });

  it('happens while the clock is between two instants', async () => {
    const clock = { now: () => line.clock.now() };
    await open(during(clock, NOW + 10, NOW + 20, broken));
    const at = async (time: number) => {
      line.clock.set(time);
      return (await trades()).status;
    };
    expect([await at(NOW + 9), await at(NOW + 10), await at(NOW + 20)]).toEqual([200, 500, 200]);
  });
});

describe('when the venue, the key or the neighbourhood is wrong', () => {
  it('has a clock that is ahead', () => {
    expect(skewed({ now: () => 5 }, 3).now()).toBe(8);
  });

  it('has a neighbour who uses the limit', async () => {
    line = await openLine(customerOf(history), { otherUse: neighbour({ fapi: 2_400 }) });
    expect((await trades()).status).toBe(429);
    expect((await line.signed('GET', `${API}/api/v3/account`)).status).toBe(200);
  });

  it('has a key that loses and gains permissions', async () => {
    const loses = permissionsFrom(customerOf(history), NOW + 10, { futures: false });
    line = await openLine(permissionsFrom(loses, NOW + 20, { futures: true, trade: true }));
    const at = async (time: number) => {
      line.clock.set(time);
      return (await trades()).status;
    };
    expect([await at(NOW), await at(NOW + 10), await at(NOW + 20)]).toEqual([200, 401, 200]);
    expect(await line.call('sapiGetAccountApiRestrictions')).toMatchObject({
      enableSpotAndMarginTrading: true,
    });
  });
});
