/** Lists of the venue that lack rows, hold too many, come late or change: nothing is lost, and nothing counts twice. */
import type { LedgerEntry } from '@perf-aggregator/analytics';
import { ExchangeError } from '@perf-aggregator/enclave/venues/errors';
import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraderAccount } from '../../src/trader/event.ts';
import type { Alteration, Fault } from '../../src/venues/binance/venue.ts';
import {
  alterRows,
  always,
  changedLater,
  doubledRows,
  errorInOk,
  errorPage,
  type FaultPlan,
  firstOf,
  maintenancePage,
  noRows,
  once,
  onPath,
  oversized,
  type Row,
  shortPage,
  shownLate,
  times,
  withoutMiddle,
  wrongShape,
} from '../../src/venues/faults.ts';
import { byTime } from './expected.ts';
import { COMPLETE, flat, futures, openQuickRoad, patient, readAgain, readAll } from './quick.ts';
import { Reader } from './reader.ts';
import { ACCOUNT, NOW, type Road, type RoadOptions } from './road.ts';

const FILLS = '/api/v3/myTrades';
const DEPOSITS = '/sapi/v1/capital/deposit/hisrec';
const TRANSFERS = '/sapi/v1/asset/transfer';
const CONTRACT_FILLS = '/fapi/v1/userTrades';
const INCOME = '/fapi/v1/income';

const roads: Road[] = [];
afterAll(() => Promise.all(roads.map((road) => road.close())));

async function open(history: TraderAccount, options: RoadOptions = {}): Promise<Road> {
  const road = await openQuickRoad(history, options);
  roads.push(road);
  return road;
}

const entriesOf = ({ ledger }: Reader): readonly LedgerEntry[] => [...ledger.entries].sort(byTime);

/** What each account's ledger holds when nothing goes wrong. */
const truth = new Map<TraderAccount, readonly LedgerEntry[]>();
beforeAll(async () => {
  for (const history of [flat, futures]) {
    const { reader, pull } = await readAll(await open(history));
    expect(pull.coverage.scope).toEqual(COMPLETE);
    truth.set(history, entriesOf(reader));
  }
});

/** A change of the first list with more than two rows. */
function atFirst(change: Fault): Fault & { readonly met: () => boolean } {
  const { alter } = change as Alteration;
  let met = false;
  return {
    met: () => met,
    alter(body, request) {
      const rows = Array.isArray(body) ? body : (body as { readonly rows?: readonly unknown[] }).rows;
      if (met || rows === undefined || rows.length < 3) return body;
      met = true;
      return alter(body, request);
    },
  };
}

const fillsOf = ({ events }: TraderAccount) => events.filter((event) => event.kind === 'fill');

const byPath = (path: string, fault: Fault): FaultPlan => onPath(path, always(fault));

describe('when a list lacks rows', () => {
  it.each<[string, TraderAccount, string, Fault]>([
    ['the first page of fills ends early', flat, FILLS, shortPage(2)],
    ['the first page of fills has nothing in its middle', flat, FILLS, withoutMiddle(2)],
    ['the first page of fills is empty', flat, FILLS, noRows()],
    ['the first page of contract fills ends early', futures, CONTRACT_FILLS, shortPage(2)],
    ['the first page of contract fills has nothing in its middle', futures, CONTRACT_FILLS, withoutMiddle(2)],
    ['the first page of contract fills is empty', futures, CONTRACT_FILLS, noRows()],
    ['the first page of income ends early', futures, INCOME, shortPage(3)],
    ['the first page of income has nothing in its middle', futures, INCOME, withoutMiddle(3)],
    ['the first page of income is empty', futures, INCOME, noRows()],
  ])('reads them when it has walked everything: %s', async (_name, history, path, fault) => {
    const page = atFirst(fault);
    const { reader, pull } = await readAll(await open(history, { fault: byPath(path, page) }));
    expect(page.met()).toBe(true);
    expect(entriesOf(reader)).toEqual(truth.get(history));
    expect(pull.coverage.scope).toEqual(COMPLETE);
  });

  it.each<[string, TraderAccount, string]>([
    ['transfers between wallets', futures, TRANSFERS],
    ['deposits', flat, DEPOSITS],
  ])('reads a list that was empty once: %s', async (_name, history, path) => {
    let left = 1;
    const alter = (body: unknown) => {
      const rows = Array.isArray(body) ? body : ((body as { readonly rows?: readonly unknown[] }).rows ?? []);
      if (rows.length === 0 || left-- <= 0) return body;
      return Array.isArray(body) ? [] : { ...(body as object), rows: [] };
    };
    const road = await open(history, { fault: byPath(path, { alter }) });
    const { reader, pull } = await readAll(road);
    expect(entriesOf(reader)).toEqual(truth.get(history));
    expect(pull.coverage.scope).toEqual(COMPLETE);
  });

  it('says what is missing as long as the venue does not show it, and reads it when it does', async () => {
    let isHidden = true;
    const hidden = fillsOf(flat).find(({ symbol }) => symbol === 'PEBL/USDT')!.id;
    const hide = alterRows((rows) => rows.filter(({ id }) => !isHidden || id !== hidden));
    const road = await open(flat, { fault: onPath(FILLS, always(hide), { symbol: 'PEBLUSDT' }) });
    const { reader, pull } = await readAll(road);
    expect(pull.coverage.scope.state).toBe('partial');
    expect(pull.coverage.scope.missing).toContain('what moved PEBL in spot');
    // It is not looked for again at every reading.
    road.requests.length = 0;
    expect((await readAgain(road, reader)).coverage.scope).toEqual(pull.coverage.scope);
    expect(road.requests).toHaveLength(12);
    isHidden = false;
    road.clock.set(NOW + 2 * DAY_MS);
    const healed = await readAgain(road, reader);
    expect(entriesOf(reader)).toEqual(truth.get(flat));
    expect(healed.coverage.scope).toEqual(COMPLETE);
  });
});

