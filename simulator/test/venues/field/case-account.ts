/** An account with the answers of a field case, at the simulated venue and over the whole road. */
import { readFileSync } from 'node:fs';
import { buildAccountHistory, computeMetrics, type LedgerEntry, type Mark } from '@perf-aggregator/analytics';
import type { Pull, PullBudget, VenueAccount } from '@perf-aggregator/enclave/venues/port';
import { exchangeInfo } from '../../../src/venues/binance/public.ts';
import type { Fault, VenueRequest } from '../../../src/venues/binance/venue.ts';
import { Reader } from '../reader.ts';
import { ACCOUNT, CUSTOMER, history, openRoad, type Road } from '../road.ts';

const DAY_MS = 86_400_000;
const INTERVALS: Readonly<Record<string, number>> = { '1m': 60_000, '1d': DAY_MS };

export type Row = Readonly<Record<string, unknown>>;

/** A market that the simulated venue does not have. */
export interface ExtraMarket {
  readonly base: string;
  /** Price of a candle by its opening time, USDT; null before and after the life of the market. */
  readonly price: (openTime: number) => string | null;
}

/** A list of the venue with times. */
export interface OtherList {
  /** The whole answer. */
  readonly answer: Row;
  /** Name of its list, and when a row happened, ms. */
  readonly list: string;
  readonly timeOf: (row: Row) => number;
}

/** The answers of the venue that replace those of the simulated account. */
export interface CaseAccount {
  readonly balances: readonly Row[];
  readonly deposits?: readonly Row[];
  readonly withdrawals?: readonly Row[];
  /** Fills by market id, depending on the number of earlier requests. */
  readonly myTrades?: Readonly<Record<string, (asked: number) => readonly Row[]>>;
  readonly markets?: readonly ExtraMarket[];
  /** Rows of further lists, by path. Those of one type are under the path and the type, with a space between. */
  readonly others?: Readonly<Record<string, OtherList>>;
  readonly symbols?: readonly string[];
  /** The key may not read contracts. */
  readonly isBlind?: boolean;
  readonly now: number;
}

/** The result of reading a case. */
export interface Read {
  readonly reader: Reader;
  readonly pull: Pull;
  readonly entries: readonly LedgerEntry[];
  readonly marks: readonly Mark[];
  readonly metrics: ReturnType<typeof computeMetrics>;
}

