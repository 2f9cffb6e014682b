/** The faces of the simulated Binance show one truth: at any instant, and paged in any way. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAmount, parseAmount } from '../../../src/market/amount.ts';
import { createContracts } from '../../../src/market/contracts.ts';
import { Books } from '../../../src/trader/books.ts';
import { unrealized } from '../../../src/trader/positions.ts';
import { everything } from '../../../src/trader/scenarios/scenarios.ts';
import { timelineOf } from '../../../src/trader/timeline.ts';
import type { WalletName } from '../../../src/trader/wallet-event.ts';
import { customerOf, LAST_DAY, type Line, market, NOW, openLine } from './line.ts';

const DAY_MS = 86_400_000;
const history = everything({ seed: 'demo', market, lastDay: LAST_DAY });
const contracts = createContracts(market);
const RUNS = { numRuns: 12 };

let line: Line;
beforeAll(async () => {
  line = await openLine(customerOf(history), { weightPerMinute: 1_000_000 });
});
afterAll(() => line.close());

type Row = Readonly<Record<string, string>>;
const rows = async (method: string, parameters: object = {}): Promise<readonly Row[]> => {
  const answer = (await line.call(method, parameters)) as
    | readonly Row[]
    | Readonly<Record<string, readonly Row[]>>;
  return Array.isArray(answer)
    ? answer
    : ((answer as Readonly<Record<string, readonly Row[]>>)['rows'] ?? []);
};

/** Net amounts that the faces show, by wallet and asset; no zeros. */
async function shown(): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  const put = (wallet: string, asset: string | undefined, amount: bigint): void => {
    if (amount !== 0n) all[`${wallet} ${asset}`] = formatAmount(amount);
  };
  const { balances } = (await line.call('privateGetAccount')) as { balances: readonly Row[] };
  for (const row of balances)
    put('spot', row['asset'], parseAmount(row['free']!) + parseAmount(row['locked']!));
  for (const row of await rows('sapiPostAssetGetFundingAsset'))
    put('funding', row['asset'], parseAmount(row['free']!));
  const cross = (await line.call('sapiGetMarginAccount')) as { userAssets: readonly Row[] };
  for (const row of cross.userAssets) put('cross', row['asset'], parseAmount(row['netAsset']!));
  const isolated = (await line.call('sapiGetMarginIsolatedAccount')) as {
    assets: readonly { symbol: string; baseAsset: Row; quoteAsset: Row }[];
  };
  for (const { symbol, baseAsset, quoteAsset } of isolated.assets)
    for (const row of [baseAsset, quoteAsset])
      put(`isolated:${symbol}`, row['asset'], parseAmount(row['netAsset']!));
  const usdm = (await line.call('fapiPrivateV3GetAccount')) as { assets: readonly Row[] };
  for (const row of usdm.assets) put('usdm', row['asset'], parseAmount(row['marginBalance']!));
  const coinm = (await line.call('dapiPrivateGetAccount')) as { assets: readonly Row[] };
  for (const row of coinm.assets) put('coinm', row['asset'], parseAmount(row['marginBalance']!));
  for (const row of await rows('sapiGetSimpleEarnFlexiblePosition'))
    put('earn:flexible', row['asset'], parseAmount(row['totalAmount']!));
  for (const row of await rows('sapiGetSimpleEarnLockedPosition'))
    put('earn:locked', row['asset'], parseAmount(row['amount']!));
  return all;
}

/** The same from the events themselves. */
function truth(now: number): Record<string, string> {
  const books = new Books(contracts);
  for (const event of timelineOf(history)) if (event.time <= now) books.apply(event);
  const amounts = new Map<string, bigint>();
  const add = (wallet: WalletName, asset: string, amount: bigint): void => {
    amounts.set(`${wallet} ${asset}`, (amounts.get(`${wallet} ${asset}`) ?? 0n) + amount);
  };
  for (const wallet of books.wallets())
    for (const [asset, amount] of books.balances(wallet)) add(wallet, asset, amount);
  for (const { wallet, asset, owed } of books.debts()) add(wallet, asset, -owed.principal - owed.interest);
  for (const position of [...books.positions('usdm'), ...books.positions('coinm')]) {
    const contract = contracts.byId(position.contract);
    add(
      contract.wallet,
      contract.marginAsset,
      unrealized(contract, position, contracts.markAt(contract, now)),
    );
  }
  return Object.fromEntries(
    [...amounts].flatMap(([key, value]) => (value === 0n ? [] : [[key, formatAmount(value)]])),
  );
}

describe('when all faces are read at one instant', () => {
  it('show the truth, whatever the instant', async () => {
    const instant = fc.integer({ min: (LAST_DAY - 81) * DAY_MS, max: NOW });
    await fc.assert(
      fc.asyncProperty(instant, async (now) => {
        line.clock.set(now);
        expect(await shown()).toEqual(truth(now));
      }),
      RUNS,
    );
    line.clock.set(NOW);
    expect(await shown()).toEqual(truth(NOW));
  });
});

