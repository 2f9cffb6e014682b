import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FillEntry, LedgerEntry } from '../../src/entries/entry.ts';
import type { Mark } from '../../src/entries/mark.ts';
import { buildAccountHistory, type HistoryInput } from '../../src/history/build-account-history.ts';
import { COST_METHODS, type CostMethod } from '../../src/lots/method.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { at, cash, fill, mark, transfer } from '../entries/entries.ts';

/** Closes at the end of 1, 2, 3 and 4 January. */
const closes = (asset: string, ...prices: readonly string[]): Mark[] =>
  prices.map((price, i) => mark(at('2024-01-02') + i * 86_400_000, asset, price));

const minute = (time: string, asset: string, price: string) => mark(time, asset, price, '1m');

function metricsOf(input: Partial<HistoryInput>, bounds = {}) {
  const history = buildAccountHistory({
    entries: [],
    marks: [],
    snapshots: [],
    reportingCurrency: 'USDT',
    asOf: at('2024-01-05T12:00'),
    ...input,
  });
  return computeMetrics(history, bounds);
}

function contract(
  time: string,
  side: 'buy' | 'sell',
  quantity: string,
  symbol: string,
  price: string,
  fee: string | null = null,
): FillEntry {
  const [pair = '', settle = ''] = symbol.split(':');
  const inverse = pair.startsWith(`${settle}/`);
  const market = inverse ? ('inverse' as const) : ('linear' as const);
  return { ...fill(time, side, quantity, pair, price, fee), symbol, settle, market };
}

const holds = (metrics: ReturnType<typeof metricsOf>) =>
  Object.fromEntries(metrics.identityChecks.map(({ identity, holds: holding }) => [identity, holding]));

const ALL_HOLD = { profit: true, monthlyChain: true, attribution: true };

describe('when profit is explained', () => {
  const entries: LedgerEntry[] = [
    transfer('2024-01-01T06:00', 'deposit', '1000 USDT'),
    fill('2024-01-01T07:00', 'buy', '10', 'BTC/USDT', '50', '1 USDT'),
    fill('2024-01-02T09:00', 'sell', '4', 'BTC/USDT', '80', '2 USDT'),
    cash('2024-01-03T00:00', 'interest', '-3 USDT'),
    cash('2024-01-03T00:00', 'other', '5 USDT'),
  ];
  const marks = closes('BTC', '60', '70', '75', '90');

  it('every part has its row, and the parts add up to the whole', () => {
    const metrics = metricsOf({ entries, marks });
    expect(metrics).toMatchObject({
      absoluteProfit: '359',
      realizedPnl: '120',
      unrealizedPnl: '240',
      unrealizedPnlChange: '240',
      currencyEffect: '0',
      unexplainedPnl: '0',
    });
    expect(metrics.attribution).toMatchObject([
      { symbol: 'BTC/USDT', realizedPnl: '120', unrealizedPnlChange: '240', fees: '3', totalPnl: '357' },
      { symbol: 'USDT', borrowInterest: '3', netPnl: '-3', totalPnl: '2' },
    ]);
    expect(holds(metrics)).toEqual(ALL_HOLD);
  });

  it('contributions add up to the return on the capital of the period', () => {
    const { attribution, modifiedDietz } = metricsOf({ entries, marks });
    const sum = attribution.reduce((total, { contributionToReturn }) => total + contributionToReturn!, 0);
    expect(sum).toBeCloseTo(modifiedDietz!, 12);
  });

  it('a part of the history counts the positions that were open at its start', () => {
    const metrics = metricsOf({ entries, marks }, { from: at('2024-01-03') });
    expect(metrics).toMatchObject({
      realizedPnl: '0',
      unrealizedPnl: '240',
      unrealizedPnlChange: '120',
      absoluteProfit: '122',
      unexplainedPnl: '0',
    });
    expect(holds(metrics)).toEqual(ALL_HOLD);
  });

  it.each(COST_METHODS)(
    'the method moves profit between sold and open lots, and never changes the whole: %s',
    (method) => {
      const metrics = metricsOf({
        entries: [...entries, fill('2024-01-02T08:00', 'buy', '2', 'BTC/USDT', '65')],
        marks,
        method,
      });
      expect(metrics.absoluteProfit).toBe('409');
      expect(metrics.unexplainedPnl).toBe('0');
    },
  );

  it('a gain that was withdrawn is separate from a gain that was sold', () => {
    const metrics = metricsOf({
      entries: [...entries, transfer('2024-01-03T12:00', 'withdrawal', '1 BTC')],
      marks: [...marks, minute('2024-01-03T12:00', 'BTC', '82')],
    });
    expect(metrics).toMatchObject({ realizedPnl: '120', withdrawnGain: '32', unexplainedPnl: '0' });
    expect(holds(metrics)).toEqual(ALL_HOLD);
  });

  it('a balance from before the first entry is sold without profit, and its gain is unexplained', () => {
    const metrics = metricsOf({
      entries: [fill('2024-01-02T08:00', 'sell', '1', 'BTC/USDT', '65')],
      marks: [mark('2024-01-01', 'BTC', '55'), mark('2024-01-02', 'BTC', '55'), ...closes('BTC', '60', '70')],
      snapshots: [{ account: 'a0', time: at('2024-01-05'), balances: [{ asset: 'USDT', total: '65' }] }],
    });
    expect(metrics).toMatchObject({ realizedPnl: '0', missingProceeds: '65' });
    expect(metrics.unexplainedPnl).not.toBe('0');
    expect(holds(metrics)).toMatchObject({ profit: false });
  });

  it('cash in another currency has a currency effect and no trading result', () => {
    const metrics = metricsOf({
      entries: [
        transfer('2024-01-01T06:00', 'deposit', '100 EUR'),
        fill('2024-01-02T08:00', 'buy', '1', 'BTC/EUR', '50'),
      ],
      marks: [
        minute('2024-01-01T06:00', 'EUR', '1'),
        minute('2024-01-02T08:00', 'EUR', '1.1'),
        ...closes('EUR', '1.1', '1.1', '1.2', '1.2'),
        ...closes('BTC', '60', '60', '60', '60'),
      ],
    });
    // 50 EUR are sold at 1.1, and 50 EUR, bought at 1, are held at 1.2. One BTC is bought for 55 and is worth 60.
    expect(metrics).toMatchObject({ currencyEffect: '15', absoluteProfit: '20', unexplainedPnl: '0' });
    expect(holds(metrics)).toEqual(ALL_HOLD);
  });
});

