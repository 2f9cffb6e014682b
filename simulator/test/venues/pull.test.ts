import { buildAccountHistory, type LedgerEntry, type Mark } from '@perf-aggregator/analytics';
import type { FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import { binance } from '@perf-aggregator/enclave/exchanges/binance';
import type { Pull, PullBudget, VenueCursor } from '@perf-aggregator/enclave/exchanges/port';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { afterEach, describe, expect, it } from 'vitest';
import { formatPrice, formatScaled } from '../../src/market/amount.ts';
import { EURO_DIGITS } from '../../src/market/euro.ts';
import { BASES, type Base } from '../../src/market/history.ts';
import { withEdit } from '../../src/trader/edit.ts';
import type { TraderEvent } from '../../src/trader/event.ts';
import { groundTruth } from '../../src/trader/ground-truth.ts';
import type { VenueRequest } from '../../src/venues/binance/venue.ts';
import { ACCOUNT, CUSTOMER, history, LAST_DAY, market, NOW, openRoad, type Road } from './road.ts';

let road: Road;
afterEach(() => road.close());

const PATIENT: PullBudget = { maxEntries: 100_000, until: NOW + DAY_MS };

function toEntry(event: TraderEvent): LedgerEntry {
  const owner = { venue: 'binance', account: 'a0', market: 'spot' } as const;
  if (event.kind === 'fill') {
    const [base = '', quote = ''] = event.symbol.split('/');
    return {
      ...owner,
      kind: 'fill',
      id: String(event.id),
      time: event.time,
      symbol: event.symbol,
      base,
      quote,
      side: event.side,
      quantity: event.quantity,
      price: event.price,
      fee: { amount: event.fee.amount, currency: event.fee.asset },
      orderId: String(event.orderId),
    } satisfies FillEntry;
  }
  return {
    ...owner,
    kind: 'transfer',
    id: event.id,
    time: event.time,
    direction: event.kind,
    asset: event.asset,
    amount: event.amount,
    fee: event.kind === 'withdrawal' ? { amount: event.fee, currency: event.asset } : null,
    transactionHash: event.transactionHash,
  } satisfies TransferEntry;
}

const byTime = (a: LedgerEntry, b: LedgerEntry): number => a.time - b.time || (a.id < b.id ? -1 : 1);
const EXPECTED = history.events.map(toEntry).sort(byTime);

/** Pulls until done; every cursor survives a trip through JSON, as it does through sealed storage. */
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

const markKey = (mark: Mark): string => `${mark.asset} ${mark.resolution} ${mark.time} ${mark.price}`;
const euro = (time: number): string => formatScaled(market.euro.priceAt(time), EURO_DIGITS);
const sorted = (texts: Iterable<string>): readonly string[] =>
  [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));

/** Every price that METRICS asks for, from the market itself. */
function expectedMarks(): readonly string[] {
  const wanted: string[] = [];
  const since = new Map<string, number>();
  const minute = (asset: string, time: number): void => {
    const end = Math.floor(time / MINUTE_MS) * MINUTE_MS;
    const price = asset === 'EUR' ? euro(end) : formatPrice(market.minuteClose(asset as Base, time));
    wanted.push(`${asset} 1m ${end} ${price}`);
  };
  // Reports may be in bitcoin and in euro: both are priced from the first event on.
  for (const asset of ['BTC', 'EUR']) since.set(asset, history.events[0]!.time);
  for (const event of history.events) {
    const assets = event.kind === 'fill' ? [event.symbol.split('/')[0]!, event.fee.asset] : [event.asset];
    for (const asset of assets) if (!since.has(asset)) since.set(asset, event.time);
    // A fill is compared with the minute that it lies in.
    if (event.kind === 'fill') minute(event.symbol.split('/')[0]!, event.time + MINUTE_MS);
    if (event.kind === 'fill' && !['USDT', event.symbol.split('/')[0]].includes(event.fee.asset)) {
      minute(event.fee.asset, event.time);
    }
  }
  for (const event of history.events) {
    if (event.kind === 'fill') continue;
    for (const asset of [...BASES, 'EUR']) if (event.time >= since.get(asset)!) minute(asset, event.time);
  }
  for (let day = history.firstDay; day <= LAST_DAY + 1; day++) {
    wanted.push(`EUR 1d ${day * DAY_MS} ${euro(day * DAY_MS)}`);
  }
  for (const asset of BASES) {
    for (let day = history.firstDay - 1; day <= LAST_DAY; day++) {
      wanted.push(`${asset} 1d ${(day + 1) * DAY_MS} ${formatPrice(market.dayClose(asset, day))}`);
    }
  }
  return sorted(wanted);
}

