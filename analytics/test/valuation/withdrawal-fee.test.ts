/** The fee of a withdrawal is a cost of its day and no flow (docs/metrics.md §1 "External flows", §6 "Fees"). */
import { describe, expect, it } from 'vitest';
import { COST_METHODS } from '../../src/lots/method.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { dailyReturns } from '../../src/metrics/daily-returns.ts';
import { fill, mark, transfer } from '../entries/entries.ts';
import { build, snapshot } from '../history/input.ts';

const DEPOSIT = transfer('2024-01-01T00:00', 'deposit', '1000 USDT');
const minute = (time: string, asset: string, price: string) => mark(time, asset, price, '1m');

describe('when an account worth 1,000 sends 100 with a fee of 10', () => {
  const history = build({
    entries: [DEPOSIT, transfer('2024-01-02T12:00', 'withdrawal', '100 USDT', { fee: '10 USDT' })],
    snapshots: [snapshot({ USDT: '890' })],
  });
  const metrics = computeMetrics(history);

  it('the day returns −1 %, and no other day returns anything', () => {
    expect(dailyReturns(history).days.map((day) => day.return)).toEqual([0, expect.closeTo(-0.01, 15), 0]);
    expect(metrics.totalReturn).toBeCloseTo(-0.01, 15);
    expect(metrics.adverseReturn).toBe(metrics.totalReturn);
  });

  it('the flow is what arrived, and the fee is a loss', () => {
    expect(metrics).toMatchObject({
      ...{ withdrawals: '100', netExternalFlow: '900', absoluteProfit: '-10', navEnd: '890' },
      ...{ transferFees: '10', fees: '0', netPnl: '0', unexplainedPnl: '0' },
    });
    expect(metrics.attribution).toMatchObject([{ symbol: 'USDT', fees: '0', totalPnl: '-10' }]);
    expect(metrics.identityChecks.every(({ holds }) => holds)).toBe(true);
    expect(history.reconciliation.rows).toEqual([]);
  });

  it('money-weighted figures see the same loss', () => {
    expect(metrics.simpleReturnOnFlows).toBeCloseTo(-10 / 1000, 15);
    expect(metrics.moneyWeightedReturn).toBeLessThan(-0.01);
  });
});

describe('when the withdrawal takes everything', () => {
  it('the fee is a loss of the whole account before it', () => {
    const history = build({
      entries: [DEPOSIT, transfer('2024-01-02T12:00', 'withdrawal', '900 USDT', { fee: '100 USDT' })],
    });
    expect(history.nav.at(-1)).toBe('0');
    expect(computeMetrics(history).totalReturn).toBeCloseTo(-0.1, 15);
  });
});

describe('when the withdrawal is small, and its minute has no price', () => {
  it('the formula of the day takes the fee as a loss as well', () => {
    // 1,000 USDT and 1 BTC at 1,000: 0.01 BTC leave, which are 0.5 % of the value, with a fee of 0.02.
    const history = build({
      entries: [
        DEPOSIT,
        transfer('2024-01-01T00:00', 'deposit', '1 BTC'),
        transfer('2024-01-02T12:00', 'withdrawal', '0.01 BTC', { fee: '0.02 BTC' }),
      ],
      marks: [
        minute('2024-01-01T00:00', 'BTC', '1000'),
        ...['2024-01-02', '2024-01-03', '2024-01-04'].map((day) => mark(day, 'BTC', '1000')),
      ],
    });
    expect(dailyReturns(history).days[1]!.return).toBeCloseTo(-0.01, 15);
    expect(computeMetrics(history)).toMatchObject({ withdrawals: '10', transferFees: '20' });
  });
});

describe('when coins are sent, and the fee is paid in coins', () => {
  const marks = [
    minute('2024-01-01T00:00', 'BTC', '100'),
    mark('2024-01-02', 'BTC', '100'),
    minute('2024-01-02T12:00', 'BTC', '200'),
    mark('2024-01-03', 'BTC', '200'),
    mark('2024-01-04', 'BTC', '200'),
  ];
  const entries = [
    DEPOSIT,
    fill('2024-01-01T00:00', 'buy', '10', 'BTC/USDT', '100'),
    transfer('2024-01-02T12:00', 'withdrawal', '1 BTC', { fee: '0.1 BTC' }),
  ];

  it.each(COST_METHODS)('the lots of the fee are disposed of at its minute: %s', (method) => {
    const history = build({ entries, marks, method });
    const metrics = computeMetrics(history);
    // The fee of 0.1 was bought at 100 and is worth 200 each. The withdrawn coin had gained 100.
    expect(metrics).toMatchObject({
      ...{ realizedPnl: '10', transferFees: '20', fees: '0', withdrawnGain: '100', withdrawals: '200' },
      ...{ unrealizedPnl: '890', absoluteProfit: '980', unexplainedPnl: '0', navEnd: '1780' },
    });
    const [coin] = history.exact.open.at(-1)!;
    expect([coin!.quantity.toString(), coin!.cost.toString()].map(Number)).toEqual([8.9, 890]);
    // 1,000 became 2,000 before the fee of 20.
    expect(dailyReturns(history).days[1]!.return).toBeCloseTo(0.98, 15);
  });

  it('a fee in a third currency is a disposal of that currency', () => {
    const paid = [
      DEPOSIT,
      transfer('2024-01-01T00:00', 'deposit', '1 BNB'),
      transfer('2024-01-02T12:00', 'withdrawal', '100 USDT', { fee: '0.05 BNB' }),
    ];
    const history = build({
      entries: paid,
      marks: [
        minute('2024-01-01T00:00', 'BNB', '200'),
        mark('2024-01-02', 'BNB', '200'),
        minute('2024-01-02T12:00', 'BNB', '220'),
        mark('2024-01-03', 'BNB', '220'),
        mark('2024-01-04', 'BNB', '220'),
      ],
    });
    const metrics = computeMetrics(history);
    expect(metrics).toMatchObject({
      ...{ realizedPnl: '1', transferFees: '11', fees: '0', withdrawals: '100', unexplainedPnl: '0' },
    });
    // 1,200 became 1,220 before the fee of 11.
    expect(dailyReturns(history).days[1]!.return).toBeCloseTo(1209 / 1200 - 1, 15);
  });
});

describe('when own accounts send to each other with a fee', () => {
  it('nothing is a flow, and the fee is a loss of its day', () => {
    const metrics = computeMetrics(
      build({
        entries: [
          DEPOSIT,
          transfer('2024-01-02T12:00', 'withdrawal', '100 USDT', { fee: '10 USDT' }),
          transfer('2024-01-02T12:30', 'deposit', '100 USDT', { account: 'a1' }),
        ],
      }),
    );
    expect(metrics).toMatchObject({ withdrawals: '0', transferFees: '10', absoluteProfit: '-10' });
    expect(metrics.totalReturn).toBeCloseTo(-0.01, 15);
  });
});
