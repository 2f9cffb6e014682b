/** Wallets that fail, are refused, or move while they are read: a part of an account is never taken for all of it. */
import type { BalanceSnapshot, Pull } from '@perf-aggregator/enclave/venues/port';
import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import { afterEach, describe, expect, it } from 'vitest';
import type { TraderAccount } from '../../src/trader/event.ts';
import type { WalletEvent } from '../../src/trader/wallet-event.ts';
import {
  alterRows,
  always,
  type FaultPlan,
  maintenancePage,
  once,
  onPath,
  permissionsFrom,
  type Row,
  refusalOf,
  times,
} from '../../src/venues/faults.ts';
import { COMPLETE, customerOf, flat, futures, openQuickRoad, patient, readAgain, readAll } from './quick.ts';
import { Reader } from './reader.ts';
import { ACCOUNT, NOW, type Road } from './road.ts';

let road: Road;
afterEach(() => road.close());

/** Wallets that every reading asks for. Simple Earn is asked for where something went there, and once a day. */
const WALLETS = [
  '/api/v3/account',
  '/sapi/v1/asset/get-funding-asset',
  '/sapi/v1/margin/account',
  '/sapi/v1/margin/isolated/account',
  '/fapi/v3/balance',
  '/fapi/v3/positionRisk',
  '/dapi/v1/balance',
];
const DENIED = 'usdm (the key may not read it)';

const walletsIn = ({ balances }: BalanceSnapshot) =>
  [...new Set(balances.map(({ wallet }) => wallet))].sort();

const totalsOf = ({ snapshot }: Pull) => snapshot!.balances.map(({ asset, total }) => [asset, total]);

/** The account, with more in its other wallets. */
function withMore(history: TraderAccount, ...more: readonly WalletEvent[]): TraderAccount {
  return { ...history, more: [...(history.more ?? []), ...more] };
}

/** Trades contracts, and saves. */
const saver = withMore(
  futures,
  ...(['flexible', 'locked'] as const).map(
    (product, index): WalletEvent => ({
      ...{
        kind: 'earn',
        id: String(90_001 + index),
        time: NOW - 2 * DAY_MS,
        product,
        direction: 'subscribe',
      },
      ...{ asset: 'USDT', amount: '100' },
    }),
  ),
);

/** Opens a road to an account, with a fault that only comes after the account was read once. */
async function openRead(history: TraderAccount, plan: FaultPlan) {
  let isArmed = false;
  road = await openQuickRoad(history, { fault: (request) => (isArmed ? plan(request) : null) });
  const { reader, pull } = await readAll(road);
  expect(pull.coverage.scope).toEqual(COMPLETE);
  isArmed = true;
  return { reader, before: pull };
}

describe('when one wallet fails', () => {
  it.each(WALLETS)('there is no reading at all: %s', async (path) => {
    const { reader, before } = await openRead(saver, onPath(path, always(refusalOf(500, -1001))));
    await expect(reader.pull(patient(road)())).rejects.toMatchObject({ code: 'exchange_unavailable' });
    expect(reader.last!.snapshot).toEqual(before.snapshot);
  });

  it.each(WALLETS)('it is asked again within the reading: %s', async (path) => {
    const { reader, before } = await openRead(saver, onPath(path, times(2, refusalOf(503, -1001))));
    const pull = await reader.pull(patient(road)());
    expect(pull.done).toBe(true);
    expect(walletsIn(pull.snapshot!)).toEqual(walletsIn(before.snapshot!));
  });

  it('a page that is no answer fails the first reading too', async () => {
    road = await openQuickRoad(futures, { fault: onPath('/fapi/v3/balance', always(maintenancePage())) });
    const reader = new Reader(road.exchanges, ACCOUNT);
    await expect(reader.pull(patient(road)())).rejects.toMatchObject({ code: 'exchange_bad_response' });
  });

  it('no balance is kept without the lists that explain it', async () => {
    const deposits = onPath('/sapi/v1/capital/deposit/hisrec', always(refusalOf(500, -1001)));
    const { reader } = await openRead(flat, deposits);
    road.clock.set(NOW + DAY_MS);
    const pull = await reader.pull(patient(road)()).catch(() => null);
    expect(pull?.snapshot ?? null).toBeNull();
  });
});

