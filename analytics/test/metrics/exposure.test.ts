import { describe, expect, it } from 'vitest';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { at, contractFill, mark, transfer } from '../entries/entries.ts';
import { build } from '../history/input.ts';

const LINEAR = 'BTC/USDT:USDT';
const days = [0, 1, 2].map((day) => at('2024-01-02') + day * 86_400_000);
const closes = (asset: string, price: string) => days.map((time) => mark(time, asset, price));
const deposits = [
  transfer('2024-01-01T01:00', 'deposit', '1000 USDT'),
  transfer('2024-01-01T01:00', 'deposit', '1000 USDT', { account: 'b0', venue: 'bybit' }),
];

describe('when cash in another currency is held', () => {
  it('is in the weights, and is no exposure', () => {
    const { exposure } = computeMetrics(
      build({
        entries: [deposits[0]!, transfer('2024-01-01T01:00', 'deposit', '100 EUR')],
        marks: [mark('2024-01-01T01:00', 'EUR', '10', '1m'), ...closes('EUR', '10')],
      }),
    );
    expect(exposure).toMatchObject({ grossExposure: 0, longExposure: 0, positions: [], hhi: 0.5 });
  });
});

describe('when two venues list the same contract', () => {
  it('each venue has a row, and the exposure counts both', () => {
    const { exposure } = computeMetrics(
      build({
        entries: [
          ...deposits,
          contractFill('2024-01-01T02:00', 'buy', '3', LINEAR, '100'),
          contractFill('2024-01-01T02:00', 'sell', '2', LINEAR, '100', { account: 'b0', venue: 'bybit' }),
        ],
        marks: [...closes(LINEAR, '100'), ...closes(LINEAR, '100').map((m) => ({ ...m, venue: 'bybit' }))],
      }),
    );
    expect(exposure.positions).toEqual([
      { asset: LINEAR, venue: 'binance', notional: '300' },
      { asset: LINEAR, venue: 'bybit', notional: '-200' },
    ]);
    expect(exposure).toMatchObject({ grossExposure: 0.25, longExposure: 0.15, shortExposure: 0.1 });
    expect(exposure.netExposure).toBeCloseTo(0.05, 15);
    expect(exposure.hhi).toBeCloseTo((300 ** 2 + 200 ** 2 + 2000 ** 2) / 2500 ** 2, 15);
  });
});

describe('when the positions of two accounts offset each other, and their contract has no price', () => {
  it('the value is known, and the exposure is not', () => {
    const { exposure, navEnd, unrealizedPnl } = computeMetrics(
      build({
        entries: [
          ...deposits,
          contractFill('2024-01-01T02:00', 'buy', '2', LINEAR, '100'),
          contractFill('2024-01-01T03:00', 'sell', '2', LINEAR, '110', { account: 'a1' }),
        ],
      }),
    );
    expect({ navEnd, unrealizedPnl }).toEqual({ navEnd: '2020', unrealizedPnl: null });
    expect(exposure).toMatchObject({
      ...{ grossExposure: null, netExposure: null, positions: [], hhi: null },
      undefinedReasons: { grossExposure: 'noData' },
    });
  });
});
