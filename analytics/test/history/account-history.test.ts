import { describe, expect, it } from 'vitest';
import { toHistoryJson } from '../../src/history/account-history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { at, cash, fill, mark, transfer } from '../entries/entries.ts';
import { build, snapshot } from './input.ts';

describe('when money is deposited, put into BTC and withdrawn in part', () => {
  const history = build({
    entries: [
      transfer('2024-01-01T06:00', 'deposit', '1000 USDT'),
      fill('2024-01-01T07:00', 'buy', '10', 'BTC/USDT', '50', '1 USDT'),
      transfer('2024-01-02T12:00', 'withdrawal', '100 USDT', { fee: '2 USDT' }),
      fill('2024-01-03T09:00', 'sell', '4', 'BTC/USDT', '80'),
    ],
    marks: [
      mark('2024-01-02', 'BTC', '60'),
      mark('2024-01-02T12:00', 'BTC', '66', '1m'),
      mark('2024-01-03', 'BTC', '70'),
      mark('2024-01-04', 'BTC', '75'),
    ],
    snapshots: [snapshot({ USDT: '717', BTC: '6' })],
  });

  it('values every day at 00:00 UTC', () => {
    expect(history.startTime).toBe(at('2024-01-01'));
    expect(history.days).toEqual([at('2024-01-02'), at('2024-01-03'), at('2024-01-04')]);
    expect(history.navAtStart).toBe('0');
    // 499 + 600; 397 + 700; 717 + 450
    expect(history.nav).toEqual(['1099', '1097', '1167']);
    expect(history.deposits).toEqual(['1000', '0', '0']);
    expect(history.withdrawals).toEqual(['0', '100', '0']);
  });

  it('links the returns at the flows: 499 + 660 less the fee of 2 before the withdrawal, 1057 after it', () => {
    expect(history.returns[0]).toBeCloseTo(1099 / 1000 - 1, 15);
    expect(history.returns[1]).toBeCloseTo((1157 / 1099) * (1097 / 1057) - 1, 14);
    expect(history.returns[2]).toBeCloseTo(1167 / 1097 - 1, 15);
  });

  it('leaves nothing unexplained', () => {
    expect(history.reconciliation).toEqual({
      rows: [],
      unexplainedValue: '0',
      unexplainedShare: 0,
      surplusValue: '0',
      deficitValue: '0',
      accountsWithoutSnapshot: [],
    });
    expect(history.dataQuality).toEqual({
      gapCount: 0,
      stalePrices: 0,
      unpricedAssets: [],
      largeFlowsUnvalued: 0,
      unreadWalletDays: 0,
      unclassifiedCreditsShare: 0,
      creditIncomeShare: 0,
      illiquidPnlShare: 0,
      positionMoves: 0,
      offMarketFillShare: 0,
      blockTradeShare: 0,
      checkedFillShare: 0,
      internalTransferCount: 0,
      conflictCount: 0,
    });
  });

  it('gives the metrics of the whole record', () => {
    const metrics = computeMetrics(history);
    expect(metrics).toMatchObject({
      observationCount: 3,
      periodsPerYear: 365,
      startTime: at('2024-01-01'),
      endTime: at('2024-01-04'),
      lowSample: true,
      periodIsFullHistory: true,
      navStart: '0',
      navEnd: '1167',
      deposits: '1000',
      withdrawals: '100',
      netExternalFlow: '900',
      absoluteProfit: '267',
      tradingVolume: '820',
      fees: '1',
      transferFees: '2',
      fillCount: 2,
      realizedPnl: '120',
      netPnl: '119',
      simpleReturnOnFlows: 0.267,
    });
    expect(metrics.totalReturn).toBeCloseTo(1.099 * (1157 / 1099) * (1097 / 1057) * (1167 / 1097) - 1, 14);
    expect(metrics.adverseReturn).toBe(metrics.totalReturn);
    const weighted = 1000 * (66 / 72) - 100 * (36 / 72);
    expect(metrics.modifiedDietz).toBeCloseTo(267 / weighted, 14);
  });

  it('gives the metrics of whole days within a period', () => {
    const metrics = computeMetrics(history, { from: at('2024-01-01T12:00'), to: at('2024-01-03T23:00') });
    expect(metrics).toMatchObject({
      observationCount: 1,
      startTime: at('2024-01-02'),
      endTime: at('2024-01-03'),
      periodIsFullHistory: false,
      navStart: '1099',
      navEnd: '1097',
      fillCount: 0,
      realizedPnl: '0',
      absoluteProfit: '98',
    });
    // These days have a net outflow of 100, which adverseReturn counts as a loss.
    expect(metrics.adverseReturn).toBeCloseTo((1 + history.returns[1]!) * (1097 / 1197) - 1, 14);
  });

  it('has only nulls where no day lies in the period', () => {
    const metrics = computeMetrics(history, { from: at('2024-01-04') });
    expect(metrics).toMatchObject({ observationCount: 0, startTime: null, totalReturn: null, fillCount: 0 });
    expect(metrics.undefinedReasons).toMatchObject({ totalReturn: 'noData', adverseReturn: 'noData' });
  });

  it('keeps open lots and gives returns as JSON', () => {
    expect(history.openLots).toEqual([
      { asset: 'BTC', time: at('2024-01-01T07:00'), quantity: '6', price: '50' },
    ]);
    const json = toHistoryJson(history);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json.returns).toEqual([...history.returns]);
  });
});

