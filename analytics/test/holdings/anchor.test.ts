import { describe, expect, it } from 'vitest';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { at, fill, mark, transfer } from '../entries/entries.ts';
import { build, snapshot } from '../history/input.ts';

describe('when entries and live balances disagree', () => {
  const entries = [transfer('2024-01-02T01:00', 'deposit', '100 USDT')];
  const marks = [mark('2024-01-01', 'BTC', '50')];

  it('anchors the history at the balances and reports the difference of each currency', () => {
    const history = build({ entries, marks, snapshots: [snapshot({ USDT: '90', BTC: '1' })] });
    expect(history.reconciliation).toMatchObject({
      rows: [
        { account: 'a0', asset: 'BTC', replayed: '0', snapshot: '1', difference: '-1', value: '50' },
        { account: 'a0', asset: 'USDT', replayed: '100', snapshot: '90', difference: '10', value: '10' },
      ],
      unexplainedValue: '60',
      surplusValue: '50',
      deficitValue: '10',
    });
    expect(history.reconciliation.unexplainedShare).toBeCloseTo(60 / 140, 15);
    expect(history.navAtStart).toBe('40');
    expect(history.nav.at(-1)).toBe('140');
  });

  it('counts the difference as a loss in adverseReturn', () => {
    const history = build({ entries, marks, snapshots: [snapshot({ USDT: '90', BTC: '1' })] });
    expect(computeMetrics(history).adverseReturn).toBeCloseTo((140 - 50) / (140 + 10) - 1, 14);
  });

  it('leaves out entries after the snapshot', () => {
    const snapshots = [snapshot({ USDT: '100' }, { time: at('2024-01-03') })];
    const later = [...entries, transfer('2024-01-03T05:00', 'deposit', '7 USDT')];
    const history = build({ entries: later, snapshots });
    expect(history.reconciliation.rows).toEqual([]);
    expect(history.nav).toEqual(['100', '107']);
  });

  it('uses the latest snapshot, and names accounts that have none', () => {
    const history = build({
      entries: [...entries, transfer('2024-01-02T01:00', 'deposit', '5 USDT', { account: 'a1' })],
      snapshots: [snapshot({ USDT: '1' }, { time: at('2024-01-03') }), snapshot({ USDT: '100' })],
    });
    expect(history.reconciliation.rows).toEqual([]);
    expect(history.reconciliation.accountsWithoutSnapshot).toEqual(['a1']);
  });
});

describe('when the venue cuts what a trade costs after eight decimals', () => {
  // 0.0123 × 0.05321 = 0.000654483, of which the venue takes 0.00065448.
  const trades = [1, 2].map((hour) => fill(`2024-01-02T0${hour}:30`, 'buy', '0.0123', 'ETH/BTC', '0.05321'));
  const entries = [transfer('2024-01-02T01:00', 'deposit', '1 BTC'), ...trades];
  const rowsOf = (bitcoin: string, ether = '0.0246') =>
    build({ entries, snapshots: [snapshot({ BTC: bitcoin, ETH: ether })] }).reconciliation.rows.map(
      ({ asset, difference }) => [asset, difference],
    );

  it('the balance agrees within 1e-8 for each such trade, in the currency that was paid', () => {
    expect(rowsOf('0.99869104')).toEqual([]);
    expect(rowsOf('0.99869106')).toEqual([['BTC', '-0.000000026']]);
    expect(rowsOf('0.99869104', '0.02460001')).toEqual([['ETH', '-0.00000001']]);
  });
});

describe('when a transfer is between own accounts', () => {
  it('is no flow, costs only the lost amount, and counts as held while in transit', () => {
    const history = build({
      entries: [
        transfer('2024-01-01T01:00', 'deposit', '1000 USDT'),
        transfer('2024-01-02T23:00', 'withdrawal', '500 USDT', { fee: '1 USDT' }),
        transfer('2024-01-03T01:00', 'deposit', '499.5 USDT', { account: 'a1' }),
      ],
      snapshots: [snapshot({ USDT: '499' }), snapshot({ USDT: '499.5' }, { account: 'a1' })],
    });
    expect(history.nav).toEqual(['1000', '998.5', '998.5']);
    expect(history.flows).toHaveLength(1);
    expect(history.reconciliation.rows).toEqual([]);
    expect(computeMetrics(history)).toMatchObject({ transferFees: '1.5', withdrawals: '0' });
  });
});
