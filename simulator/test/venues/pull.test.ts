import type { Pull, PullBudget, VenueCursor } from '@perf-aggregator/enclave/venues/port';
import { binance } from '@perf-aggregator/enclave/venues/tables/binance/table';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { afterEach, describe, expect, it } from 'vitest';
import { groundTruth } from '../../src/trader/ground-truth.ts';
import { byTime, EXPECTED, expectedMarks, markKey, sorted, toEntry } from './expected.ts';
import { ACCOUNT, CUSTOMER, history, market, NOW, openRoad, type Road } from './road.ts';

let road: Road;
afterEach(() => road.close());

const BOUNDS = { deadline: NOW + DAY_MS };
const PATIENT: PullBudget = { maxEntries: 100_000, until: NOW + DAY_MS };
/** Pulls until done. Each cursor is converted to JSON and back, as in sealed storage. */
async function pullAll(budget: () => PullBudget, from: VenueCursor | null = null): Promise<Pull[]> {
  const pulls: Pull[] = [];
  for (let cursor = from; ; ) {
    const pull = await road.exchanges.pull(ACCOUNT, cursor, budget());
    pulls.push(pull);
    cursor = JSON.parse(JSON.stringify(pull.cursor)) as VenueCursor;
    if (pull.done) return pulls;
    if (pulls.length > 200) throw new Error('never done');
  }
}

describe('when an account is read for the first time', () => {
  it('returns exactly the events, exactly the needed prices, and the balances', async () => {
    road = await openRoad();
    const pull = await road.exchanges.pull(ACCOUNT, null, PATIENT);
    expect(pull.done).toBe(true);
    expect(pull.progress).toBe(1);
    expect([...pull.entries].sort(byTime)).toEqual(EXPECTED);
    expect(sorted(pull.marks.map(markKey))).toEqual(expectedMarks());
    expect(pull.marks).toHaveLength(new Set(pull.marks.map(markKey)).size);
    const truth = groundTruth(history, market).days.at(-1)?.balances ?? {};
    expect(Object.fromEntries(pull.snapshot!.balances.map(({ asset, total }) => [asset, total]))).toEqual(
      truth,
    );
    expect(pull.snapshot!.time).toBe(NOW);
    expect(pull.coverage).toMatchObject({
      symbols: ['BNB/USDT', 'BTC/USDT', 'ETH/USDT', 'SOL/USDT'],
      from: EXPECTED[0]?.time,
      gaps: [],
      unavailable: [],
      productsRead: ['spot'],
    });
  });

  it('makes a few hundred calls, and waits only for 10 withdrawal calls a second and for submissions', async () => {
    road = await openRoad();
    await road.exchanges.pull(ACCOUNT, null, PATIENT);
    const count = (path: string): number => road.requests.filter((request) => request.path === path).length;
    expect(count('/sapi/v1/capital/withdraw/history')).toBe(38);
    expect(count('/api/v3/myTrades')).toBe(4);
    // 318 calls for the events and their prices, 495 to compare every fill with its minute.
    expect(road.requests.length).toBeLessThan(820);
    expect(road.waits.reduce((total, wait) => total + wait, 0)).toBeLessThanOrEqual(5_000);
  });

  it('sends the key to signed endpoints only, and makes only read calls', async () => {
    road = await openRoad();
    await road.exchanges.pull(ACCOUNT, null, PATIENT);
    const paths = new Set(road.requests.map(({ path }) => path));
    expect(sorted(paths)).toEqual([
      '/api/v3/account',
      '/api/v3/exchangeInfo',
      '/api/v3/klines',
      '/api/v3/myTrades',
      '/sapi/v1/capital/deposit/hisrec',
      '/sapi/v1/capital/withdraw/history',
    ]);
  });

  it('reads only the given symbols, and states that in the coverage', async () => {
    road = await openRoad();
    const pull = await road.exchanges.pull({ ...ACCOUNT, symbols: ['ETH/USDT'] }, null, PATIENT);
    const symbols = new Set(pull.entries.flatMap((entry) => (entry.kind === 'fill' ? [entry.symbol] : [])));
    expect([...symbols]).toEqual(['ETH/USDT']);
    expect(pull.coverage.symbols).toEqual(['ETH/USDT']);
    expect(pull.coverage.productsNotRead).toContain('spot markets other than the symbols given');
  });
});

