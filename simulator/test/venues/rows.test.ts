/** Lists of the venue that lack rows, hold too many, come late or change: nothing is lost, and nothing counts twice. */
import type { LedgerEntry } from '@perf-aggregator/analytics';
import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraderAccount } from '../../src/trader/event.ts';
import type { Alteration, Fault } from '../../src/venues/binance/venue.ts';
import {
  alterRows,
  always,
  changedLater,
  doubledRows,
  type FaultPlan,
  firstOf,
  noRows,
  onPath,
  shortPage,
  shownLate,
  withoutMiddle,
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
    expect(road.requests).toHaveLength(10);
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