describe('when a key may not read contracts', () => {
  const blind = { futures: false, readsContracts: false };
  const expectNamed = (pull: Pull) => {
    expect(pull.coverage.scope.state).toBe('partial');
    expect(pull.coverage.scope.missing).toContain(DENIED);
    expect(pull.coverage.unavailable).toEqual(['usdm', 'coinm']);
    expect(pull.coverage.productsNotRead).toContain('USDⓈ-M futures');
  };

  it('the wallet to which money went is named, and the smaller account is never complete', async () => {
    const { permissions } = customerOf(futures);
    const customer = customerOf(futures, { permissions: { ...permissions, ...blind } });
    road = await openQuickRoad(futures, { customers: [customer] });
    const { reader, pull } = await readAll(road);
    expectNamed(pull);
    expect(walletsIn(pull.snapshot!)).toEqual(['spot']);
    for (const { coverage } of reader.pulls) expect(coverage.scope.state).toBe('partial');
    // What went there is no withdrawal, and what came back no deposit.
    const sides = [...reader.ledger.entries].filter(
      (entry) => entry.kind === 'transfer' && entry.counterWallet,
    );
    expect(sides.length).toBeGreaterThanOrEqual(3);
  });

  it('a wallet that was read before is missed: there is no reading until the venue lets it again', async () => {
    const later = permissionsFrom(customerOf(futures), NOW + DAY_MS, blind);
    const back = permissionsFrom(later, NOW + 2 * DAY_MS, { futures: true });
    road = await openQuickRoad(futures, { customers: [back] });
    const { reader, pull } = await readAll(road);
    expect(pull.coverage.scope).toEqual(COMPLETE);
    road.clock.set(NOW + DAY_MS);
    await expect(reader.pull(patient(road)())).rejects.toMatchObject({ code: 'exchange_key_restricted' });
    expect(reader.last!.snapshot).toEqual(pull.snapshot);
    road.clock.set(NOW + 2 * DAY_MS);
    const { coverage } = await readAgain(road, reader);
    expect(coverage.scope).toEqual(COMPLETE);
    expect(coverage.unavailable).toEqual([]);
  });

  it('is complete once the venue lets a key that could not', async () => {
    const { permissions } = customerOf(futures);
    const customer = customerOf(futures, { permissions: { ...permissions, ...blind } });
    const later = permissionsFrom(customer, NOW + DAY_MS, { futures: true });
    road = await openQuickRoad(futures, { customers: [later] });
    const { reader, pull } = await readAll(road);
    expectNamed(pull);
    road.clock.set(NOW + DAY_MS);
    const { coverage } = await readAgain(road, reader);
    expect(coverage.scope).toEqual(COMPLETE);
    expect(coverage.unavailable).toEqual([]);
  });

  it('reads contracts with a key that may read them and not trade', async () => {
    const { permissions } = customerOf(futures);
    const reading = { ...permissions, futures: false, readsContracts: true };
    road = await openQuickRoad(futures, { customers: [customerOf(futures, { permissions: reading })] });
    expect((await readAll(road)).pull.coverage.scope).toEqual(COMPLETE);
  });
});

describe('when the venue shows balances that never were', () => {
  const scaled = (factor: number) =>
    alterRows((rows) =>
      rows.map((row: Row) => ({ ...row, free: (Number(row['free']) * factor).toFixed(8) })),
    );
  const wrongs: readonly [string, number][] = [
    ['nothing', 0],
    ['a part', 0.5],
    ['too much', 2],
  ];

  it.each(wrongs)('asks once more before it believes: %s', async (_name, factor) => {
    const { reader, before } = await openRead(flat, onPath('/api/v3/account', once(scaled(factor))));
    const pull = await reader.pull(patient(road)());
    expect(pull.coverage.scope).toEqual(COMPLETE);
    expect(pull.entries).toEqual([]);
    expect(totalsOf(pull)).toEqual(totalsOf(before));
  });

  it.each(wrongs)(
    'a reading that shows it twice is partial, and the next one right: %s',
    async (_name, factor) => {
      const { reader, before } = await openRead(flat, onPath('/api/v3/account', times(2, scaled(factor))));
      const wrong = await reader.pull(patient(road)());
      expect(wrong.coverage.scope.state).toBe('partial');
      expect(wrong.coverage.scope.missing).toContain('what moved USDT in spot');
      expect(wrong.entries).toEqual([]);
      const right = await reader.pull(patient(road)());
      expect(right.coverage.scope).toEqual(COMPLETE);
      expect(totalsOf(right)).toEqual(totalsOf(before));
    },
  );
});

const toContracts = (id: string, time: number): WalletEvent => ({
  ...{ kind: 'transfer', id, time, asset: 'USDT', amount: '250' },
  ...{ from: 'spot', to: 'usdm' },
});

describe('when money moves while wallets are read', () => {
  // The wallets are asked ten seconds apart. So the transfer is before one row or the other, or between them.
  it.each([-15, 5, 15, 25, 35, 45, 55, 65, 95])(
    'it is neither lost nor seen twice: %i seconds after the start',
    async (seconds) => {
      const start = NOW + DAY_MS;
      const moved = withMore(flat, toContracts('77', start + seconds * 1_000 + 1));
      road = await openQuickRoad(moved, { requestMs: 10_000 });
      const { reader } = await readAll(road);
      road.clock.set(start);
      const pull = await readAgain(road, reader);
      const settled = await readAgain(road, reader);
      expect(pull.coverage.scope).toEqual(COMPLETE);
      expect(settled.coverage.scope).toEqual(COMPLETE);
      const sides = [...reader.ledger.entries].filter(({ id }) => id === '77');
      expect(sides).toHaveLength(2);
    },
  );
});

describe('when money comes from a place that no list shows', () => {
  it('the wallet and the asset are named, at every later reading too', async () => {
    const credit: WalletEvent = {
      ...{ kind: 'credit', id: '88', time: NOW + HOUR_MS },
      ...{ wallet: 'spot', asset: 'USDT', amount: '500' },
    };
    road = await openQuickRoad(withMore(flat, credit));
    const { reader } = await readAll(road);
    for (const days of [1, 2, 3]) {
      road.clock.set(NOW + days * DAY_MS);
      const { scope } = (await readAgain(road, reader)).coverage;
      expect(scope).toMatchObject({ state: 'partial', missing: ['what moved USDT in spot'] });
    }
  });
});