describe('when the account is in the sandbox', () => {
  it('reads what the sandbox has, and states what it lacks', async () => {
    road = await openRoad();
    const sandbox = { ...ACCOUNT, sandbox: true, symbols: ['BTC/USDT'] };
    const pull = await road.exchanges.pull(sandbox, null, PATIENT);
    expect(pull.done).toBe(true);
    expect(new Set(pull.entries.map(({ kind }) => kind))).toEqual(new Set(['fill']));
    expect(pull.coverage.unavailable).toEqual(['deposits', 'withdrawals', 'permissions']);
    expect(road.requests.filter(({ path }) => path.startsWith('/sapi'))).toEqual([]);
    expect(await road.exchanges.inspect(sandbox, BOUNDS)).toMatchObject({
      canTrade: 'unknown',
      canWithdraw: 'unknown',
    });
  });
});

describe('when a budget cuts a pull short', () => {
  const pages = { fillsPage: 37, candlesPage: 100, transfers: { ...binance.transfers, page: 2 } };
  const small = { ...binance, ...pages, checkRequests: 1_000 };

  it('continues from every cursor, and returns each entry once', async () => {
    road = await openRoad({ tables: { binance: small } });
    const pulls = await pullAll(() => ({ maxEntries: 60, until: road.clock.now() + DAY_MS }));
    expect(pulls.length).toBeGreaterThan(10);
    const entries = pulls.flatMap((pull) => pull.entries);
    expect([...entries].sort(byTime)).toEqual(EXPECTED);
    expect(sorted(pulls.flatMap((pull) => pull.marks.map(markKey)))).toEqual(expectedMarks());
    for (const pull of pulls.slice(0, -1)) {
      expect(pull.snapshot).toBeNull();
      // When the limit is reached, one page of transfers may be in progress in each direction.
      expect(pull.entries.length).toBeLessThanOrEqual(64);
    }
  });

  it('returns at its time limit, with the progress so far', async () => {
    road = await openRoad();
    const pulls = await pullAll(() => ({ maxEntries: 100_000, until: road.clock.now() + 1_500 }));
    expect(pulls.length).toBeGreaterThan(2);
    expect([...pulls.flatMap((pull) => pull.entries)].sort(byTime)).toEqual(EXPECTED);
    expect(pulls.map((pull) => pull.progress)).toEqual(
      [...pulls.map((pull) => pull.progress)].sort((a, b) => a - b),
    );
  });
});

describe('when an account is read again', () => {
  it('returns nothing twice, with a few calls', async () => {
    road = await openRoad();
    const first = await road.exchanges.pull(ACCOUNT, null, PATIENT);
    road.requests.length = 0;
    const second = await road.exchanges.pull(ACCOUNT, first.cursor, PATIENT);
    expect(second).toMatchObject({ done: true, entries: [], marks: [] });
    expect(road.requests.length).toBe(1 + 2 + 4);
  });

  it('returns exactly the new events, and transfers that were still in process', async () => {
    road = await openRoad();
    const withdrawal = history.events.findLast((event) => event.kind === 'withdrawal')!;
    // One second after its request, the withdrawal is still being processed.
    const early = withdrawal.time + 1_000;
    road.clock.set(early);
    const first = await road.exchanges.pull(ACCOUNT, null, { maxEntries: 100_000, until: early + DAY_MS });
    const before = EXPECTED.filter((entry) => entry.time <= early && entry.id !== withdrawal.id);
    expect([...first.entries].sort(byTime)).toEqual(before);

    road.clock.set(NOW);
    const second = await road.exchanges.pull(ACCOUNT, first.cursor, PATIENT);
    expect([...first.entries, ...second.entries].sort(byTime)).toEqual(EXPECTED);
    expect(second.entries).toContainEqual(toEntry(withdrawal));
    expect(sorted([...first.marks, ...second.marks].map(markKey))).toEqual(expectedMarks());
  });
});

describe('when a key is inspected', () => {
  it('returns the permissions of the key and its account', async () => {
    const trading = {
      ...CUSTOMER,
      apiKey: 'tradingkey',
      uid: 42,
      permissions: { read: true, trade: true, withdraw: true },
    };
    road = await openRoad({ customers: [CUSTOMER, trading] });
    expect(await road.exchanges.inspect(ACCOUNT, BOUNDS)).toEqual({
      canRead: 'yes',
      canTrade: 'no',
      canWithdraw: 'no',
      uid: '354937868',
    });
    expect(await road.exchanges.inspect({ ...ACCOUNT, apiKey: trading.apiKey }, BOUNDS)).toEqual({
      canRead: 'yes',
      canTrade: 'yes',
      canWithdraw: 'yes',
      uid: '42',
    });
  });
});