describe('when an account is read for the first time', () => {
  it('hands over exactly what happened, exactly the prices that it needs, and the balances', async () => {
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

  it('takes a few hundred calls, and waits only where the venue says so: 10 withdrawal calls a second', async () => {
    road = await openRoad();
    await road.exchanges.pull(ACCOUNT, null, PATIENT);
    const count = (path: string): number => road.requests.filter((request) => request.path === path).length;
    expect(count('/sapi/v1/capital/withdraw/history')).toBe(38);
    expect(count('/api/v3/myTrades')).toBe(4);
    // 318 for what happened and its prices, 495 to compare every fill with its minute.
    expect(road.requests.length).toBeLessThan(820);
    expect(road.waits.reduce((total, wait) => total + wait, 0)).toBeLessThanOrEqual(3_500);
  });

  it('sends a key to signed endpoints only, and no call but reads', async () => {
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

  it('reads only the symbols given, and says so', async () => {
    road = await openRoad();
    const pull = await road.exchanges.pull({ ...ACCOUNT, symbols: ['ETH/USDT'] }, null, PATIENT);
    const symbols = new Set(pull.entries.flatMap((entry) => (entry.kind === 'fill' ? [entry.symbol] : [])));
    expect([...symbols]).toEqual(['ETH/USDT']);
    expect(pull.coverage.symbols).toEqual(['ETH/USDT']);
    expect(pull.coverage.productsNotRead).toContain('spot markets other than the symbols given');
  });
});

describe('when fills are compared with their minutes', () => {
  it('brings the range of each minute, the volume and the average price of each day', async () => {
    road = await openRoad();
    const { marks } = await road.exchanges.pull(ACCOUNT, null, PATIENT);
    const fills = history.events.filter((event) => event.kind === 'fill');
    const ranges = new Map(marks.flatMap((mark) => (mark.low ? [[`${mark.asset} ${mark.time}`, mark]] : [])));
    for (const fill of fills) {
      const end = Math.floor(fill.time / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
      const { low, high } = ranges.get(`${fill.symbol.split('/')[0]} ${end}`)!;
      expect(Number(low) <= Number(fill.price) && Number(fill.price) <= Number(high)).toBe(true);
    }
    for (const mark of marks.filter(({ resolution }) => resolution === '1d')) {
      expect(mark.low).toBeUndefined();
      expect(Number(mark.volume)).toBeGreaterThan(0);
      expect(Math.abs(Number(mark.vwap) / Number(mark.price) - 1)).toBeLessThan(1);
    }
  });

  it('reads the largest fills first, and no more than its requests allow', async () => {
    const few = { ...binance, checkRequests: 20 };
    road = await openRoad({ tables: { binance: few } });
    const pull = await road.exchanges.pull(ACCOUNT, null, PATIENT);
    expect(pull.done).toBe(true);
    expect(pull.cursor['checks']).toEqual({});
    const { fillCount, tradingVolume } = groundTruth(history, market);
    const reporting = { reportingCurrency: 'USDT', asOf: NOW, snapshots: [] };
    const { dataQuality } = buildAccountHistory({ ...pull, ...reporting });
    const values = history.events
      .flatMap((event) => (event.kind === 'fill' ? [Number(event.quantity) * Number(event.price)] : []))
      .sort((a, b) => b - a);
    expect(values).toHaveLength(fillCount);
    // Fills of a page are checked together, so that it is at least what the 20 largest come to.
    const largest = values.slice(0, 20).reduce((sum, value) => sum + value, 0) / Number(tradingVolume);
    expect(dataQuality.checkedFillShare).toBeGreaterThan(largest);
    expect(dataQuality.checkedFillShare).toBeLessThan(0.5);
    expect(dataQuality).toMatchObject({ positionMoves: 0, illiquidPnlShare: 0 });
  });

  it('waits for a minute that is not over yet', async () => {
    road = await openRoad();
    const fill = history.events.findLast((event) => event.kind === 'fill')!;
    const minute = Math.floor(fill.time / MINUTE_MS) * MINUTE_MS;
    const budget = { maxEntries: 100_000, until: NOW + DAY_MS };
    road.clock.set(fill.time + 1);
    const early = await road.exchanges.pull(ACCOUNT, null, budget);
    expect(early.done).toBe(true);
    expect(early.marks.filter(({ time }) => time > fill.time)).toEqual([]);
    road.clock.set(minute + 2 * MINUTE_MS);
    const later = await road.exchanges.pull(ACCOUNT, early.cursor, budget);
    expect(later.marks.filter(({ low, time }) => low && time === minute + MINUTE_MS)).toHaveLength(1);
    expect(later.cursor['checks']).toEqual({});
  });

  it('gives no range to a close that stands for a minute without a trade', async () => {
    const isMinutes = ({ path, query }: VenueRequest) =>
      path.endsWith('/klines') && query.get('interval') === '1m' && query.has('startTime');
    road = await openRoad({ fault: (request) => (isMinutes(request) ? { status: 200, body: '[]' } : null) });
    const pull = await road.exchanges.pull(ACCOUNT, null, PATIENT);
    const minutes = pull.marks.filter(({ resolution }) => resolution === '1m');
    expect(minutes.length).toBeGreaterThan(50);
    expect(minutes.filter(({ low, high }) => low !== undefined || high !== undefined)).toEqual([]);
    const reporting = { reportingCurrency: 'USDT', asOf: NOW, snapshots: [] };
    expect(buildAccountHistory({ ...pull, ...reporting }).dataQuality).toMatchObject({
      checkedFillShare: 0,
      positionMoves: 0,
    });
  });

  it('books at mark what the venue’s candles do not know of', async () => {
    const fills = history.events.filter((event) => event.kind === 'fill');
    const sale = fills.findLast(({ side, symbol }) => side === 'sell' && symbol === 'ETH/USDT')!;
    const price = (Number(sale.price) * 1.02).toFixed(2);
    const edit = { kind: 'fill', symbol: sale.symbol, id: sale.id, price } as const;
    const qualityOf = async (changes: object) => {
      const edited = { ...CUSTOMER, history: withEdit(history, { ...edit, ...changes }) };
      road = await openRoad({ customers: [edited] });
      const pull = await road.exchanges.pull(ACCOUNT, null, PATIENT);
      const reporting = { reportingCurrency: 'USDT', asOf: NOW, snapshots: [] };
      return buildAccountHistory({ ...pull, ...reporting }).dataQuality;
    };
    expect(await qualityOf({})).toMatchObject({ positionMoves: 0, offMarketFillShare: 0 });
    await road.close();
    const moved = await qualityOf({ offBook: true });
    expect(moved).toMatchObject({ positionMoves: 1, checkedFillShare: 1 });
    expect(moved.offMarketFillShare).toBeGreaterThan(0);
  });
});

describe('when the account is in the sandbox', () => {
  it('reads what the sandbox has and says what it lacks', async () => {
    road = await openRoad();
    const sandbox = { ...ACCOUNT, sandbox: true, symbols: ['BTC/USDT'] };
    const pull = await road.exchanges.pull(sandbox, null, PATIENT);
    expect(pull.done).toBe(true);
    expect(new Set(pull.entries.map(({ kind }) => kind))).toEqual(new Set(['fill']));
    expect(pull.coverage.unavailable).toEqual(['deposits', 'withdrawals', 'permissions']);
    expect(road.requests.filter(({ path }) => path.startsWith('/sapi'))).toEqual([]);
    expect(await road.exchanges.inspect(sandbox)).toMatchObject({
      canTrade: 'unknown',
      canWithdraw: 'unknown',
    });
  });
});

describe('when a budget cuts a pull short', () => {
  const pages = { fillsPage: 37, candlesPage: 100, transfers: { ...binance.transfers, page: 2 } };
  const small = { ...binance, ...pages, checkRequests: 1_000 };

  it('goes on from every cursor and hands over each entry once', async () => {
    road = await openRoad({ tables: { binance: small } });
    const pulls = await pullAll(() => ({ maxEntries: 60, until: road.clock.now() + DAY_MS }));
    expect(pulls.length).toBeGreaterThan(10);
    const entries = pulls.flatMap((pull) => pull.entries);
    expect([...entries].sort(byTime)).toEqual(EXPECTED);
    expect(sorted(pulls.flatMap((pull) => pull.marks.map(markKey)))).toEqual(expectedMarks());
    for (const pull of pulls.slice(0, -1)) {
      expect(pull.snapshot).toBeNull();
      // One page of transfers may be under way in each direction when the room runs out.
      expect(pull.entries.length).toBeLessThanOrEqual(64);
    }
  });

  it('returns when its time is up, with the way it came', async () => {
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
  it('hands over nothing twice, in a handful of calls', async () => {
    road = await openRoad();
    const first = await road.exchanges.pull(ACCOUNT, null, PATIENT);
    road.requests.length = 0;
    const second = await road.exchanges.pull(ACCOUNT, first.cursor, PATIENT);
    expect(second).toMatchObject({ done: true, entries: [], marks: [] });
    expect(road.requests.length).toBe(1 + 2 + 4);
  });

  it('hands over exactly what happened since, transfers still on their way included', async () => {
    road = await openRoad();
    const withdrawal = history.events.findLast((event) => event.kind === 'withdrawal')!;
    // One second after it was asked for it is still being processed.
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
  it('says what it may do and whose it is', async () => {
    const trading = {
      ...CUSTOMER,
      apiKey: 'tradingkey',
      uid: 42,
      permissions: { read: true, trade: true, withdraw: true },
    };
    road = await openRoad({ customers: [CUSTOMER, trading] });
    expect(await road.exchanges.inspect(ACCOUNT)).toEqual({
      canRead: 'yes',
      canTrade: 'no',
      canWithdraw: 'no',
      uid: '354937868',
    });
    expect(await road.exchanges.inspect({ ...ACCOUNT, apiKey: trading.apiKey })).toEqual({
      canRead: 'yes',
      canTrade: 'yes',
      canWithdraw: 'yes',
      uid: '42',
    });
  });
});
