/** Hedge mode: long and short of one symbol in one wallet at once. The sides are netted (docs/metrics.md §6). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FillEntry } from '../../src/entries/entry.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { roundTrips } from '../../src/metrics/round-trips.ts';
import { at, contractFill, mark, transfer } from '../entries/entries.ts';
import { build, position, snapshot } from '../history/input.ts';

const LINEAR = 'BTC/USDT:USDT';
const INVERSE = 'BTC/USD:BTC';
const marks = ['115', '120', '130'].map((price, i) => mark(at('2024-01-02') + i * 86_400_000, LINEAR, price));
const deposit = transfer('2024-01-01T01:00', 'deposit', '1000 USDT');

function side(positionSide: 'long' | 'short', entry: FillEntry): FillEntry {
  return { ...entry, positionSide };
}

describe('when one wallet holds both sides of a contract', () => {
  const opened = [
    deposit,
    side('long', contractFill('2024-01-01T02:00', 'buy', '3', LINEAR, '100')),
    side('short', contractFill('2024-01-01T03:00', 'sell', '1', LINEAR, '110')),
  ];

  it('the pair is closed at a fixed profit, and the rest is one position', () => {
    const metrics = computeMetrics(build({ entries: opened, marks }));
    expect(metrics).toMatchObject({ realizedPnl: '10', unrealizedPnl: '60', absoluteProfit: '70' });
    expect(metrics.unexplainedPnl).toBe('0');
    expect(metrics.exposure).toMatchObject({
      positions: [{ asset: LINEAR, venue: 'binance', notional: '260' }],
      grossExposure: 260 / 1070,
      netExposure: 260 / 1070,
      shortExposure: 0,
    });
  });

  it('a fully hedged pair is no exposure, whatever the price does', () => {
    const hedged = [...opened, side('short', contractFill('2024-01-02T03:00', 'sell', '2', LINEAR, '118'))];
    const { exposure, unrealizedPnl, navEnd } = computeMetrics(build({ entries: hedged, marks }));
    // 1 × (110 − 100) and 2 × (118 − 100)
    expect({ unrealizedPnl, navEnd }).toEqual({ unrealizedPnl: '0', navEnd: '1046' });
    expect(exposure).toMatchObject({ grossExposure: 0, netExposure: 0, positions: [] });
  });

  it('both rows of the snapshot are summed before they are compared', () => {
    const open = [position(LINEAR, '3', '100'), position(LINEAR, '-1', '110')];
    const rowsOf = (balance: string, positions = open) =>
      build({
        entries: opened,
        marks,
        snapshots: [snapshot({ USDT: balance }, { time: at('2024-01-02'), positions })],
      }).reconciliation.rows;
    // The venue has realised nothing: its balance is what was deposited.
    expect(rowsOf('1000')).toEqual([]);
    expect(rowsOf('1001')).toMatchObject([{ asset: 'USDT', difference: '-1' }]);
    expect(rowsOf('1000', open.slice(0, 1))).toMatchObject([
      { asset: LINEAR, replayed: '2', snapshot: '3' },
      { asset: 'USDT', replayed: '810', snapshot: '700' },
    ]);
  });

  it('a closing fill of one side opens the other by netting, and the profit of the whole is right', () => {
    const entries = [
      ...opened,
      side('long', contractFill('2024-01-02T05:00', 'sell', '3', LINEAR, '120')),
      side('short', contractFill('2024-01-03T05:00', 'buy', '1', LINEAR, '125')),
    ];
    const metrics = computeMetrics(build({ entries, marks }));
    // 3 × (120 − 100) − (125 − 110)
    expect(metrics).toMatchObject({ realizedPnl: '45', unrealizedPnl: '0', absoluteProfit: '45' });
    const flat = snapshot({ USDT: '1045' });
    expect(build({ entries, marks, snapshots: [flat] }).reconciliation.rows).toEqual([]);
  });

  it('inverse contracts are netted too', () => {
    const entries = [
      transfer('2024-01-01T01:00', 'deposit', '10 BTC'),
      side('long', contractFill('2024-01-01T02:00', 'buy', '4', INVERSE, '50', { size: '100' })),
      side('short', contractFill('2024-01-01T03:00', 'sell', '4', INVERSE, '80', { size: '100' })),
    ];
    const positions = [position(INVERSE, '4', '50', '100'), position(INVERSE, '-4', '80', '100')];
    const history = build({
      entries,
      marks: [mark('2024-01-02', 'BTC', '90')],
      snapshots: [snapshot({ BTC: '10' }, { time: at('2024-01-02'), positions })],
      reportingCurrency: 'BTC',
    });
    expect(history.reconciliation.rows).toEqual([]);
    // 400 × (1/50 − 1/80)
    expect(computeMetrics(history)).toMatchObject({ realizedPnl: '3', navEnd: '13' });
  });
});

describe('when the side of each fill is random', () => {
  const fills = fc
    .array(
      fc.record({
        day: fc.integer({ min: 1, max: 3 }),
        direction: fc.constantFrom('buy' as const, 'sell' as const),
        contracts: fc.integer({ min: 1, max: 90 }).map((n) => (n / 10).toFixed(1)),
        price: fc.integer({ min: 90, max: 130 }).map(String),
        positionSide: fc.constantFrom('long' as const, 'short' as const),
        orderId: fc.constantFrom(null, 'x', 'y'),
      }),
      { maxLength: 20 },
    )
    .map((all) =>
      all.map(({ day, direction, contracts, price, positionSide, orderId }, i) => ({
        ...contractFill(
          `2024-01-0${day}T08:${String(i).padStart(2, '0')}`,
          direction,
          contracts,
          LINEAR,
          price,
        ),
        ...{ positionSide, orderId },
      })),
    );

  it('no number depends on it', () => {
    fc.assert(
      fc.property(fills, (entries) => {
        const oneWay = entries.map((entry) => {
          const { positionSide: _, ...rest } = entry;
          return rest;
        });
        const [hedged, plain] = [entries, oneWay].map((list) =>
          build({ entries: [deposit, ...list], marks }),
        );
        expect(computeMetrics(hedged!)).toEqual(computeMetrics(plain!));
        expect(roundTrips(hedged!)).toEqual(roundTrips(plain!));
      }),
    );
  });
});