describe('when a list is paged', () => {
  /** All rows of a list by its pages. */
  const byPages = async (method: string, parameters: object, size: number): Promise<readonly Row[]> => {
    const all: Row[] = [];
    for (let current = 1; ; current++) {
      const page = await rows(method, { ...parameters, current, size });
      all.push(...page);
      if (page.length < size) return all;
    }
  };
  /** All rows by windows of some days, newest first. */
  const byWindows = async (method: string, parameters: object, days: number): Promise<readonly Row[]> => {
    const all: Row[] = [];
    for (let endTime = NOW; endTime > NOW - 85 * DAY_MS; endTime -= days * DAY_MS) {
      const startTime = endTime - days * DAY_MS + 1;
      all.push(...(await byPages(method, { ...parameters, startTime, endTime }, 100)));
    }
    return all;
  };

  it.each([
    ['sapiGetSimpleEarnFlexibleHistoryRewardsRecord', { type: 'ALL' }],
    ['sapiGetMarginInterestHistory', {}],
    ['sapiGetMarginTransfer', {}],
    ['sapiGetAssetTransfer', { type: 'MAIN_UMFUTURE' }],
  ])('%s gives the same rows by any page and by any window', async (method, parameters) => {
    const whole = await byWindows(method, parameters, 30);
    expect(whole.length).toBeGreaterThan(0);
    expect(await byWindows(method, parameters, 11)).toEqual(whole);
    const window = { ...parameters, startTime: NOW - 30 * DAY_MS + 1, endTime: NOW };
    const first = await byPages(method, window, 100);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100 }), async (size) => {
        expect(await byPages(method, window, Math.max(size, 9))).toEqual(first);
      }),
      { numRuns: 5 },
    );
  });

  it('gives the trades of spot and of contracts the same by id and by windows', async () => {
    for (const [method, symbol, days] of [
      ['privateGetMyTrades', 'BTCUSDT', 1],
      ['fapiPrivateGetUserTrades', 'ETHUSDT', 7],
      ['dapiPrivateGetUserTrades', 'BTCUSD_PERP', 7],
    ] as const) {
      const byId: Row[] = [];
      for (let fromId = 0; ; fromId = Number(byId.at(-1)!['id']) + 1) {
        const page = await rows(method, { symbol, fromId, limit: 3 });
        byId.push(...page);
        if (page.length < 3) break;
      }
      const recent = byId.filter((row) => Number(row['time']) > NOW - 84 * DAY_MS);
      const byTime: Row[] = [];
      for (let startTime = NOW - 84 * DAY_MS + 1; startTime <= NOW; startTime += days * DAY_MS)
        byTime.push(...(await rows(method, { symbol, startTime, endTime: startTime + days * DAY_MS - 1 })));
      expect(byTime).toEqual(recent);
      expect(recent.length).toBeGreaterThan(2);
    }
  });
});

describe('when income is added up', () => {
  it.each([
    ['fapiPrivateGetIncome', 'usdm'],
    ['dapiPrivateGetIncome', 'coinm'],
  ] as const)('%s comes to the balances of %s, asset by asset', async (method, wallet) => {
    const sums = new Map<string, bigint>();
    for (let page = 1; ; page++) {
      const part = await rows(method, { startTime: NOW - 89 * DAY_MS, limit: 50, page });
      for (const row of part)
        sums.set(row['asset']!, (sums.get(row['asset']!) ?? 0n) + parseAmount(row['income']!));
      if (part.length < 50) break;
    }
    const books = new Books(contracts);
    for (const event of timelineOf(history)) books.apply(event);
    expect([...sums].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(books.balances(wallet));
  });

  it('numbers funding beyond what a double holds, so that only exact readers tell two rows apart', async () => {
    const query = `startTime=${NOW - 89 * DAY_MS}&limit=1000&incomeType=FUNDING_FEE`;
    const { text } = await line.signed('GET', 'https://fapi.binance.com/fapi/v1/income', query);
    const ids = [...text.matchAll(/"tranId":(\d+)/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map(Number)).size).toBeLessThan(ids.length);
    const exact = await rows('fapiPrivateGetIncome', {
      startTime: NOW - 89 * DAY_MS,
      incomeType: 'FUNDING_FEE',
      limit: 1_000,
    });
    expect(exact.map((row) => row['tranId'])).toEqual(ids);
  });

  it('numbers each row once, and transfers as the list of transfers does', async () => {
    const all = await rows('fapiPrivateGetIncome', { startTime: NOW - 89 * DAY_MS, limit: 1_000 });
    const keys = all.map((row) => `${row['incomeType']} ${row['tranId']}`);
    expect(new Set(keys).size).toBe(keys.length);
    const moved = await rows('sapiGetAssetTransfer', {
      type: 'MAIN_UMFUTURE',
      startTime: NOW - 100 * DAY_MS,
    });
    const income = all.filter((row) => row['incomeType'] === 'TRANSFER' && !row['income']!.startsWith('-'));
    expect(income.map((row) => String(row['tranId'])).sort()).toEqual(
      moved.map((row) => String(row['tranId'])).sort(),
    );
    expect(new Set(all.map((row) => row['incomeType']))).toEqual(
      new Set([
        'TRANSFER',
        'COMMISSION',
        'REALIZED_PNL',
        'FUNDING_FEE',
        'INSURANCE_CLEAR',
        'DELIVERED_SETTELMENT',
      ]),
    );
  });
});
