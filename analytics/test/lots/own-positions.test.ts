/** Contracts of several own accounts and wallets: each has a position of its own (docs/metrics.md §6). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FillEntry, LedgerEntry } from '../../src/entries/entry.ts';
import { COST_METHODS, type CostMethod } from '../../src/lots/method.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { roundTrips } from '../../src/metrics/round-trips.ts';
import { at, cash, contractFill, mark, transfer } from '../entries/entries.ts';
import { build, position, snapshot } from '../history/input.ts';

const LINEAR = 'BTC/USDT:USDT';
const CLOSES = ['115', '120', '110'];
const marks = CLOSES.map((price, i) => mark(at('2024-01-02') + i * 86_400_000, LINEAR, price));
const deposits = ['a0', 'a1'].map((account) =>
  transfer('2024-01-01T01:00', 'deposit', '1000 USDT', { account, wallet: 'futures' }),
);

interface Place {
  readonly account?: string;
  readonly wallet?: string;
}

function trade(time: string, side: 'buy' | 'sell', contracts: string, price: string, place: Place) {
  return { ...contractFill(time, side, contracts, LINEAR, price), wallet: 'futures', ...place };
}

function historyOf(entries: readonly LedgerEntry[], method: CostMethod = 'fifo') {
  return build({ entries: [...deposits, ...entries], marks, method });
}

const metricsOf = (...input: Parameters<typeof historyOf>) => computeMetrics(historyOf(...input));

describe('when one account is long and another is short of the same contract', () => {
  const entries = [
    trade('2024-01-01T02:00', 'buy', '2', '100', { account: 'a0' }),
    trade('2024-01-01T03:00', 'sell', '2', '110', { account: 'a1' }),
    { ...cash('2024-01-02T08:00', 'funding', '-3 USDT'), account: 'a0', symbol: LINEAR },
    { ...cash('2024-01-02T08:00', 'funding', '2 USDT'), account: 'a1', symbol: LINEAR },
  ];
  const metrics = metricsOf(entries);

  it('nothing is closed, and no trade is won', () => {
    expect(metrics).toMatchObject({ realizedPnl: '0', closedTradeCount: 0, winCount: 0 });
    expect(roundTrips(historyOf(entries)).trips).toEqual([]);
  });

  it('each account has its own unrealised profit, and the parts are the whole profit', () => {
    // 2 × (110 − 100) and 2 × (110 − 110) at the last close
    expect(metrics.attribution).toMatchObject([
      { account: 'a0', symbol: LINEAR, unrealizedPnl: '20', fundingPnl: '-3', totalPnl: '17' },
      { account: 'a1', symbol: LINEAR, unrealizedPnl: '0', fundingPnl: '2', totalPnl: '2' },
    ]);
    expect(metrics).toMatchObject({ unrealizedPnl: '20', absoluteProfit: '19', unexplainedPnl: '0' });
    expect(metrics.identityChecks.every(({ holds }) => holds)).toBe(true);
  });

  it('sums by symbol are those of both accounts', () => {
    expect(metrics.symbols.find(({ symbol }) => symbol === LINEAR)).toMatchObject({
      ...{ fillCount: 2, tradingVolume: '420', fundingPnl: '-1', realizedPnl: '0' },
    });
  });

  it('the gross exposure counts both sides, and the net exposure none', () => {
    const { exposure, compliance } = metrics;
    expect(metrics.navEnd).toBe('2019');
    expect(exposure.grossExposure).toBeCloseTo(440 / 2019, 15);
    expect(exposure.netExposure).toBe(0);
    expect(exposure.longExposure).toBeCloseTo(220 / 2019, 15);
    expect(exposure.shortExposure).toBeCloseTo(220 / 2019, 15);
    // 2 × 2 × 120 at the second close, of 2,019 less the profit of 20 that is the same at each close
    expect(compliance.leverageMax).toBeCloseTo(480 / 2019, 15);
  });

  it('the list of positions has one row for the symbol', () => {
    expect(metrics.exposure.positions).toEqual([{ asset: LINEAR, venue: 'binance', notional: '0' }]);
  });

  it('each account agrees with its own snapshot', () => {
    const snapshots = [
      snapshot({ USDT: '997' }, { account: 'a0', positions: [position(LINEAR, '2', '100')] }),
      snapshot({ USDT: '1002' }, { account: 'a1', positions: [position(LINEAR, '-2', '110')] }),
    ];
    const { reconciliation } = build({ entries: [...deposits, ...entries], marks, snapshots });
    expect(reconciliation).toMatchObject({ rows: [], unexplainedValue: '0' });
  });
});

describe('when several accounts and wallets hold the same contract on the same side', () => {
  const { exposure } = metricsOf([
    trade('2024-01-01T02:00', 'buy', '1', '110', { account: 'a0' }),
    trade('2024-01-01T02:00', 'buy', '3', '110', { account: 'a0', wallet: 'isolated' }),
    trade('2024-01-01T03:00', 'buy', '4', '110', { account: 'a1' }),
  ]);

  it('the list of positions and the weights sum them', () => {
    expect(exposure.positions).toEqual([{ asset: LINEAR, venue: 'binance', notional: '880' }]);
    const [contract, money] = [880 / 2880, 2000 / 2880];
    expect(exposure.hhi).toBeCloseTo(contract ** 2 + money ** 2, 15);
    expect(exposure.topNWeights!['1']).toBeCloseTo(money, 15);
    expect(exposure.grossExposure).toBeCloseTo(880 / 2000, 15);
  });
});

describe('when a position moves between own accounts', () => {
  const metrics = metricsOf([
    trade('2024-01-01T02:00', 'buy', '2', '100', { account: 'a0' }),
    trade('2024-01-02T02:00', 'sell', '2', '118', { account: 'a0' }),
    trade('2024-01-02T02:00', 'buy', '2', '118', { account: 'a1' }),
  ]);

  it('is two fills: one closes at the price of the move, the other opens there', () => {
    expect(metrics.attribution).toMatchObject([
      { account: 'a0', realizedPnl: '36', unrealizedPnl: '0' },
      { account: 'a1', realizedPnl: '0', unrealizedPnl: '-16' },
    ]);
    expect(metrics).toMatchObject({ closedTradeCount: 1, fillCount: 3, unexplainedPnl: '0' });
  });
});

describe('when orders of two wallets have the same number', () => {
  const order = (entry: FillEntry) => ({ ...entry, orderId: '7' });
  const entries = [
    trade('2024-01-01T02:00', 'buy', '1', '100', { wallet: 'cross' }),
    trade('2024-01-01T02:00', 'sell', '2', '100', { wallet: 'isolated' }),
    order(trade('2024-01-02T02:00', 'sell', '1', '110', { wallet: 'cross' })),
    order(trade('2024-01-02T02:00', 'buy', '2', '110', { wallet: 'isolated' })),
  ];

  it('they are two trades, one won and one lost', () => {
    expect(metricsOf(entries)).toMatchObject({ closedTradeCount: 2, winCount: 1, lossCount: 1 });
  });

  it('they are two round trips with two names', () => {
    const { trips } = roundTrips(historyOf(entries));
    expect(trips.map(({ direction, quantity, realizedPnl }) => [direction, quantity, realizedPnl])).toEqual([
      ['long', '1', '10'],
      ['short', '2', '-20'],
    ]);
    expect(new Set(trips.map(({ id }) => id)).size).toBe(2);
  });
});

describe('when fills of two accounts and two wallets are random', () => {
  const place = fc.record({
    account: fc.constantFrom('a0', 'a1'),
    wallet: fc.constantFrom('futures', 'isolated'),
  });
  const fills = fc
    .array(
      fc.record({
        place,
        day: fc.integer({ min: 1, max: 3 }),
        side: fc.constantFrom('buy' as const, 'sell' as const),
        contracts: fc.integer({ min: 1, max: 900 }).map((n) => (n / 100).toFixed(2)),
        price: fc.integer({ min: 9_000, max: 13_000 }).map((n) => (n / 100).toFixed(2)),
      }),
      { maxLength: 24 },
    )
    .map((all) =>
      all.map(({ place: where, day, side, contracts, price }, i) =>
        trade(`2024-01-0${day}T08:${String(i).padStart(2, '0')}`, side, contracts, price, where),
      ),
    );
  const keyOf = ({ account, wallet }: FillEntry) => `${account} ${wallet}`;

  it('the sum of each position by itself is the whole, and it explains the profit', () => {
    fc.assert(
      fc.property(fills, fc.constantFrom<CostMethod>(...COST_METHODS), (entries, method) => {
        const whole = metricsOf(entries, method);
        const parts = [...new Set(entries.map(keyOf))].map((key) =>
          metricsOf(
            entries.filter((entry) => keyOf(entry) === key),
            method,
          ),
        );
        for (const field of ['realizedPnl', 'unrealizedPnl', 'closedTradeCount', 'fillCount'] as const) {
          expect(parts.reduce((sum, part) => sum + Number(part[field]), 0)).toBeCloseTo(
            Number(whole[field]),
            8,
          );
        }
        expect(Math.abs(Number(whole.unexplainedPnl))).toBeLessThanOrEqual(1e-11);
        expect(whole.identityChecks.every(({ holds }) => holds)).toBe(true);
      }),
    );
  });
});
