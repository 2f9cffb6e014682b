import { describe, expect, it } from 'vitest';
import { createInstance } from '../../../../src/venues/ccxt/instance.ts';
import { EXCHANGE_ERROR_CODES } from '../../../../src/venues/errors.ts';
import type { Stream } from '../../../../src/venues/table.ts';
import { binance } from '../../../../src/venues/tables/binance/table.ts';
import { way } from '../../ccxt/way.ts';
import { refuses } from './reading.ts';

const { calls, streams, wallets, listings, candles, hosts, sandbox, buckets } = binance;
const explains = ({ wallets: names }: Stream, wallet: string) => names.includes(wallet);

describe('when the calls of the table are looked at', () => {
  const exchange = createInstance('binance', way().fetch, Date.now, false) as unknown as Readonly<
    Record<string, unknown>
  >;

  it.each(Object.entries(calls))('%s is a function of the library, on a host of the table', (_, call) => {
    expect(exchange[call.endpoint]).toBeInstanceOf(Function);
    expect(hosts.map(({ host }) => host)).toContain(call.host);
    expect(Object.keys(call.cost).length).toBeGreaterThan(0);
    for (const [bucket, cost] of Object.entries(call.cost)) {
      expect(cost).toBeGreaterThan(0);
      expect(cost).toBeLessThanOrEqual(buckets[bucket]!.capacity);
    }
  });

  it('none is an order, a withdrawal or a transfer; the one that is no GET reads the funding wallet', () => {
    const writes = Object.values(calls).filter(({ method }) => method !== 'GET');
    expect(writes.map(({ path }) => path)).toEqual(['/sapi/v1/asset/get-funding-asset']);
  });

  it('each has a way to the venue of its own', () => {
    const places = Object.values(calls).map(({ method, host, path }) => `${method} ${host}${path}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it('those without a signature are the listings, the candles and the clock', () => {
    const open = Object.entries(calls).flatMap(([name, call]) => ('isPublic' in call ? [name] : []));
    const used = [
      ...listings.map(({ call }) => call),
      ...Object.values(candles).flatMap(({ day, minute }) => [day.call, minute.call]),
      binance.clock.call,
    ];
    expect(open.sort()).toEqual([...new Set(used)].sort());
  });

  it('an idle synchronisation takes at most 40 of what the address may ask of spot', () => {
    const idle = [
      ...wallets.flatMap((wallet) => wallet.calls.map(({ call }) => call)),
      ...streams.filter(({ cadence }) => cadence === 'always').map(({ call }) => call),
    ];
    const api = idle.reduce((sum, name) => sum + (calls[name]!.cost['api'] ?? 0), 0);
    expect(api).toBeLessThanOrEqual(40);
    // A limit of an account alone would stop a synchronisation of this account.
    for (const name of idle) expect(calls[name]!.cost['uid'] ?? 0).toBe(0);
  });
});

describe('when the streams of the table are looked at', () => {
  const names = wallets.flatMap((wallet) => wallet.wallets);

  it.each(names)('%s has a stream of fills or transfers that explains it', (wallet) => {
    expect(streams.some((stream) => explains(stream, wallet))).toBe(true);
  });

  it.each(names)('%s is part of a product that coverage names', (wallet) => {
    expect(binance.products.filter((product) => product.wallets.includes(wallet))).toHaveLength(1);
  });

  it.each(streams.map((stream) => [stream.name, stream] as const))(
    '%s has a call and is read in its own way',
    (_, stream) => {
      expect(Object.hasOwn(calls, stream.call)).toBe(true);
      expect('isPublic' in calls[stream.call]!).toBe(false);
      expect(stream.paging.kind === 'rising-id').toBe(stream.windows === null);
      expect(stream.paging.page).toBeGreaterThan(0);
      if (stream.scope !== 'account' && 'wallets' in stream.scope)
        expect(names).toContain(stream.scope.wallets);
      const { windows } = stream;
      if (windows === null) return;
      expect(windows.overlapMs).toBeGreaterThan(0);
      expect(windows.overlapMs).toBeLessThan(windows.longestMs);
      expect(windows.since).toBeGreaterThanOrEqual(binance.launch);
      if (windows.horizonMs !== null) expect(windows.overlapMs).toBeLessThan(windows.horizonMs);
    },
  );

  it('their names differ, as do the wallets of two readers', () => {
    expect(new Set(streams.map(({ name }) => name)).size).toBe(streams.length);
    expect(new Set(names).size).toBe(names.length);
  });

  it('every signed call is a stream, a wallet or an inspection', () => {
    const used = new Set([
      ...streams.map(({ call }) => call),
      ...wallets.flatMap((wallet) => wallet.calls.map(({ call }) => call)),
      ...[binance.inspection.account, binance.inspection.permissions],
    ]);
    const signed = Object.entries(calls).filter(([, call]) => !('isPublic' in call));
    // The totals of all wallets are kept for a cheap first question.
    expect(signed.map(([name]) => name).filter((name) => !used.has(name))).toEqual(['walletTotals']);
  });

  it('field case 13: the sandbox has neither deposits nor any wallet but spot, and the rest is named', () => {
    expect(sandbox).toEqual({ streams: ['spot fills'], wallets: ['spot'] });
    expect(listings.filter((listing) => listing.sandbox).map(({ call }) => call)).toEqual(['markets']);
  });
});

describe('when the faults of the table are looked at', () => {
  it('each code of the venue is a closed code', () => {
    for (const [code, ours] of Object.entries(binance.errorCodes)) {
      expect(code).toMatch(/^-\d{4,5}$/);
      expect(EXCHANGE_ERROR_CODES).toContain(ours);
    }
  });
});

describe('when a key is inspected', () => {
  const { read, uid } = binance.inspection;
  const none = { enableReading: true, enableWithdrawals: false, enableSpotAndMarginTrading: false };

  it('every permission to trade and to withdraw counts', () => {
    expect(read(none)).toMatchObject({ canRead: 'yes', canTrade: 'no', canWithdraw: 'no' });
    for (const name of [
      ...['enableSpotAndMarginTrading', 'enableMargin', 'enableFutures', 'enableVanillaOptions'],
      ...['enablePortfolioMarginTrading', 'enableFixApiTrade'],
    ]) {
      expect(read({ ...none, [name]: true }).canTrade, name).toBe('yes');
      expect(read({ ...none, [name]: 'true' }).canTrade, name).toBe('yes');
    }
    for (const name of ['enableWithdrawals', 'enableInternalTransfer'])
      expect(read({ ...none, [name]: true }).canWithdraw, name).toBe('yes');
  });

  it('what the venue does not say is unknown, and an answer of another form is refused', () => {
    expect(read({})).toMatchObject({ canRead: 'unknown', canTrade: 'unknown', canWithdraw: 'unknown' });
    for (const answer of [null, [], 'text']) refuses(() => read(answer));
  });

  it('a key that may not read futures lacks that scope', () => {
    expect(read({ ...none, enableFutures: false }).scopesMissing).toEqual(['futures']);
    expect(read({ ...none, enableFutures: true }).scopesMissing).toEqual([]);
    expect(read(none).scopesMissing).toEqual([]);
  });

  it('the number of the account is text, and may be absent', () => {
    expect([uid({ uid: '354937868' }), uid({ uid: 354937868 }), uid({})]).toEqual([
      '354937868',
      '354937868',
      null,
    ]);
  });
});
