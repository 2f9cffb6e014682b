import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { buildAccountHistory, type HistoryInput, toHistoryJson } from '../../src/history/history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { at, cash, fill, mark, transfer } from '../entries/entries.ts';

const NAN = Number.NaN;

function build(input: Partial<HistoryInput>) {
  return buildAccountHistory({
    entries: [],
    marks: [],
    snapshots: [],
    reportingCurrency: 'USDT',
    asOf: at('2024-01-04T12:00'),
    ...input,
  });
}

const snapshot = (
  balances: Readonly<Record<string, string>>,
  account = 'a0',
  time = at('2024-01-04T12:00'),
) => ({
  account,
  time,
  balances: Object.entries(balances).map(([asset, total]) => ({ asset, total })),
});

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

  it('links at the flows: before the withdrawal 499 + 660 less its fee of 2, after it 1057', () => {
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
    // Net outflow of 100 in these days: booked as a loss.
    expect(metrics.adverseReturn).toBeCloseTo((1 + history.returns[1]!) * (1097 / 1197) - 1, 14);
  });

  it('is all null where no day lies in the period', () => {
    const metrics = computeMetrics(history, { from: at('2024-01-04') });
    expect(metrics).toMatchObject({ observationCount: 0, startTime: null, totalReturn: null, fillCount: 0 });
    expect(metrics.undefinedReasons).toMatchObject({ totalReturn: 'noData', adverseReturn: 'noData' });
  });

  it('keeps open lots and says returns as JSON', () => {
    expect(history.openLots).toEqual([
      { asset: 'BTC', time: at('2024-01-01T07:00'), quantity: '6', price: '50' },
    ]);
    const json = toHistoryJson(history);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json.returns).toEqual([...history.returns]);
  });
});

describe('when nothing happened', () => {
  it('has no day and no number', () => {
    const history = build({ snapshots: [snapshot({ USDT: '5' })] });
    expect(history).toMatchObject({ startTime: null, earliestActivity: null, days: [], navAtStart: null });
    const metrics = computeMetrics(history);
    expect(metrics).toMatchObject({ observationCount: 0, totalReturn: null, absoluteProfit: null });
    expect(metrics.undefinedReasons).toMatchObject({ absoluteProfit: 'noData', modifiedDietz: 'noData' });
  });

  it('has none either before the first day is over', () => {
    const history = build({ entries: [transfer('2024-01-04T01:00', 'deposit', '1 USDT')] });
    expect(history).toMatchObject({ startTime: null, earliestActivity: at('2024-01-04T01:00'), days: [] });
    expect(computeMetrics(history).totalReturn).toBeNull();
  });
});

