/** Answers of another form than the venue documents, and rows that cannot be read: never taken for nothing. */
import { ExchangeError } from '@perf-aggregator/enclave/venues/errors';
import { afterEach, describe, expect, it } from 'vitest';
import type { TraderAccount } from '../../src/trader/event.ts';
import type { Fault } from '../../src/venues/binance/venue.ts';
import {
  alterRows,
  always,
  errorInOk,
  errorPage,
  type FaultPlan,
  firstOf,
  maintenancePage,
  once,
  onPath,
  oversized,
  type Row,
  times,
  wrongShape,
} from '../../src/venues/faults.ts';
import { byTime, toEntry } from './expected.ts';
import { COMPLETE, flat, futures, openQuickRoad, readAll } from './quick.ts';
import type { Road, RoadOptions } from './road.ts';

const FILLS = '/api/v3/myTrades';
const DEPOSITS = '/sapi/v1/capital/deposit/hisrec';
const TRANSFERS = '/sapi/v1/asset/transfer';
const INCOME = '/fapi/v1/income';

let road: Road;
afterEach(() => road.close());

async function open(history: TraderAccount, options: RoadOptions): Promise<Road> {
  road = await openQuickRoad(history, options);
  return road;
}

const EXPECTED = flat.events.map(toEntry).sort(byTime);
const byPath = (path: string, fault: Fault): FaultPlan => onPath(path, always(fault));

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
    expect([...reader.ledger.entries].sort(byTime)).toEqual(EXPECTED);
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
    expect([...reader.ledger.entries].sort(byTime)).toEqual(EXPECTED);
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
    const { pull } = await readAll(await open(history, { fault: byPath(path, fault) }));
    const { state, missing } = pull.coverage.scope;
    expect(state).toBe('partial');
    expect(missing).toContain(`${named} that cannot be read`);
    expect(missing.some((one) => one.startsWith('what moved '))).toBe(true);
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
