import type { Pull, PullBudget, VenueAccount } from '@perf-aggregator/enclave/venues/port';
import type { Stream, VenueTable } from '@perf-aggregator/enclave/venues/table';
import { binance } from '@perf-aggregator/enclave/venues/tables/binance/table';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { groundTruth } from '../../src/trader/ground-truth.ts';
import type { VenueRequest } from '../../src/venues/binance/venue.ts';
import { byTime, EXPECTED, expectedMarks, markKey, sorted, toEntry } from './expected.ts';
import { Reader } from './reader.ts';
import { ACCOUNT, CUSTOMER, history, market, NOW, openRoad, type Road } from './road.ts';
import { countsOf, weightsOf } from './weights.ts';

let road: Road;
afterEach(() => road?.close());

const BOUNDS = { deadline: NOW + DAY_MS };
const PATIENT = (): PullBudget => ({ maxEntries: 100_000, until: NOW + DAY_MS });
const UNREACHED = 'markets and streams that the first reading has not reached yet';

function readerOf(account: VenueAccount = ACCOUNT): Reader {
  return new Reader(road.exchanges, account);
}

/** Everything that pulls handed over, together and each once. */
function expectEverything({ ledger, pulls }: Reader): void {
  expect([...ledger.entries].sort(byTime)).toEqual(EXPECTED);
  expect(pulls.flatMap(({ entries }) => entries)).toHaveLength(EXPECTED.length);
  expect(sorted(pulls.flatMap(({ marks }) => marks.map(markKey)))).toEqual(expectedMarks());
}

describe('when an account is read for the first time', () => {
  let first: Road;
  let reader: Reader;
  beforeAll(async () => {
    first = await openRoad();
    reader = new Reader(first.exchanges, ACCOUNT);
    await reader.all(PATIENT);
  });
  afterAll(() => first.close());

  it('returns exactly the events, exactly the needed prices, and the balances', () => {
    expectEverything(reader);
    const marks = reader.pulls.flatMap((one) => one.marks);
    expect(marks).toHaveLength(new Set(marks.map(markKey)).size);
    const truth = groundTruth(history, market).days.at(-1)?.balances ?? {};
    const { balances, positions } = reader.last!.snapshot!;
    expect(Object.fromEntries(balances.map(({ asset, total }) => [asset, total]))).toEqual(truth);
    expect(new Set(balances.map(({ wallet }) => wallet))).toEqual(new Set(['spot']));
    expect(positions).toEqual([]);
  });

  it('states what was read, and which parts the key may not read', () => {
    const { coverage } = reader.last!;
    expect(coverage).toMatchObject({
      symbols: ['BNBUSDT', 'BTCUSDT', 'ETHUSDT', 'SOLUSDT'],
      from: EXPECTED[0]?.time,
      gaps: [],
      // This key may not read futures, where the account never had anything.
      unavailable: ['usdm', 'coinm'],
      productsRead: ['spot', 'funding wallet', 'margin', 'Simple Earn'],
      scope: { from: null, state: 'complete', missing: [] },
    });
    const futures = ['USDⓈ-M futures', 'COIN-M futures'];
    expect(coverage.productsNotRead).toEqual(expect.arrayContaining(futures));
  });

  it('has numbers at once, says that they are partial, and decides after everything was walked', () => {
    expect(reader.pulls).toHaveLength(2);
    const [early, late] = reader.pulls as [Pull, Pull];
    expect(early).toMatchObject({ done: true, snapshot: { time: NOW } });
    expect(early.progress).toBeLessThan(1);
    expect(early.coverage.scope).toEqual({ from: null, state: 'partial', missing: [UNREACHED] });
    expect(late).toMatchObject({ done: true, progress: 1, entries: [], marks: [] });
    expect(late.coverage.scope).toEqual({ from: null, state: 'complete', missing: [] });
  });

  it('makes fewer than a thousand calls, and always leaves half of the limits to others', () => {
    const counts = countsOf(first.requests);
    // Deposits since the venue began, withdrawals since the first deposit; and both once more in the last reading. A
    // window with rows is asked for what follows them.
    expect(counts['/sapi/v1/capital/deposit/hisrec']).toBe(47);
    expect(counts['/sapi/v1/capital/withdraw/history']).toBe(15);
    expect(counts['/sapi/v1/asset/transfer']).toBe(28);
    expect(counts['/api/v3/klines']).toBe(731);
    // Four markets with trades, walked for the difference and once more in the walk of everything, and one without.
    expect(counts['/api/v3/myTrades']).toBe(21);
    expect(first.requests).toHaveLength(958);
    expect(weightsOf(first.requests)).toEqual({ api: 1_942, sapi: 679, fapi: 11, dapi: 3, uid: 96_000 });
    expect(first.clock.now() - NOW).toBeLessThan(20_000);
  });

  it('makes only the read calls of its table, and sends the key to signed endpoints only', () => {
    const nameOf = ({ method, host, path }: Pick<VenueRequest, 'method' | 'host' | 'path'>) =>
      `${method} ${host}${path}`;
    const calls = Object.values(binance.calls);
    const allowed = new Set(calls.map(nameOf));
    const open = new Set(calls.filter(({ isPublic }) => isPublic).map(nameOf));
    for (const request of first.requests) {
      expect(allowed).toContain(nameOf(request));
      expect(request.query.has('timestamp'), request.path).toBe(!open.has(nameOf(request)));
    }
    const posts = first.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
    expect(new Set(posts)).toEqual(new Set(['/sapi/v1/asset/get-funding-asset']));
  });
});

