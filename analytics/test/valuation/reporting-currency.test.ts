/** One account in several reporting currencies, each computed by hand. */
import { describe, expect, it } from 'vitest';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { contractFill, fill, mark, transfer } from '../entries/entries.ts';
import { build, snapshot } from '../history/input.ts';

const LINEAR = 'ETH/USDT:USDT';
const entries = [
  transfer('2024-01-01T06:00', 'deposit', '1000 USDT'),
  fill('2024-01-01T07:00', 'buy', '10', 'BTC/USDT', '50', '1 USDT'),
  contractFill('2024-01-01T08:00', 'sell', '2', LINEAR, '100'),
  // A conversion, and a purchase of dust.
  fill('2024-01-02T09:00', 'sell', '4', 'BTC/EUR', '40'),
  fill('2024-01-03T09:00', 'buy', '0.00000001', 'BTC/USDT', '70'),
];

/** Daily closes: BTC and ETH contracts in USDT, EUR in USDT, USDT in USD. */
const close = (day: string, btc: string, eth: string, eur: string, usdt: string) => [
  mark(day, 'BTC', btc),
  mark(day, LINEAR, eth),
  mark(day, 'EUR', eur),
  { ...mark(day, 'USDT', usdt), quote: 'USD' },
];
const marks = [
  ...close('2024-01-02', '60', '90', '1.25', '1'),
  ...close('2024-01-03', '80', '80', '1.6', '0.5'),
  ...close('2024-01-04', '50', '130', '2', '1.25'),
  ...['EUR', 'BTC', 'USDT'].map((asset, i) => mark('2024-01-01T06:00', asset, ['1.25', '50', '1'][i]!, '1m')),
  { ...mark('2024-01-01T06:00', 'USDT', '1', '1m'), quote: 'USD' },
];
const snapshots = [
  snapshot(
    { USDT: '498.9999993', BTC: '6.00000001', EUR: '160' },
    { positions: [{ ...short(), entryPrice: '100' }] },
  ),
];

function short() {
  const [base, quote, settle] = ['ETH', 'USDT', 'USDT'];
  return { symbol: LINEAR, base, quote, settle, inverse: false, contracts: '-2', contractSize: '1' };
}

/** In USDT: 499 + 600 + 20; 499 + 480 + 160 × 1.6 + 40; 498.9999993 + 6.00000001 × 50 + 160 × 2 − 60. */
const inUsdt = [1119, 1275, 1058.9999998];

describe.each([
  ['USDT', [1, 1, 1], '1000'],
  ['USD', [1, 0.5, 1.25], '1000'],
  ['EUR', [1 / 1.25, 1 / 1.6, 1 / 2], '800'],
  ['BTC', [1 / 60, 1 / 80, 1 / 50], '20'],
])('when the account reports in %s', (reportingCurrency, rates, deposits) => {
  const history = build({ entries, marks, snapshots, reportingCurrency });

  it('has the same value, converted at the rate of each day', () => {
    history.nav.forEach((value, day) => {
      expect(Number(value) / (inUsdt[day]! * rates[day]!)).toBeCloseTo(1, 14);
    });
    expect(history.deposits[0]).toBe(deposits);
  });

  it('has the returns in that currency', () => {
    expect(history.returns[0]).toBeCloseTo((inUsdt[0]! * rates[0]!) / Number(deposits) - 1, 13);
    const growth = (inUsdt[2]! * rates[2]!) / Number(deposits);
    expect(computeMetrics(history).totalReturn).toBeCloseTo(growth - 1, 13);
  });

  it('leaves nothing unexplained', () => {
    expect(history.reconciliation).toMatchObject({ rows: [], unexplainedShare: 0 });
    expect(history.dataQuality).toMatchObject({ unpricedAssets: [], stalePrices: 0, largeFlowsUnvalued: 0 });
  });
});

describe('when there is no price path to the reporting currency', () => {
  it('has no value, and names the assets without a price', () => {
    const history = build({ entries, marks, reportingCurrency: 'JPY' });
    expect(history.nav).toEqual([null, null, null]);
    expect(history.dataQuality.unpricedAssets).toEqual(['BTC', LINEAR, 'EUR', 'USDT']);
  });
});