/** The `answers` of a fixture. */
export function answersOf<T>(name: string): T {
  const file = new URL(`fixtures/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly answers: T }).answers;
}

/**
 * A road to a venue with the account of the case. What the case does not answer, the simulated venue answers for an
 * account in which nothing ever happened.
 */
export async function openCase(account: CaseAccount): Promise<Road> {
  const asked = new Map<string, number>();
  const permissions = { ...CUSTOMER.permissions, margin: true, futures: account.isBlind !== true };
  const customer = { ...CUSTOMER, permissions, history: { ...history, events: [] } };
  const road = await openRoad({
    customers: [customer],
    fault: (request) => answer(account, request, asked),
  });
  road.clock.set(account.now);
  return road;
}

/** One pull, as the first that a reader gets. @throws ExchangeError */
export async function readOnce(road: Road, account: CaseAccount): Promise<Read> {
  const reader = readerOf(road, account);
  return readOf(reader, await reader.pull(budgetOf(road)()));
}

/** Pulls until the account is read and everything was walked, and computes the metrics. @throws ExchangeError */
export async function readCase(road: Road, account: CaseAccount, before?: Read): Promise<Read> {
  const reader = before?.reader ?? readerOf(road, account);
  return readOf(reader, await reader.all(budgetOf(road)));
}

function readerOf(road: Road, { symbols }: CaseAccount): Reader {
  const account: VenueAccount = { ...ACCOUNT, ...(symbols && { symbols }) };
  return new Reader(road.exchanges, account);
}

const budgetOf = (road: Road) => (): PullBudget => ({
  maxEntries: 100_000,
  until: road.clock.now() + DAY_MS,
});

function readOf(reader: Reader, pull: Pull): Read {
  const [entries, marks] = [[...reader.ledger.entries], [...reader.ledger.marks]];
  return { reader, pull, entries, marks, metrics: metricsOf(entries, marks, pull) };
}

/** The metrics that analytics computes from entries, prices, and the balances of a pull. */
function metricsOf(entries: readonly LedgerEntry[], marks: readonly Mark[], { snapshot }: Pull) {
  const { time, balances, positions } = snapshot!;
  const snapshots = [{ account: 'a0', time, balances, positions }];
  const history = buildAccountHistory({ entries, marks, snapshots, reportingCurrency: 'USDT', asOf: time });
  return computeMetrics(history);
}

function answer(account: CaseAccount, request: VenueRequest, asked: Map<string, number>): Fault | null {
  const { path, query } = request;
  const markets = account.markets ?? [];
  switch (path) {
    case '/api/v3/account':
      return ok({ balances: account.balances, uid: 42 });
    case '/sapi/v1/capital/deposit/hisrec':
      return ok(within(account.deposits ?? [], query, ({ insertTime }) => Number(insertTime)));
    case '/sapi/v1/capital/withdraw/history':
      return ok(
        within(account.withdrawals ?? [], query, ({ applyTime }) => Date.parse(`${String(applyTime)}Z`)),
      );
    case '/api/v3/exchangeInfo':
      return ok(listing(account.now, markets));
    case '/api/v3/myTrades': {
      const id = query.get('symbol') ?? '';
      const pages = account.myTrades?.[id];
      if (pages === undefined) return markets.some(({ base }) => `${base}USDT` === id) ? ok([]) : null;
      const times = asked.get(id) ?? 0;
      asked.set(id, times + 1);
      const all = pages(times);
      return ok(all.filter((fill) => Number(fill['id']) >= Number(query.get('fromId'))));
    }
    case '/api/v3/klines': {
      const market = markets.find(({ base }) => `${base}USDT` === query.get('symbol'));
      return market ? ok(candles(market, query, account.now)) : null;
    }
    default:
      return other(account.others?.[path] ?? account.others?.[`${path} ${query.get('type')}`], query);
  }
}

function ok(body: object): Fault {
  return { status: 200, body: JSON.stringify(body) };
}

/** The rows of a list that lie in the window asked for. */
function other(found: OtherList | undefined, query: URLSearchParams): Fault | null {
  if (found === undefined) return null;
  const { answer: whole, list, timeOf } = found;
  const rows = within(whole[list] as readonly Row[], query, timeOf);
  return ok({ ...whole, [list]: rows, ...('total' in whole ? { total: rows.length } : {}) });
}

function within(rows: readonly Row[], query: URLSearchParams, timeOf: (row: Row) => number): readonly Row[] {
  const [start, end] = [Number(query.get('startTime')), Number(query.get('endTime'))];
  const offset = Number(query.get('offset') ?? 0);
  return rows.filter((row) => timeOf(row) >= start && timeOf(row) <= end).slice(offset);
}

/** The simulated venue's list of markets, with additional markets. */
function listing(now: number, markets: readonly ExtraMarket[]): object {
  const info = exchangeInfo(now, 6_000) as { readonly symbols: readonly Row[] };
  const more = markets.map(({ base }) => ({ ...info.symbols[0], symbol: `${base}USDT`, baseAsset: base }));
  return { ...info, symbols: [...info.symbols, ...more] };
}

/** A candle with a volume of a million, all at one price. */
function candles({ price }: ExtraMarket, query: URLSearchParams, now: number): object {
  const step = INTERVALS[query.get('interval') ?? '']!;
  const end = Math.min(Number(query.get('endTime') ?? now), now);
  const limit = Number(query.get('limit'));
  const last = Math.floor(end / step) * step;
  const start = query.has('startTime') ? Math.ceil(Number(query.get('startTime')) / step) * step : last;
  const rows: unknown[] = [];
  for (let open = start; open <= last && rows.length < limit; open += step) {
    const at = price(open);
    const volume = String(1_000_000 * Number(at));
    if (at) rows.push([open, at, at, at, at, '1000000', open + step - 1, volume, 1, '0', '0', '0']);
  }
  return rows;
}