describe('when nothing happened', () => {
  it('has no days and no numbers', () => {
    const history = build({ snapshots: [snapshot({ USDT: '5' })] });
    expect(history).toMatchObject({ startTime: null, earliestActivity: null, days: [], navAtStart: null });
    const metrics = computeMetrics(history);
    expect(metrics).toMatchObject({ observationCount: 0, totalReturn: null, absoluteProfit: null });
    expect(metrics.undefinedReasons).toMatchObject({ absoluteProfit: 'noData', modifiedDietz: 'noData' });
  });

  it('has none before the end of the first day either', () => {
    const history = build({ entries: [transfer('2024-01-04T01:00', 'deposit', '1 USDT')] });
    expect(history).toMatchObject({ startTime: null, earliestActivity: at('2024-01-04T01:00'), days: [] });
    expect(computeMetrics(history).totalReturn).toBeNull();
  });
});

describe('when a credit is above 1 % of NAV', () => {
  const deposit = transfer('2024-01-01T01:00', 'deposit', '1000 USDT');

  it('is a flow and not income until it is classified', () => {
    const history = build({ entries: [deposit, cash('2024-01-02T05:00', 'other', '100 USDT')] });
    expect([...history.returns]).toEqual([0, 0, 0]);
    expect(history.flows[1]).toMatchObject({ unclassifiedCredit: true, value: '100' });
    expect(history.dataQuality.unclassifiedCreditsShare).toBeCloseTo(100 / 1100, 15);
  });

  it('is income at or below that limit', () => {
    const history = build({ entries: [deposit, cash('2024-01-02T05:00', 'rebate', '10 USDT')] });
    expect(history.returns[1]).toBeCloseTo(0.01, 15);
    expect(history.flows).toHaveLength(1);
  });
});

describe('when the session went live in the middle of the history', () => {
  it('tells which share of the returns was read afterwards', () => {
    const entries = [transfer('2024-01-01T01:00', 'deposit', '1000 USDT')];
    const metrics = computeMetrics(build({ entries, liveSince: at('2024-01-02T12:00') }));
    expect(metrics.backfilledShare).toBeCloseTo(2 / 3, 15);
    expect(computeMetrics(build({ entries })).undefinedReasons).toMatchObject({ backfilledShare: 'noData' });
  });
});
