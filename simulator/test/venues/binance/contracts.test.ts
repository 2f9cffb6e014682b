import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beyondHorizon, coinMargined, futuresTrader } from '../../../src/trader/scenarios/scenarios.ts';
import { customerOf, LAST_DAY, type Line, market, NOW, openLine } from './line.ts';

const DAY_MS = 86_400_000;
const options = { seed: 'demo', market, lastDay: LAST_DAY };
const FAPI = 'https://fapi.binance.com/fapi';
const DAPI = 'https://dapi.binance.com/dapi';
const refused = (status: number, code: number) => ({
  status,
  body: { code, msg: expect.any(String) as string },
});
type Row = Readonly<Record<string, string>>;

let line: Line;
const open = async (history: Parameters<typeof customerOf>[0]) => {
  line = await openLine(customerOf(history));
};

describe('when USDⓈ-M is asked', () => {
  beforeAll(() => open(futuresTrader(options)));
  afterAll(() => line.close());

  it('lists its contracts so that ccxt knows them', async () => {
    const markets = await line.exchange.loadMarkets();
    const perpetual = markets['BTC/USDT:USDT'];
    expect(perpetual).toMatchObject({
      id: 'BTCUSDT',
      type: 'swap',
      linear: true,
      contractSize: 1,
      settle: 'USDT',
    });
    const dated = Object.values(markets).find((one) => one?.type === 'future');
    expect(dated?.id).toMatch(/^BTCUSDT_\d{6}$/);
    expect(markets['BTC/USD:BTC']).toMatchObject({ id: 'BTCUSD_PERP', inverse: true, contractSize: 100 });
    expect(markets['ETH/USD:ETH']).toMatchObject({ contractSize: 10, settle: 'ETH' });
  });

  it('gives trades by id from the oldest on, or of a week', async () => {
    const trades = (query: string) => line.signed('GET', `${FAPI}/v1/userTrades`, `symbol=ETHUSDT&${query}`);
    const all = (await trades('fromId=0')).body as { id: number; time: number }[];
    expect(all).toHaveLength(7);
    expect((await trades(`fromId=${all[2]!.id}&limit=2`)).body).toEqual(all.slice(2, 4));
    const week = `startTime=${all[0]!.time}&endTime=${all[0]!.time + 7 * DAY_MS}`;
    expect((await trades(week)).body).toEqual(all.filter(({ time }) => time <= all[0]!.time + 7 * DAY_MS));
    expect((await trades('limit=5')).body).toEqual([]);
    expect(await trades(`fromId=0&startTime=${NOW - DAY_MS}`)).toMatchObject(refused(400, -1128));
    expect(await trades(`startTime=${NOW - 8 * DAY_MS}&endTime=${NOW}`)).toMatchObject(refused(400, -4165));
    expect(await trades('limit=1001')).toMatchObject(refused(400, -1130));
    expect(await line.signed('GET', `${FAPI}/v1/userTrades`)).toMatchObject(refused(400, -1102));
    expect(await line.signed('GET', `${FAPI}/v1/userTrades`, 'symbol=BTCUSD_PERP')).toMatchObject(
      refused(400, -1121),
    );
  });

  it('shows a trade as the venue does', async () => {
    const [trade] = (await line.call('fapiPrivateGetUserTrades', { symbol: 'ETHUSDT', fromId: 0 })) as Row[];
    expect(trade).toEqual({
      symbol: 'ETHUSDT',
      id: expect.any(Number) as number,
      orderId: expect.any(Number) as number,
      marginAsset: 'USDT',
      side: 'BUY',
      price: expect.stringMatching(/^\d+\.\d{8}$/) as string,
      qty: '4.000',
      realizedPnl: '0.00000000',
      quoteQty: expect.stringMatching(/^\d+\.\d{8}$/) as string,
      commission: expect.stringMatching(/^0\.\d{8}$/) as string,
      commissionAsset: 'BNB',
      time: expect.any(Number) as number,
      positionSide: 'LONG',
      buyer: true,
      maker: false,
    });
  });

  it('shows a delivery among the trades and in the income', async () => {
    const dated = Object.values(await line.exchange.loadMarkets()).find((one) => one?.type === 'future')!.id;
    const trades = (await line.call('fapiPrivateGetUserTrades', { symbol: dated, fromId: 0 })) as Row[];
    expect(trades.map((row) => [row['side'], row['qty']])).toEqual([
      ['BUY', '0.050'],
      ['SELL', '0.050'],
    ]);
    const income = (await line.call('fapiPrivateGetIncome', {
      incomeType: 'DELIVERED_SETTELMENT',
      startTime: NOW - 30 * DAY_MS,
    })) as Row[];
    expect(income).toMatchObject([{ symbol: dated, income: trades[1]!['realizedPnl'] }]);
  });

  it('gives income oldest first, of a week where no time is sent', async () => {
    const income = async (query: string) =>
      (await line.signed('GET', `${FAPI}/v1/income`, query)).body as { time: number }[];
    const all = await income(`startTime=${NOW - 89 * DAY_MS}&limit=1000`);
    expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).sort((a, b) => a - b));
    expect(await income('limit=1000')).toEqual(all.filter(({ time }) => time >= NOW - 7 * DAY_MS));
    expect(await income(`startTime=${NOW - 89 * DAY_MS}`)).toHaveLength(100);
    expect(await line.signed('GET', `${FAPI}/v1/income`, 'limit=1001')).toMatchObject(refused(400, -1130));
    expect(await line.signed('GET', `${FAPI}/v1/income`, 'page=0')).toMatchObject(refused(400, -1130));
  });

  it('shows positions of both sides while they are open', async () => {
    const first = (
      (await line.call('fapiPrivateGetUserTrades', { symbol: 'ETHUSDT', fromId: 0 })) as Row[]
    )[1]!;
    line.clock.set(Number(first['time']) + 1);
    const positions = (await line.call('fapiPrivateV3GetPositionRisk')) as Row[];
    expect(positions.map((row) => [row['symbol'], row['positionSide'], row['positionAmt']])).toEqual([
      ['ETHUSDT', 'LONG', '4.000'],
      ['ETHUSDT', 'SHORT', '-3.000'],
    ]);
    expect(await line.call('fapiPrivateGetPositionSideDual')).toEqual({ dualSidePosition: true });
    line.clock.set(NOW);
    expect(await line.call('fapiPrivateV3GetPositionRisk')).toEqual([]);
  });

  it('gives candles of trades and of marks, and what it pays next', async () => {
    const query = `symbol=BTCUSDT&interval=1d&startTime=${(LAST_DAY - 2) * DAY_MS}&endTime=${LAST_DAY * DAY_MS - 1}`;
    const bars = (await line.plain('GET', `${FAPI}/v1/klines?${query}`)).body as string[][];
    const marks = (await line.plain('GET', `${FAPI}/v1/markPriceKlines?${query}`)).body as string[][];
    expect([bars.length, marks.length]).toEqual([2, 2]);
    for (const [index, bar] of bars.entries()) {
      const mark = marks[index]!;
      expect(Number(bar[5])).toBeGreaterThan(0);
      expect(mark[5]).toBe('0');
      expect(mark[4]).not.toBe(bar[4]);
      expect(Math.abs(Number(mark[4]) / Number(bar[4]) - 1)).toBeLessThan(0.0009);
    }
    const index = (await line.plain('GET', `${FAPI}/v1/premiumIndex?symbol=BTCUSDT`)).body as Row;
    expect(Number(index['nextFundingTime'])).toBe(Math.ceil(NOW / 28_800_000) * 28_800_000);
    expect((await line.plain('GET', `${FAPI}/v1/premiumIndex`)).body).toHaveLength(4);
    expect(await line.plain('GET', `${FAPI}/v1/klines?symbol=NONE&interval=1d`)).toMatchObject(
      refused(400, -1121),
    );
    expect(await line.plain('GET', `${FAPI}/v1/klines?symbol=BTCUSDT&interval=2d`)).toMatchObject(
      refused(400, -1120),
    );
  });

  it('contains the own trades in its candles', async () => {
    const trades = (await line.call('fapiPrivateGetUserTrades', { symbol: 'BTCUSDT', fromId: 0 })) as Row[];
    for (const trade of trades) {
      const startTime = Math.floor(Number(trade['time']) / 60_000) * 60_000;
      const query = `symbol=BTCUSDT&interval=1m&startTime=${startTime}&limit=1`;
      const [bar] = (await line.plain('GET', `${FAPI}/v1/klines?${query}`)).body as string[][];
      expect(Number(bar![3]) <= Number(trade['price']) && Number(trade['price']) <= Number(bar![2])).toBe(
        true,
      );
    }
  });
});

