import { describe, expect, it } from 'vitest';
import { toHistoryJson } from '../../src/history/account-history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { fill, mark, transfer } from '../entries/entries.ts';
import { build } from './input.ts';

const NAN = Number.NaN;

describe('when a large deposit follows a loss on the same day', () => {
  const entries = [
    transfer('2024-01-01T01:00', 'deposit', '100 USDT'),
    fill('2024-01-01T02:00', 'buy', '1', 'BTC/USDT', '100'),
    transfer('2024-01-02T23:59', 'deposit', '9900 USDT'),
  ];
  const marks = [
    mark('2024-01-02', 'BTC', '100'),
    mark('2024-01-03', 'BTC', '50'),
    mark('2024-01-04', 'BTC', '50'),
  ];

  it('has no return for the day without minute marks, and counts the day', () => {
    const history = build({ entries, marks });
    expect([...history.returns]).toEqual([0, NAN, 0]);
    expect(history.dataQuality.largeFlowsUnvalued).toBe(1);
    expect(toHistoryJson(history).returns).toEqual([0, null, 0]);
    // The formula gives at least: (9950 − 10000) / 10000.
    expect(computeMetrics(history).adverseReturn).toBeCloseTo(-0.005, 14);
  });

  it('shows the loss with minute marks', () => {
    const history = build({ entries, marks: [...marks, mark('2024-01-02T23:59', 'BTC', '50', '1m')] });
    expect([...history.returns]).toEqual([0, -0.5, 0]);
    expect(history.dataQuality.largeFlowsUnvalued).toBe(0);
  });

  it('uses no minute mark that is too old or later than the flow', () => {
    for (const time of ['2024-01-02T23:53', '2024-01-03T00:00']) {
      const history = build({ entries, marks: [...marks, mark(time, 'BTC', '50', '1m')] });
      expect(history.dataQuality.largeFlowsUnvalued).toBe(1);
    }
  });

  it('needs the minute price of the deposited asset too', () => {
    const inBtc = [entries[0]!, transfer('2024-01-02T12:00', 'deposit', '5 BTC')];
    expect(build({ entries: inBtc, marks }).dataQuality.largeFlowsUnvalued).toBe(1);
    const valued = build({ entries: inBtc, marks: [...marks, mark('2024-01-02T12:00', 'BTC', '80', '1m')] });
    expect(valued.returns[1]).toBeCloseTo(350 / 500 - 1, 14);
    expect(valued.deposits[1]).toBe('400');
  });
});

describe('when prices are old or missing', () => {
  const entries = [
    transfer('2024-01-01T01:00', 'deposit', '100 USDT'),
    fill('2024-01-01T02:00', 'buy', '1', 'XYZ/USDT', '40'),
  ];

  it('uses an old price and counts each use', () => {
    const history = build({ entries, marks: [mark('2024-01-02', 'XYZ', '50')] });
    expect(history.nav).toEqual(['110', '110', '110']);
    expect(history.dataQuality.stalePrices).toBe(1);
  });

  it('has no value without a price, names the asset, and counts it as lost in adverseReturn', () => {
    const history = build({ entries });
    expect(history.nav).toEqual([null, null, null]);
    expect(history.dataQuality.unpricedAssets).toEqual(['XYZ']);
    const metrics = computeMetrics(history);
    expect(metrics).toMatchObject({ totalReturn: null, absoluteProfit: null });
    expect(metrics.adverseReturn).toBeCloseTo(-0.4, 14);
  });

  it('covers a gap between valuations with one return', () => {
    const late = [entries[0]!, fill('2024-01-02T02:00', 'buy', '1', 'XYZ/USDT', '40')];
    const history = build({ entries: late, marks: [mark('2024-01-04', 'XYZ', '50')] });
    expect(history.nav).toEqual(['100', null, '110']);
    expect(history.returns[2]).toBeCloseTo(0.1, 14);
    expect(history.dataQuality.gapCount).toBe(1);
  });

  it('values a delisted asset at zero', () => {
    const history = build({ entries, delistedAssets: ['XYZ'] });
    expect(history.nav).toEqual(['60', '60', '60']);
    expect(history.dataQuality.unpricedAssets).toEqual([]);
  });

  it('accepts a price of zero', () => {
    const history = build({ entries, marks: [mark('2024-01-02', 'XYZ', '0')] });
    expect(history.nav[0]).toBe('60');
  });

  it('ignores marks in other currencies', () => {
    const history = build({ entries, marks: [{ ...mark('2024-01-02', 'XYZ', '50'), quote: 'EUR' }] });
    expect(history.nav[0]).toBeNull();
  });
});