describe('when only some markets are given', () => {
  it('reads only these, and states that the rest is missing', async () => {
    road = await openRoad();
    const reader = readerOf({ ...ACCOUNT, symbols: ['ETH/USDT'] });
    const { coverage } = await reader.all(PATIENT);
    const symbols = [...reader.ledger.entries].flatMap((entry) =>
      entry.kind === 'fill' ? [entry.symbol] : [],
    );
    expect(new Set(symbols)).toEqual(new Set(['ETH/USDT']));
    const asked = road.requests.filter(({ path }) => path === '/api/v3/myTrades');
    expect(new Set(asked.map(({ query }) => query.get('symbol')))).toEqual(new Set(['ETHUSDT']));
    expect(coverage.symbols).toEqual(['ETHUSDT']);
    expect(coverage.productsNotRead).toContain('markets other than the symbols given');
    expect(coverage.scope.state).toBe('partial');
    expect(coverage.scope.missing).toContain('markets other than the symbols given');
    expect(coverage.scope.missing).toContain('what moved BTC in spot');
  });
});

describe('when the account is in the sandbox', () => {
  it('reads what the sandbox has, and states what it lacks', async () => {
    road = await openRoad();
    const sandbox = { ...ACCOUNT, sandbox: true, symbols: ['BTC/USDT'] };
    const reader = readerOf(sandbox);
    const { coverage, snapshot } = await reader.all(PATIENT);
    const entries = [...reader.ledger.entries];
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(['fill']));
    expect(entries.length).toBe(
      EXPECTED.filter((one) => one.kind === 'fill' && one.symbol === 'BTC/USDT').length,
    );
    expect(new Set(snapshot!.balances.map(({ wallet }) => wallet))).toEqual(new Set(['spot']));
    expect(new Set(road.requests.map(({ host }) => host))).toEqual(new Set(['testnet.binance.vision']));
    expect(road.requests.filter(({ path }) => path.startsWith('/sapi'))).toEqual([]);
    expect(coverage.productsRead).toEqual(['spot']);
    expect(coverage.scope.state).toBe('partial');
    expect(coverage.scope.missing).toContain('everything but spot: the sandbox has nothing else');
    expect(await road.exchanges.inspect(sandbox, BOUNDS)).toMatchObject({
      canTrade: 'unknown',
      canWithdraw: 'unknown',
    });
  });
});

/** Pages of a few rows, so that an account of a few hundred has many. */
function smallPages(table: VenueTable): VenueTable {
  const pages: Readonly<Record<Stream['paging']['kind'], number>> = {
    ...{ 'rising-id': 37, page: 2, offset: 2, whole: 2, 'inclusive-time': 5, token: 2, 'falling-id': 2 },
  };
  const streams = table.streams.map((stream): Stream => {
    const paging = { ...stream.paging, page: pages[stream.paging.kind] } as Stream['paging'];
    return { ...stream, paging };
  });
  return { ...table, streams, checkRequests: 1_000 };
}

describe('when a budget cuts pulls short', () => {
  it('continues from every cursor, and returns each entry once', async () => {
    road = await openRoad({ tables: { binance: smallPages(binance) } });
    const reader = readerOf();
    await reader.all(() => ({ maxEntries: 60, until: road.clock.now() + DAY_MS }));
    expect(reader.pulls.length).toBeGreaterThan(20);
    expectEverything(reader);
    // When the limit is reached, one page of transfers may be in progress.
    for (const { entries } of reader.pulls) expect(entries.length).toBeLessThanOrEqual(61);
    const read = reader.pulls.findIndex(({ done }) => done);
    for (const pull of reader.pulls.slice(0, read)) expect(pull.snapshot).toBeNull();
  });

  it.each([13, 17, 23])('goes on from wherever it was after every %i requests', async (count) => {
    const requestMs = 100;
    road = await openRoad({ tables: { binance: smallPages(binance) }, requestMs });
    const reader = readerOf();
    await reader.pull({ maxEntries: 100_000, until: NOW + 3_000 });
    await reader.all(() => ({ maxEntries: 100_000, until: road.clock.now() + count * requestMs }));
    expect(reader.pulls.length).toBeGreaterThan(30);
    expect([...reader.ledger.entries].sort(byTime)).toEqual(EXPECTED);
    expect(reader.last!.coverage.scope).toEqual({ from: null, state: 'complete', missing: [] });
  });

  it('returns at its time limit, with the progress so far', async () => {
    road = await openRoad({ requestMs: 20 });
    const reader = readerOf();
    await reader.all(() => ({ maxEntries: 100_000, until: road.clock.now() + 1_500 }));
    expect(reader.pulls.length).toBeGreaterThan(2);
    expectEverything(reader);
    const progress = reader.pulls.map((pull) => pull.progress);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });
});