describe('when COIN-M is asked', () => {
  beforeAll(() => open(coinMargined(options)));
  afterAll(() => line.close());

  it('gives trades by contract or by pair', async () => {
    const trades = (query: string) => line.signed('GET', `${DAPI}/v1/userTrades`, query);
    const all = (await trades('symbol=BTCUSD_PERP&fromId=0')).body as {
      time: number;
      qty: string;
      baseQty: string;
    }[];
    expect(all.map(({ qty }) => qty)).toEqual(['120', '80', '150', '50']);
    const { time } = all[0]!;
    const window = `startTime=${time}&endTime=${time + DAY_MS}`;
    expect((await trades(`pair=BTCUSD&${window}`)).body).toEqual(
      all.filter((one) => one.time <= time + DAY_MS),
    );
    expect(await trades('pair=BTCUSD&fromId=0')).toMatchObject(refused(400, -1128));
    expect(await trades(`pair=BTCUSD&symbol=BTCUSD_PERP&${window}`)).toMatchObject(refused(400, -1128));
  });

  it('shows every contract in the list of positions, and the open one with its gain in coins', async () => {
    const positions = (await line.call('dapiPrivateGetPositionRisk')) as Row[];
    expect(positions.map((row) => [row['symbol'], row['positionAmt']])).toEqual([
      ['BTCUSD_PERP', '0'],
      ['ETHUSD_PERP', '-200'],
    ]);
    const { entryPrice, markPrice, unRealizedProfit } = positions[1] as Record<string, string>;
    // 200 contracts of 10 dollars, short: the coins that they cost now, less those that they brought.
    const gain = 2_000 / Number(markPrice) - 2_000 / Number(entryPrice);
    expect(Number(unRealizedProfit)).toBeCloseTo(gain, 6);
    const index = (await line.plain('GET', `${DAPI}/v1/premiumIndex?symbol=ETHUSD_PERP`)).body as Row[];
    expect(index).toMatchObject([{ symbol: 'ETHUSD_PERP', pair: 'ETHUSD', markPrice }]);
  });
});

describe('when contracts are older than the venue shows', () => {
  beforeAll(() => open(beyondHorizon(options)));
  afterAll(() => line.close());

  it('shows trades of six months and income of three', async () => {
    const trades = (await line.call('fapiPrivateGetUserTrades', { symbol: 'BTCUSDT', fromId: 0 })) as Row[];
    const income = (await line.call('fapiPrivateGetIncome', { startTime: 0, limit: 1_000 })) as Row[];
    const oldest = (rows: readonly Row[]) => Math.min(...rows.map((row) => Number(row['time'])));
    expect(oldest(trades)).toBeGreaterThan(NOW - 180 * DAY_MS);
    expect(oldest(trades)).toBeLessThan(NOW - 120 * DAY_MS);
    expect(oldest(income)).toBeGreaterThan(NOW - 90 * DAY_MS);
    expect(income.filter((row) => row['incomeType'] === 'TRANSFER')).toEqual([]);
    const account = (await line.call('fapiPrivateV3GetAccount')) as { totalWalletBalance: string };
    expect(Number(account.totalWalletBalance)).toBeGreaterThan(0);
  });
});