describe('when contracts are traded', () => {
  const deposit = transfer('2024-01-01T06:00', 'deposit', '1000 USDT');

  it('realised, unrealised, funding and fees of a linear contract add up to its profit', () => {
    const symbol = 'BTC/USDT:USDT';
    const metrics = metricsOf({
      entries: [
        deposit,
        contract('2024-01-01T07:00', 'sell', '3', symbol, '100', '0.3 USDT'),
        contract('2024-01-02T07:00', 'buy', '4', symbol, '90', '0.4 USDT'),
        { ...cash('2024-01-02T08:00', 'funding', '-1 USDT'), symbol },
      ],
      marks: closes(symbol, '95', '92', '97', '99'),
    });
    expect(metrics).toMatchObject({
      realizedPnl: '30',
      unrealizedPnl: '9',
      fundingPnl: '-1',
      fees: '0.7',
      netPnl: '28.3',
      absoluteProfit: '37.3',
      unexplainedPnl: '0',
      navEnd: '1037.3',
    });
    expect(holds(metrics)).toEqual(ALL_HOLD);
    expect(metrics.exposure).toMatchObject({
      positions: [{ asset: symbol, venue: 'binance', notional: '99' }],
      longExposure: 99 / 1037.3,
      shortExposure: 0,
    });
  });

  it('an inverse contract is paid in its base, and the price of the base counts as well', () => {
    const symbol = 'BTC/USD:BTC';
    const metrics = metricsOf({
      entries: [
        transfer('2024-01-01T06:00', 'deposit', '1 BTC'),
        { ...contract('2024-01-01T07:00', 'sell', '100', symbol, '100'), contractSize: '1' },
        { ...contract('2024-01-02T07:00', 'buy', '50', symbol, '125'), contractSize: '1' },
      ],
      marks: [
        minute('2024-01-01T06:00', 'BTC', '100'),
        ...closes('BTC', '100', '125', '125', '125'),
        ...closes(symbol, '100', '125', '125', '125').map((m) => ({ ...m, quote: 'USD' })),
      ],
    });
    // A short position of 100 USD hedges 1 BTC. Half of it was closed at 125, which leaves 50 USD of exposure.
    expect(metrics.unexplainedPnl).toBe('0');
    expect(metrics.exposure.positions).toMatchObject([
      { asset: 'BTC', notional: expect.any(String) as string },
      { asset: symbol, notional: '-50' },
    ]);
    expect(holds(metrics)).toEqual(ALL_HOLD);
  });
});