describe('when an account is read again', () => {
  it('returns nothing twice, with eight calls and a third of a percent of the limit', async () => {
    road = await openRoad();
    const reader = readerOf();
    await reader.all(PATIENT);
    road.requests.length = 0;
    expect(await reader.pull(PATIENT())).toMatchObject({ done: true, progress: 1, entries: [], marks: [] });
    // The wallets that the key may read, a refusal each of the two it may not, and the two lists of transfers. Nothing
    // ever went to Simple Earn, which costs 150 a call and is asked for once a day.
    expect(countsOf(road.requests)).toEqual({
      ...{ '/api/v3/account': 1, '/sapi/v1/asset/get-funding-asset': 1 },
      ...{ '/sapi/v1/margin/account': 1, '/sapi/v1/margin/isolated/account': 1 },
      ...{ '/fapi/v3/balance': 1, '/dapi/v1/balance': 1 },
      ...{ '/sapi/v1/capital/deposit/hisrec': 1, '/sapi/v1/capital/withdraw/history': 1 },
    });
    expect(weightsOf(road.requests)).toEqual({ api: 20, sapi: 23, fapi: 5, dapi: 1 });
  });

  it('reads again what it read, with the same result, when its cursor is lost', async () => {
    road = await openRoad();
    const reader = readerOf();
    const before = await reader.all(PATIENT);
    reader.last = null;
    const after = await reader.all(PATIENT);
    expect(reader.pulls.slice(2).flatMap(({ entries }) => entries)).toEqual([]);
    expect(after.coverage.scope).toEqual(before.coverage.scope);
    expect(after.coverage.from).toBe(before.coverage.from);
  });

  it('returns exactly the new events, and transfers that were still in process', async () => {
    road = await openRoad();
    const withdrawal = history.events.findLast((event) => event.kind === 'withdrawal')!;
    // One second after its request, the withdrawal is still being processed.
    const early = withdrawal.time + 1_000;
    road.clock.set(early);
    const reader = readerOf();
    const first = await reader.all(() => ({ maxEntries: 100_000, until: early + DAY_MS }));
    const before = EXPECTED.filter((entry) => entry.time <= early && entry.id !== withdrawal.id);
    expect([...reader.ledger.entries].sort(byTime)).toEqual(before);
    const total = (Number(withdrawal.amount) + Number(withdrawal.fee)).toString();
    const { asset } = withdrawal;
    expect(first.snapshot!.balances).toContainEqual({
      wallet: 'transit',
      asset,
      total,
      time: expect.any(Number),
    });
    expect(first.coverage.scope.state).toBe('complete');

    road.clock.set(NOW);
    const last = await reader.all(PATIENT);
    expectEverything(reader);
    expect(last.entries).toContainEqual(toEntry(withdrawal));
    expect(last.snapshot!.balances.filter(({ wallet }) => wallet === 'transit')).toEqual([]);
    expect(last.coverage.scope.state).toBe('complete');
  });
});

describe('when a key is inspected', () => {
  it('returns the permissions of the key and its account', async () => {
    const permissions = { ...{ read: true, trade: true, withdraw: true }, futures: true };
    const trading = { ...CUSTOMER, apiKey: 'tradingkey', uid: 42, permissions };
    road = await openRoad({ customers: [CUSTOMER, trading] });
    const common = { canRead: 'yes', mode: 'classic', expiresAt: null };
    expect(await road.exchanges.inspect(ACCOUNT, BOUNDS)).toEqual({
      ...common,
      ...{ canTrade: 'no', canWithdraw: 'no', uid: '354937868', scopesMissing: ['futures'] },
    });
    expect(await road.exchanges.inspect({ ...ACCOUNT, apiKey: trading.apiKey }, BOUNDS)).toEqual({
      ...common,
      ...{ canTrade: 'yes', canWithdraw: 'yes', uid: '42', scopesMissing: [] },
    });
  });
});