describe('when a list repeats rows', () => {
  it.each<[string, TraderAccount]>([
    ['spot', flat],
    ['contracts', futures],
  ])('counts each once: %s', async (_name, history) => {
    const lists = [FILLS, DEPOSITS, TRANSFERS, CONTRACT_FILLS, INCOME];
    const fault = firstOf(...lists.map((path) => byPath(path, doubledRows())));
    const { reader, pull } = await readAll(await open(history, { fault }));
    expect(entriesOf(reader)).toEqual(truth.get(history));
    expect(pull.coverage.scope).toEqual(COMPLETE);
  });
});

describe('when an answer has another form', () => {
  const badOnes: readonly [string, Fault][] = [
    ['an object where a list is due, or the other way round', wrongShape()],
    ['the page of a maintenance', maintenancePage()],
    ['more than the enclave takes', oversized(9 * 1024 * 1024)],
    ['half of it', 'truncate'],
  ];
  const paths = [FILLS, DEPOSITS, TRANSFERS, '/api/v3/account', '/api/v3/exchangeInfo', '/api/v3/klines'];
  const cases = paths.flatMap((path, index) =>
    badOnes.slice(0, index < 2 ? 4 : 2).map(([name, fault]) => [path, name, fault] as const),
  );

  it.each(cases)('%s: it is never taken for an empty one: %s', async (path, _name, fault) => {
    const road = await open(flat, { fault: onPath(path, once(fault)) });
    const { reader, pull, faults } = await readAll(road, { failures: 1 });
    for (const error of faults) expect(error).toMatchObject({ code: 'exchange_bad_response' });
    expect(entriesOf(reader)).toEqual(truth.get(flat));
    expect(pull.coverage.scope).toEqual(COMPLETE);
  });

  it.each<[string, Fault, string]>([
    ['that the venue is busy', errorInOk(-1003, 'Too many requests.'), 'exchange_rate_limited'],
    ['that the venue failed', errorInOk(-1001, 'Internal error.'), 'exchange_unavailable'],
    ['that the key may not', errorInOk(-2015, 'Invalid API-key.'), 'exchange_key_restricted'],
  ])('an error with status 200 is an error: %s', async (_name, fault, code) => {
    const road = await open(flat, { fault: byPath('/api/v3/account', fault) });
    const error: unknown = await readAll(road).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ExchangeError);
    expect(error).toMatchObject({ code });
  });

  it('goes on after a page of a proxy in the place of a list', async () => {
    const fault = firstOf(
      onPath(FILLS, times(2, errorPage(520))),
      onPath(DEPOSITS, times(2, errorPage(502))),
    );
    const { reader } = await readAll(await open(flat, { fault }));
    expect(entriesOf(reader)).toEqual(truth.get(flat));
  });
});