describe('when a large deposit comes after a loss of the same day', () => {
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

  it('has no return for the day without minute marks, and counts it', () => {
    const history = build({ entries, marks });
    expect([...history.returns]).toEqual([0, NAN, 0]);
    expect(history.dataQuality.largeFlowsUnvalued).toBe(1);
    expect(toHistoryJson(history).returns).toEqual([0, null, 0]);
    // The formula at least: (9950 − 10000) / 10000.
    expect(computeMetrics(history).adverseReturn).toBeCloseTo(-0.005, 14);
  });

  it('shows the loss with them', () => {
    const history = build({ entries, marks: [...marks, mark('2024-01-02T23:59', 'BTC', '50', '1m')] });
    expect([...history.returns]).toEqual([0, -0.5, 0]);
    expect(history.dataQuality.largeFlowsUnvalued).toBe(0);
  });

  it('does not take a minute mark that is too old or of the future', () => {
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

  it('has no value without one, names the asset, and loses it in adverseReturn', () => {
    const history = build({ entries });
    expect(history.nav).toEqual([null, null, null]);
    expect(history.dataQuality.unpricedAssets).toEqual(['XYZ']);
    const metrics = computeMetrics(history);
    expect(metrics).toMatchObject({ totalReturn: null, absoluteProfit: null });
    expect(metrics.adverseReturn).toBeCloseTo(-0.4, 14);
  });

  it('spans a gap between valuations', () => {
    const late = [entries[0]!, fill('2024-01-02T02:00', 'buy', '1', 'XYZ/USDT', '40')];
    const history = build({ entries: late, marks: [mark('2024-01-04', 'XYZ', '50')] });
    expect(history.nav).toEqual(['100', null, '110']);
    expect(history.returns[2]).toBeCloseTo(0.1, 14);
    expect(history.dataQuality.gapCount).toBe(1);
  });

  it('takes a delisted asset for worthless', () => {
    const history = build({ entries, delistedAssets: ['XYZ'] });
    expect(history.nav).toEqual(['60', '60', '60']);
    expect(history.dataQuality.unpricedAssets).toEqual([]);
  });

  it('takes a zero price for a price', () => {
    const history = build({ entries, marks: [mark('2024-01-02', 'XYZ', '0')] });
    expect(history.nav[0]).toBe('60');
  });

  it('leaves marks in other currencies aside', () => {
    const history = build({ entries, marks: [{ ...mark('2024-01-02', 'XYZ', '50'), quote: 'EUR' }] });
    expect(history.nav[0]).toBeNull();
  });
});

describe('when entries and live balances disagree', () => {
  const entries = [transfer('2024-01-02T01:00', 'deposit', '100 USDT')];
  const marks = [mark('2024-01-01', 'BTC', '50')];

  it('anchors the history and reports the difference of each currency', () => {
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

  it('books it as a loss in adverseReturn', () => {
    const history = build({ entries, marks, snapshots: [snapshot({ USDT: '90', BTC: '1' })] });
    expect(computeMetrics(history).adverseReturn).toBeCloseTo((140 - 50) / (140 + 10) - 1, 14);
  });

  it('leaves out entries after the snapshot', () => {
    const snapshots = [snapshot({ USDT: '100' }, 'a0', at('2024-01-03'))];
    const later = [...entries, transfer('2024-01-03T05:00', 'deposit', '7 USDT')];
    const history = build({ entries: later, snapshots });
    expect(history.reconciliation.rows).toEqual([]);
    expect(history.nav).toEqual(['100', '107']);
  });

  it('anchors by the latest snapshot, and names accounts that have none', () => {
    const history = build({
      entries: [...entries, transfer('2024-01-02T01:00', 'deposit', '5 USDT', { account: 'a1' })],
      snapshots: [snapshot({ USDT: '1' }, 'a0', at('2024-01-03')), snapshot({ USDT: '100' })],
    });
    expect(history.reconciliation.rows).toEqual([]);
    expect(history.reconciliation.accountsWithoutSnapshot).toEqual(['a1']);
  });
});

describe('when a transfer stays between own accounts', () => {
  it('is no flow, costs what was lost, and counts while in transit', () => {
    const history = build({
      entries: [
        transfer('2024-01-01T01:00', 'deposit', '1000 USDT'),
        transfer('2024-01-02T23:00', 'withdrawal', '500 USDT', { fee: '1 USDT' }),
        transfer('2024-01-03T01:00', 'deposit', '499.5 USDT', { account: 'a1' }),
      ],
      snapshots: [snapshot({ USDT: '499' }), snapshot({ USDT: '499.5' }, 'a1')],
    });
    expect(history.nav).toEqual(['1000', '998.5', '998.5']);
    expect(history.flows).toHaveLength(1);
    expect(history.reconciliation.rows).toEqual([]);
    expect(computeMetrics(history)).toMatchObject({ transferFees: '1.5', withdrawals: '0' });
  });
});

describe('when a credit is above 1 % of NAV', () => {
  const deposit = transfer('2024-01-01T01:00', 'deposit', '1000 USDT');

  it('is a flow and no income until classified', () => {
    const history = build({ entries: [deposit, cash('2024-01-02T05:00', 'other', '100 USDT')] });
    expect([...history.returns]).toEqual([0, 0, 0]);
    expect(history.flows[1]).toMatchObject({ unclassifiedCredit: true, value: '100' });
    expect(history.dataQuality.unclassifiedCreditsShare).toBeCloseTo(100 / 1100, 15);
  });

  it('is income below', () => {
    const history = build({ entries: [deposit, cash('2024-01-02T05:00', 'rebate', '10 USDT')] });
    expect(history.returns[1]).toBeCloseTo(0.01, 15);
    expect(history.flows).toHaveLength(1);
  });
});

describe('when the session went live in the middle', () => {
  it('says which share of the returns was read afterwards', () => {
    const entries = [transfer('2024-01-01T01:00', 'deposit', '1000 USDT')];
    const metrics = computeMetrics(build({ entries, liveSince: at('2024-01-02T12:00') }));
    expect(metrics.backfilledShare).toBeCloseTo(2 / 3, 15);
    expect(computeMetrics(build({ entries })).undefinedReasons).toMatchObject({ backfilledShare: 'noData' });
  });
});

describe('when the input is malformed', () => {
  const buy = fill('2024-01-01', 'buy', '1', 'BTC/USDT', '1');
  it.each([
    ['ledger_decimal_malformed', { entries: [{ ...buy, quantity: '1e3' }] }],
    ['ledger_decimal_malformed', { entries: [{ ...buy, fee: { amount: 'NaN', currency: 'BNB' } }] }],
    ['ledger_entry_malformed', { entries: [{ ...buy, quantity: '0' }] }],
    ['ledger_entry_malformed', { entries: [{ ...buy, price: '-1' }] }],
    ['ledger_entry_malformed', { entries: [{ ...buy, time: -1 }] }],
    ['ledger_entry_malformed', { entries: [{ ...buy, time: 1.5 }] }],
    ['ledger_entry_malformed', { entries: [transfer('2024-01-01', 'deposit', '-1 USDT')] }],
    ['ledger_market_unsupported', { entries: [{ ...buy, market: 'option' as const }] }],
    ['ledger_mark_malformed', { marks: [mark('2024-01-01', 'BTC', 'x')] }],
    ['ledger_mark_malformed', { marks: [mark('2024-01-01', 'BTC', '-1')] }],
    ['ledger_snapshot_malformed', { snapshots: [snapshot({ BTC: '1e-8' })] }],
    ['ledger_snapshot_malformed', { snapshots: [snapshot({}), snapshot({})] }],
    ['ledger_snapshot_malformed', { snapshots: [snapshot({}, 'a0', 0.5)] }],
    ['analytics_range_invalid', { asOf: Number.MAX_SAFE_INTEGER }],
  ] as const)('refuses it with %s', (code, input) => {
    const act = () => build(input);
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code }));
  });

  it.each([[{ from: 2, to: 1 }], [{ from: 0.5 }], [{ to: NAN }]])('refuses the period %j', (bounds) => {
    const act = () => computeMetrics(build({}), bounds);
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'analytics_range_invalid' }));
  });
});
