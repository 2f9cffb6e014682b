/** Spot and its edges: coins that go, money on its way, transfers between wallets, conversions, savings, margin. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { everything, Plan } from '../../../src/trader/scenarios/scenarios.ts';
import { customerOf, LAST_DAY, type Line, market, NOW, openLine } from './line.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SAPI = 'https://api.binance.com/sapi/v1';
const API = 'https://api.binance.com/api/v3';
const history = everything({ seed: 'demo', market, lastDay: LAST_DAY });
const refused = (status: number, code: number) => ({
  status,
  body: { code, msg: expect.any(String) as string },
});
type Row = Readonly<Record<string, unknown>>;

let line: Line;
const get = (path: string, query = '') => line.signed('GET', `${SAPI}/${path}`, query);
const rowsOf = async (path: string, query = ''): Promise<readonly Row[]> => {
  const body = (await get(path, query)).body as Record<string, readonly Row[]> | readonly Row[];
  return Array.isArray(body) ? (body as readonly Row[]) : (body as Record<string, readonly Row[]>)['rows']!;
};
const days = (from: number, to: number, names = ['startTime', 'endTime']): string =>
  `${names[0]}=${NOW - from * DAY_MS}&${names[1]}=${NOW - to * DAY_MS}`;

describe('when an account has used everything', () => {
  beforeAll(async () => {
    line = await openLine(customerOf(history), { weightPerMinute: 1_000_000 });
  });
  afterAll(() => line.close());

  it('lists a market that stopped, and refuses one that is gone like one that never was', async () => {
    const { schedule } = market;
    const status = async (symbol: string) => {
      const { symbols } = (await line.plain('GET', `${API}/exchangeInfo`)).body as { symbols: Row[] };
      return symbols.find((one) => one['symbol'] === symbol)?.['status'] ?? null;
    };
    const trades = (symbol: string) => line.signed('GET', `${API}/myTrades`, `symbol=${symbol}&fromId=0`);
    line.clock.set(schedule!.orbtBreakDay * DAY_MS - 1);
    expect(await status('ORBTUSDT')).toBe('TRADING');
    line.clock.set(schedule!.orbtBreakDay * DAY_MS);
    expect(await status('ORBTUSDT')).toBe('BREAK');
    expect((await trades('ORBTUSDT')).body).toHaveLength(2);
    const last = `${API}/klines?symbol=ORBTUSDT&interval=1d&limit=1`;
    const [bar] = (await line.plain('GET', last)).body as number[][];
    expect(bar?.[0]).toBe((schedule!.orbtBreakDay - 1) * DAY_MS);
    line.clock.set(NOW);
    expect(await status('ORBTUSDT')).toBe(null);
    expect(await trades('ORBTUSDT')).toMatchObject(refused(400, -1121));
    expect(await trades('NEVERUSDT')).toMatchObject(refused(400, -1121));
    expect(await status('LUMAUSDT')).toBe('BREAK');
    expect((await trades('LUMAUSDT')).body).toHaveLength(1);
    const { balances } = (await line.call('privateGetAccount')) as { balances: Row[] };
    expect(Number(balances.find(({ asset }) => asset === 'ORBT')?.['free'])).toBeGreaterThan(0);
    expect(Number(balances.find(({ asset }) => asset === 'LUMX')?.['free'])).toBeGreaterThan(0);
    expect(balances.find(({ asset }) => asset === 'LUMA')).toMatchObject({ free: '0.00000000' });
  });

  it('says what orders hold beside what is free', async () => {
    const { balances } = (await line.call('privateGetAccount')) as { balances: Row[] };
    expect(balances.find(({ asset }) => asset === 'USDT')).toMatchObject({ locked: '150.00000000' });
  });

  it('lists transfers of one type, newest first, and needs the type', async () => {
    const all = days(100, 0);
    const rows = await rowsOf('asset/transfer', `type=MAIN_UMFUTURE&${all}`);
    expect(rows.map((row) => [row['asset'], row['amount'], row['status']])).toEqual([
      ['BNB', '1', 'CONFIRMED'],
      ['USDT', '12000', 'CONFIRMED'],
    ]);
    const types = ['UMFUTURE_MAIN', 'MAIN_CMFUTURE', 'MAIN_MARGIN', 'MARGIN_MAIN', 'FUNDING_MAIN'];
    for (const type of [...types, 'MAIN_ISOLATED_MARGIN', 'ISOLATED_MARGIN_MAIN'])
      expect((await rowsOf('asset/transfer', `type=${type}&${all}`)).length, type).toBeGreaterThan(0);
    expect((await get('asset/transfer', 'type=MAIN_UMFUTURE')).body).toEqual({ total: 0, rows: [] });
    expect(await get('asset/transfer')).toMatchObject(refused(400, -1102));
    expect(await get('asset/transfer', 'type=MAIN_MOON')).toMatchObject(refused(400, -1130));
    expect(await get('asset/transfer', 'type=MARGIN_ISOLATEDMARGIN')).toMatchObject(refused(400, -1102));
    expect(await get('asset/transfer', 'type=MAIN_FUNDING&size=101')).toMatchObject(refused(400, -1130));
  });

  it('has the funding wallet behind a POST alone', async () => {
    const funding = await line.signed('POST', `${SAPI}/asset/get-funding-asset`);
    expect(funding.body).toMatchObject([{ asset: 'USDT', free: '140.00000000' }]);
    expect(await line.call('sapiPostAssetGetFundingAsset', { asset: 'BTC' })).toEqual([]);
    expect(await get('asset/get-funding-asset')).toMatchObject(refused(404, -1000));
  });

  it('lists dust, conversions and dividends', async () => {
    const dust = (await get('asset/dribblet')).body as { userAssetDribblets: Row[] };
    const [dribblet] = dust.userAssetDribblets;
    expect((dribblet!['userAssetDribbletDetails'] as Row[]).map((row) => row['fromAsset'])).toEqual([
      'PEBL',
      'USDC',
    ]);
    const flow = (await get('convert/tradeFlow', days(60, 31))).body as { list: Row[]; moreData: boolean };
    expect(flow.list.map((row) => [row['fromAsset'], row['toAsset']])).toEqual([
      ['USDT', 'USDC'],
      ['ETH', 'BNB'],
    ]);
    expect((await get('convert/tradeFlow', `${days(60, 31)}&limit=1`)).body).toMatchObject({
      moreData: true,
    });
    expect(await get('convert/tradeFlow')).toMatchObject(refused(400, -1102));
    expect(await get('convert/tradeFlow', days(31, 0))).toMatchObject(refused(400, -1127));
    const dividends = await rowsOf('asset/assetDividend', days(100, 0));
    expect(dividends.map((row) => [row['asset'], row['enInfo']])).toEqual([
      ['USDT', 'Commission rebate'],
      ['BNB', 'BNB Vault'],
      ['DRIP', 'DRIP airdrop'],
    ]);
    expect(await get('asset/assetDividend', 'limit=501')).toMatchObject(refused(400, -1130));
    expect(await get('asset/assetDividend', days(181, 0))).toMatchObject(refused(400, -1127));
  });

  it('lists money from banks, cards and persons', async () => {
    const times = days(100, 0, ['beginTime', 'endTime']);
    const data = async (path: string, query: string) =>
      ((await get(path, query)).body as { data: Row[]; total?: number }).data;
    expect(await data('fiat/orders', `transactionType=0&${times}`)).toMatchObject([
      { fiatCurrency: 'EUR', indicatedAmount: '1501', amount: '1500', totalFee: '1', status: 'Successful' },
    ]);
    expect(await data('fiat/orders', `transactionType=1&${times}`)).toMatchObject([{ amount: '400' }]);
    expect(await data('fiat/payments', `transactionType=0&${times}`)).toMatchObject([
      { cryptoCurrency: 'USDT', obtainAmount: '250', status: 'Completed' },
    ]);
    expect(await data('pay/transactions', days(89, 0))).toMatchObject([{ amount: '-60', currency: 'USDT' }]);
    const p2p = days(75, 50, ['startTimestamp', 'endTimestamp']);
    expect(await data('c2c/orderMatch/listUserOrderHistory', p2p)).toMatchObject([
      { tradeType: 'BUY', amount: '700.00000000', orderStatus: 'COMPLETED' },
    ]);
    expect(await data('c2c/orderMatch/listUserOrderHistory', `tradeType=SELL&${p2p}`)).toEqual([]);
    expect(await get('fiat/orders', 'transactionType=2')).toMatchObject(refused(400, -1130));
    expect(await get('pay/transactions', days(91, 0))).toMatchObject(refused(400, -1127));
    expect(await get('pay/transactions', 'limit=101')).toMatchObject(refused(400, -1130));
  });

  it('lists transfers of sub-accounts to a master, from one address or to one', async () => {
    const times = days(65, 36);
    const result = async (query: string) =>
      ((await get('sub-account/universalTransfer', `${times}&${query}`)).body as { result: Row[] }).result;
    expect(await result('')).toMatchObject([{ amount: '300', fromEmail: 'owner@example.com' }]);
    expect(await result('toEmail=owner@example.com')).toMatchObject([{ amount: '900' }]);
    const { subAccounts } = (await get('sub-account/list')).body as { subAccounts: Row[] };
    expect(subAccounts.map(({ email }) => email)).toEqual(['other@example.com']);
    expect(await result('fromEmail=other@example.com')).toMatchObject([{ amount: '900' }]);
    expect(await get('sub-account/universalTransfer', 'toEmail=a&fromEmail=b')).toMatchObject(
      refused(400, -1128),
    );
    expect(await get('sub-account/transfer/subUserHistory')).toMatchObject(refused(400, -12022));
  });

  it('lists savings, their interest and what is held', async () => {
    const all = days(89, 0);
    expect(await rowsOf('simple-earn/flexible/position')).toMatchObject([
      { asset: 'USDT', productId: 'USDT001' },
    ]);
    expect(await rowsOf('simple-earn/flexible/history/subscriptionRecord', all)).toMatchObject([
      { amount: '2000' },
    ]);
    expect(await rowsOf('simple-earn/locked/history/subscriptionRecord', all)).toMatchObject([
      { amount: '1000' },
    ]);
    expect(await rowsOf('simple-earn/flexible/history/redemptionRecord', all)).toMatchObject([
      { amount: '1200' },
    ]);
    expect(await rowsOf('simple-earn/locked/history/redemptionRecord', all)).toMatchObject([
      { amount: '1000' },
    ]);
    const bonus = await rowsOf('simple-earn/flexible/history/rewardsRecord', `type=BONUS&size=100&${all}`);
    const realtime = await rowsOf(
      'simple-earn/flexible/history/rewardsRecord',
      `type=REALTIME&size=100&${all}`,
    );
    expect(bonus.length).toBe(realtime.length);
    expect((await rowsOf('simple-earn/locked/history/rewardsRecord', all)).length).toBeGreaterThan(3);
    expect(await get('simple-earn/flexible/history/rewardsRecord')).toMatchObject(refused(400, -1102));
    expect(await get('simple-earn/flexible/history/subscriptionRecord', days(91, 0))).toMatchObject(
      refused(400, -1127),
    );
  });

  it('lists loans, their interest, transfers and liquidations, of cross and of isolated wallets apart', async () => {
    const times = days(60, 31);
    const repaid = await rowsOf('margin/borrow-repay', `type=REPAY&${times}`);
    expect(repaid.map((row) => [row['asset'], row['principal']])).toEqual([
      ['BTC', '0.02000000'],
      ['USDT', '2500.00000000'],
    ]);
    expect(await rowsOf('margin/borrow-repay', `type=REPAY&isolatedSymbol=SOLUSDT&${times}`)).toMatchObject([
      { asset: 'USDT', principal: '1500.00000000', isolatedSymbol: 'SOLUSDT' },
    ]);
    const interest = await rowsOf(
      'margin/interestHistory',
      `isolatedSymbol=SOLUSDT&size=100&${days(50, 45)}`,
    );
    expect(interest).toHaveLength(100);
    expect(interest[0]).toMatchObject({ asset: 'USDT', principal: '1500.00000000', interest: '0.01875000' });
    expect(
      await rowsOf('margin/transfer', `type=ROLL_OUT&isolatedSymbol=SOLUSDT&${days(30, 0)}`),
    ).toMatchObject([
      { amount: '400.00000000', transFrom: 'ISOLATED_MARGIN', transTo: 'SPOT', fromSymbol: 'SOLUSDT' },
    ]);
    expect(await rowsOf('margin/forceLiquidationRec', `isolatedSymbol=SOLUSDT&${times}`)).toHaveLength(1);
    expect(await rowsOf('margin/forceLiquidationRec', times)).toEqual([]);
    const trades = (query: string) => get('margin/myTrades', `fromId=0&${query}`);
    expect((await trades('symbol=ETHUSDT')).body).toMatchObject([
      { isIsolated: false },
      { isIsolated: false },
    ]);
    expect((await trades('symbol=SOLUSDT&isIsolated=TRUE')).body).toHaveLength(2);
    expect((await trades('symbol=SOLUSDT')).body).toEqual([]);
    expect(await get('margin/borrow-repay', 'type=LEND')).toMatchObject(refused(400, -1130));
    expect(await get('margin/interestHistory', days(31, 0))).toMatchObject(refused(400, -1127));
    expect(await get('margin/isolated/account', 'symbols=A,B,C,D,E,F')).toMatchObject(refused(400, -1130));
  });
});

describe('when money is on its way', () => {
  afterEach(() => line.close());
  const opened = async (write: (plan: Plan) => void, changes: Parameters<typeof customerOf>[1] = {}) => {
    const plan = new Plan({ seed: 'way', market, lastDay: LAST_DAY, days: 3 }, 3);
    plan.on(0, 1, ({ time, spot }) => spot.deposit(time, 'USDT', '100'));
    write(plan);
    line = await openLine(customerOf(plan.account(), changes));
  };
  const noon = (LAST_DAY - 1) * DAY_MS + 12 * HOUR_MS;
  const free = async () => {
    const { balances } = (await line.call('privateGetAccount')) as { balances: Row[] };
    return balances.find(({ asset }) => asset === 'USDT')?.['free'];
  };

  it.each([
    [false, 6, '49.00000000'],
    [true, 5, '100.00000000'],
  ])('a withdrawal (fails: %s) is processed, then has status %i', async (fails, status, left) => {
    await opened((plan) =>
      plan.on(1, 12, ({ time, spot }) =>
        spot.withdraw(time, 'USDT', '50', '1', { processingMs: HOUR_MS, ...(fails ? { fails: true } : {}) }),
      ),
    );
    const state = async () => ((await rowsOf('capital/withdraw/history')) as Row[])[0]?.['status'];
    const leaving = async () =>
      ((await rowsOf('capital/config/getall')) as Row[]).find(({ coin }) => coin === 'USDT')?.['withdrawing'];
    line.clock.set(noon + 30_000);
    expect([await state(), await free(), await leaving()]).toEqual([4, '49.00000000', '51.00000000']);
    line.clock.set(noon + HOUR_MS + 30_000);
    expect([await state(), await free(), await leaving()]).toEqual([status, left, '0.00000000']);
  });

  it('a deposit is listed as pending before it is in the balance', async () => {
    await opened((plan) =>
      plan.on(1, 12, ({ time, spot }) => spot.deposit(time, 'USDT', '7', { pendingMs: HOUR_MS })),
    );
    const state = async () => ((await rowsOf('capital/deposit/hisrec')) as Row[])[0];
    line.clock.set(noon - HOUR_MS + 20_000);
    expect([(await state())?.['status'], await free()]).toEqual([0, '100.00000000']);
    line.clock.set(noon + 20_000);
    expect([(await state())?.['status'], await free()]).toEqual([1, '107.00000000']);
    expect((await state())?.['insertTime']).toBe(noon - HOUR_MS + 12_345);
  });

  it('a row is inserted late, behind newer ones', async () => {
    const late = noon + 5 * HOUR_MS;
    await opened((plan) => {
      plan.on(1, 12, ({ time, spot }) => spot.deposit(time, 'USDT', '7', { visibleFrom: late }));
      plan.on(1, 13, ({ time, spot }) => spot.deposit(time, 'USDT', '8'));
    });
    const amounts = async () =>
      ((await rowsOf('capital/deposit/hisrec')) as Row[]).map(({ amount }) => amount);
    line.clock.set(late - 1);
    expect([await amounts(), await free()]).toEqual([['8', '100'], '115.00000000']);
    line.clock.set(late);
    expect(await amounts()).toEqual(['8', '7', '100']);
  });

  it('a sub-account sees its own transfers, and is not asked as a master', async () => {
    await opened((plan) => plan.on(2, 1, ({ time, spot }) => spot.subTransfer(time, 'in', 'USDT', '5')), {
      role: 'sub',
    });
    expect(await rowsOf('sub-account/transfer/subUserHistory')).toMatchObject([
      { counterParty: 'master', type: 1, qty: '5', status: 'SUCCESS' },
    ]);
    expect((await get('sub-account/transfer/subUserHistory', 'type=2')).body).toEqual([]);
    expect(await get('sub-account/universalTransfer')).toMatchObject(refused(400, -12022));
    expect(await get('sub-account/list')).toMatchObject(refused(400, -12022));
  });

  it('a credit shows in the balance and in no list', async () => {
    await opened((plan) => plan.on(1, 12, ({ time, spot }) => spot.credit(time, 'usdm', 'USDT', '25')));
    const account = (await line.call('fapiPrivateV3GetAccount')) as { totalWalletBalance: string };
    expect(account.totalWalletBalance).toBe('25.00000000');
    expect(await line.call('fapiPrivateGetIncome', { startTime: 0 })).toEqual([]);
  });

  it('a reward may be in two lists, under one number', async () => {
    await opened((plan) =>
      plan.on(1, 12, ({ time, spot }) => spot.reward(time, 'BONUS', 'USDT', '0.5', { isAlsoDividend: true })),
    );
    const [dividend] = await rowsOf('asset/assetDividend');
    const [reward] = await rowsOf('simple-earn/flexible/history/rewardsRecord', 'type=BONUS');
    expect([dividend?.['amount'], dividend?.['divTime']]).toEqual([reward?.['rewards'], reward?.['time']]);
    expect(dividend?.['enInfo']).toBe('Flexible');
    expect(await free()).toBe('100.50000000');
  });

  it('a transfer between isolated wallets names both', async () => {
    await opened((plan) =>
      plan.on(1, 12, ({ time, spot }) => {
        spot.transfer(time, 'spot', 'cross', 'USDT', '30');
        spot.transfer(time + 1_000, 'cross', 'isolated:BTCUSDT', 'USDT', '20');
        spot.transfer(time + 2_000, 'isolated:BTCUSDT', 'isolated:ETHUSDT', 'USDT', '10');
      }),
    );
    const of = (query: string) => rowsOf('asset/transfer', query);
    expect(await of('type=MARGIN_ISOLATEDMARGIN&toSymbol=BTCUSDT')).toMatchObject([{ amount: '20' }]);
    expect(await of('type=MARGIN_ISOLATEDMARGIN&toSymbol=ETHUSDT')).toEqual([]);
    const both = 'type=ISOLATEDMARGIN_ISOLATEDMARGIN&fromSymbol=BTCUSDT&toSymbol=ETHUSDT';
    expect(await of(both)).toMatchObject([{ amount: '10' }]);
  });
});