describe('when a row cannot be read', () => {
  const change = (is: (row: Row) => boolean, members: Row): Fault =>
    alterRows((rows) => rows.map((row) => (is(row) ? { ...row, ...members } : row)));

  it.each<[string, TraderAccount, string, Fault, string]>([
    ['a status of a deposit', flat, DEPOSITS, change(() => true, { status: 99 }), 'rows of deposits'],
    [
      'a type of income',
      futures,
      INCOME,
      change(({ incomeType }) => incomeType === 'FUNDING_FEE', { incomeType: 'NEW_FEE' }),
      'rows of usdm income',
    ],
    [
      'a status of a transfer',
      futures,
      TRANSFERS,
      change(() => true, { status: 'ODD' }),
      'rows of transfers MAIN_UMFUTURE',
    ],
    [
      'a price without a number',
      flat,
      FILLS,
      change(({ isBuyer }) => isBuyer === true, { price: 'dear' }),
      'rows of spot fills',
    ],
    ['a time in seconds', flat, FILLS, change(() => true, { time: 1_706_694_267 }), 'rows of spot fills'],
    ['a wallet', flat, DEPOSITS, change(() => true, { walletType: 7 }), 'rows of deposits'],
  ])('puts it aside and names its list: %s', async (_name, history, path, fault, named) => {
    const { reader, pull } = await readAll(await open(history, { fault: byPath(path, fault) }));
    const { state, missing } = pull.coverage.scope;
    expect(state).toBe('partial');
    expect(missing).toContain(`${named} that cannot be read`);
    expect(missing.some((one) => one.startsWith('what moved '))).toBe(true);
    expect(entriesOf(reader).length).toBeLessThan(truth.get(history)!.length);
  });

  it('names a wallet that no table reads, when money went there', async () => {
    const strategy = change(({ incomeType, income }) => incomeType === 'TRANSFER' && Number(income) < 0, {
      incomeType: 'STRATEGY_UMFUTURES_TRANSFER',
    });
    const { pull } = await readAll(await open(futures, { fault: byPath(INCOME, strategy) }));
    expect(pull.coverage.scope.state).toBe('partial');
    expect(pull.coverage.scope.missing).toContain('strategy');
  });
});

describe('when rows come late or change', () => {
  it('reads a fill that is shown late, behind newer ones', async () => {
    const late = fillsOf(flat).at(-6)!;
    const until = NOW + HOUR_MS;
    const road = await open(shownLate(flat, (event) => event === late, until));
    const { reader, pull } = await readAll(road);
    expect(entriesOf(reader)).toHaveLength(flat.events.length - 1);
    expect(pull.coverage.scope.state).toBe('partial');
    road.clock.set(until + DAY_MS);
    const healed = await readAgain(road, reader);
    expect(entriesOf(reader)).toEqual(truth.get(flat));
    expect(healed.coverage.scope).toEqual(COMPLETE);
  });

  it('reads a deposit that is shown two days late', async () => {
    const deposit = { ...flat.events[0]!, id: 'late', time: NOW - HOUR_MS } as (typeof flat.events)[0];
    const more = { ...flat, events: [...flat.events, deposit] };
    const until = NOW + 2 * DAY_MS;
    const road = await open(shownLate(more, (event) => event === deposit, until));
    const { reader, pull } = await readAll(road);
    expect(pull.coverage.scope).toMatchObject({ state: 'partial', missing: ['what moved USDT in spot'] });
    road.clock.set(until);
    const healed = await readAgain(road, reader);
    expect(healed.entries.map(({ id }) => id)).toEqual(['late']);
    expect(healed.coverage.scope).toEqual(COMPLETE);
  });

  it('keeps the first of a row that changes, and hands the other one over too', async () => {
    const deposit = { ...flat.events[0]!, id: 'twice', time: NOW - HOUR_MS } as (typeof flat.events)[0];
    const more = { ...flat, events: [...flat.events, deposit] };
    const fault = byPath(
      DEPOSITS,
      changedLater(
        ({ id }) => id === 'twice',
        (row) => ({ ...row, amount: '1' }),
      ),
    );
    const road = await open(more, { fault });
    const reader = new Reader(road.exchanges, ACCOUNT);
    const first = await reader.pull(patient(road)());
    const amounts = (entries: readonly LedgerEntry[]) =>
      entries.flatMap((entry) => (entry.kind === 'transfer' && entry.id === 'twice' ? [entry.amount] : []));
    expect(amounts(first.entries)).toHaveLength(1);
    const second = await reader.pull(patient(road)());
    expect(amounts(second.entries)).toEqual(['1']);
    expect(amounts(entriesOf(reader))).toEqual(amounts(first.entries));
    // The balance is explained by the first, and the third reading brings nothing new.
    expect(second.coverage.scope).toEqual(COMPLETE);
    const third = await reader.pull(patient(road)());
    const { entries, marks } = third;
    expect(reader.ledger.fresh({ entries, marks }).entries).toEqual([]);
  });
});