describe('when trades are counted', () => {
  it('fills of one order count as one trade, net of both fees', () => {
    const order = (entry: FillEntry, orderId: string) => ({ ...entry, orderId });
    const metrics = metricsOf({
      entries: [
        transfer('2024-01-01T06:00', 'deposit', '1000 USDT'),
        fill('2024-01-01T07:00', 'buy', '4', 'BTC/USDT', '50', '4 USDT'),
        order(fill('2024-01-02T07:00', 'sell', '1', 'BTC/USDT', '60', '1 USDT'), 'x'),
        order(fill('2024-01-02T07:01', 'sell', '1', 'BTC/USDT', '40', '1 USDT'), 'x'),
        fill('2024-01-02T08:00', 'sell', '2', 'BTC/USDT', '55', '1 USDT'),
      ],
      marks: closes('BTC', '50', '50', '50', '50'),
    });
    expect(metrics).toMatchObject({
      closedTradeCount: 2,
      winCount: 1,
      lossCount: 1,
      tradeWinRate: 0.5,
      profitFactor: 7 / 4,
      expectancy: '1.5',
      averageHoldingSeconds: (86_400 + 86_460 + 2 * 90_000) / 4,
    });
  });
});

describe('when money is at risk', () => {
  it('each ratio is also given in money, and turnover also for a year', () => {
    const metrics = metricsOf({
      entries: [
        transfer('2024-01-01T06:00', 'deposit', '1000 USDT'),
        fill('2024-01-01T07:00', 'buy', '10', 'BTC/USDT', '50'),
      ],
      marks: closes('BTC', '60', '50', '75', '90'),
    });
    const { historicalVar95, navEnd } = metrics;
    expect(Number(metrics.historicalVar95Amount)).toBeCloseTo(historicalVar95! * Number(navEnd), 9);
    const mean = (0 + 1100 + 1000 + 1250 + 1400) / 5;
    expect(metrics.turnoverAnnualized).toBeCloseTo(((500 / 2 / mean) * 365) / 4, 12);
  });

  it('a benchmark is the daily return of an asset in the reporting currency', () => {
    const marks = [mark('2024-01-01', 'BTC', '50'), ...closes('BTC', '60', '50', '75', '90')];
    const metrics = metricsOf(
      {
        entries: [
          transfer('2024-01-01T00:00', 'deposit', '100 USDT'),
          fill('2024-01-01T00:00', 'buy', '2', 'BTC/USDT', '50'),
        ],
        marks: [...marks],
      },
      { benchmark: 'BTC' },
    );
    expect(metrics.benchmark).toMatchObject({ name: 'BTC', pairedObservationCount: 4 });
    expect(metrics.benchmark!.beta).toBeCloseTo(1, 12);
    expect(metricsOf({}, { benchmark: 'BTC' }).benchmark).toMatchObject({ beta: null });
  });
});

describe('when trades are random', () => {
  const quantity = fc.integer({ min: 1, max: 500 }).map((n) => (n / 100).toFixed(2));
  const price = fc.integer({ min: 100, max: 20_000 }).map((n) => (n / 100).toFixed(2));
  const trade = fc.record({
    day: fc.integer({ min: 1, max: 4 }),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity,
    price,
    fee: fc.constantFrom(null, '0.5 USDT', '0.01 BTC'),
    linear: fc.boolean(),
  });

  it('profit is explained to the last decimal by every method', () => {
    fc.assert(
      fc.property(
        fc.array(trade, { maxLength: 25 }),
        fc.array(price, { minLength: 4, maxLength: 4 }),
        fc.constantFrom<CostMethod>(...COST_METHODS),
        (trades, prices, method) => {
          const entries = trades.map(({ day, side, quantity: q, price: p, fee, linear }, i) => {
            const time = `2024-01-0${day}T08:${String(i).padStart(2, '0')}`;
            if (linear) return contract(time, side, q, 'BTC/USDT:USDT', p, fee === '0.01 BTC' ? null : fee);
            return fill(time, side, q, 'BTC/USDT', p, fee);
          });
          const metrics = metricsOf({
            entries: [
              transfer('2024-01-01T06:00', 'deposit', '100000 USDT'),
              fill('2024-01-01T07:00', 'buy', '200', 'BTC/USDT', '10'),
              ...entries,
            ],
            marks: [...closes('BTC', ...prices), ...closes('BTC/USDT:USDT', ...prices)],
            method,
          });
          expect(Math.abs(Number(metrics.unexplainedPnl))).toBeLessThanOrEqual(1e-11);
          expect(holds(metrics)).toEqual(ALL_HOLD);
        },
      ),
    );
  });
});
