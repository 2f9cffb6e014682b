import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/entries/entry.ts';
import { buildAccountHistory, type HistoryInput } from '../../src/history/build-account-history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { dailyReturns } from '../../src/metrics/daily-returns.ts';
import { compareRoundTripIds, roundTrips } from '../../src/metrics/round-trips.ts';
import { at, fill, mark, transfer } from '../entries/entries.ts';

const DAY_MS = 86_400_000;

function historyOf(input: Partial<HistoryInput>) {
  return buildAccountHistory({
    entries: [],
    marks: [],
    snapshots: [],
    reportingCurrency: 'USDT',
    asOf: at('2024-01-09T12:00'),
    ...input,
  });
}

const marks = ['60', '70', '75', '90', '80', '85', '60', '70'].flatMap((price, i) => [
  mark(at('2024-01-02') + i * DAY_MS, 'BTC', price),
  mark(at('2024-01-02') + i * DAY_MS, 'BNB', String(300 + i)),
]);

describe('when round trips are listed', () => {
  const buy = fill('2024-01-01T07:00', 'buy', '10', 'BTC/USDT', '50', '1 USDT');
  const sale = (time: string, quantity: string, orderId: string | null) => ({
    ...fill(time, 'sell', quantity, 'BTC/USDT', '80'),
    orderId,
  });

  it('fills of one order are one round trip, and fills without an order stand alone', () => {
    const entries: LedgerEntry[] = [
      transfer('2024-01-01T06:00', 'deposit', '1000 USDT'),
      buy,
      sale('2024-01-03T01:00', '1', 'x'),
      sale('2024-01-03T02:00', '2', null),
      { ...sale('2024-01-03T02:00', '1', null), id: 'twin' },
      sale('2024-01-03T03:00', '3', 'x'),
    ];
    const { trips } = roundTrips(historyOf({ entries, marks }));
    expect(trips.map(({ orderId, quantity, fillCount }) => [orderId, quantity, fillCount])).toEqual([
      [null, expect.any(String), 1],
      [null, expect.any(String), 1],
      ['x', '4', 2],
    ]);
    expect(trips[2]).toMatchObject({
      ...{ closeTime: at('2024-01-03T03:00'), openTime: at('2024-01-01T07:00') },
      ...{ entryPrice: '50', exitPrice: '80', realizedPnl: '120', fees: '0.4', netPnl: '119.6' },
    });
    expect(new Set(trips.map(({ id }) => id)).size).toBe(3);
  });

  it('a later fill does not move or rename earlier round trips', () => {
    const entries = [
      transfer('2024-01-01T06:00', 'deposit', '1000 USDT'),
      buy,
      sale('2024-01-03T01:00', '1', 'x'),
      sale('2024-01-03T02:00', '2', 'y'),
    ];
    const ids = (all: LedgerEntry[]) =>
      roundTrips(historyOf({ entries: all, marks })).trips.map(({ id }) => id);
    expect(ids([...entries, sale('2024-01-04T03:00', '3', 'x')])).toEqual(ids(entries));
  });

  it('profit that fees in another asset realise is separate, so that the total equals that of the metrics', () => {
    const entries = [
      transfer('2024-01-01T06:00', 'deposit', '1000 USDT'),
      transfer('2024-01-01T06:00', 'deposit', '1 BNB'),
      buy,
      { ...sale('2024-01-05T01:00', '4', 'x'), fee: { amount: '0.1', currency: 'BNB' } },
    ];
    const history = historyOf({
      entries,
      marks: [...marks, mark(at('2024-01-01T06:00'), 'BNB', '290', '1m')],
    });
    const { realizedPnl, otherRealizedPnl } = roundTrips(history);
    expect(realizedPnl).toBe('120');
    expect(Number(otherRealizedPnl)).not.toBe(0);
    expect(Number(realizedPnl) + Number(otherRealizedPnl)).toBeCloseTo(
      Number(computeMetrics(history).realizedPnl),
      9,
    );
  });

  it('consecutive periods divide all trades, and their sums equal the whole', () => {
    const trade = fc.record({
      hour: fc.integer({ min: 24, max: 7 * 24 - 1 }),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      quantity: fc.integer({ min: 1, max: 5 }).map(String),
      price: fc.integer({ min: 50, max: 90 }).map(String),
    });
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 30 }), fc.integer({ min: 2, max: 7 }), (trades, cut) => {
        const entries: LedgerEntry[] = [
          transfer('2024-01-01T06:00', 'deposit', '100000 USDT'),
          ...trades.map(({ hour, side, quantity, price }, i) => ({
            ...fill('2024-01-01T00:00', side, quantity, 'BTC/USDT', price, '1 USDT'),
            ...{ id: `t${i}`, time: at('2024-01-01') + hour * 3_600_000, orderId: null },
          })),
        ];
        const history = historyOf({ entries, marks });
        const border = at('2024-01-01') + cut * DAY_MS;
        const whole = roundTrips(history);
        const parts = [roundTrips(history, { to: border }), roundTrips(history, { from: border })];
        expect(parts.flatMap(({ trips }) => trips.map(({ netPnl }) => netPnl)).sort()).toEqual(
          whole.trips.map(({ netPnl }) => netPnl).sort(),
        );
        expect(parts.reduce((sum, { realizedPnl }) => sum + Number(realizedPnl), 0)).toBeCloseTo(
          Number(whole.realizedPnl),
          6,
        );
        const ids = whole.trips.map(({ id }) => id);
        expect(ids.toSorted(compareRoundTripIds)).toEqual(ids);
        const metrics = computeMetrics(history);
        expect(whole.trips.length).toBe(metrics.closedTradeCount);
        expect(Number(whole.realizedPnl) + Number(whole.otherRealizedPnl)).toBeCloseTo(
          Number(metrics.realizedPnl),
          6,
        );
      }),
    );
  });
});

describe('when days are listed', () => {
  const entries = [
    transfer('2024-01-01T06:00', 'deposit', '1000 USDT'),
    fill('2024-01-01T07:00', 'buy', '10', 'BTC/USDT', '50'),
  ];

  it('a period starts with the value before it', () => {
    const history = historyOf({ entries, marks });
    const { navStart, days } = dailyReturns(history, { from: at('2024-01-03'), to: at('2024-01-06') });
    expect(navStart).toBe('1200');
    expect(days.map(({ day, nav }) => [day, nav])).toEqual([
      ['2024-01-03', '1250'],
      ['2024-01-04', '1400'],
      ['2024-01-05', '1300'],
    ]);
    expect(days.map((day) => day.cumulativeReturn)).toEqual([
      expect.closeTo(1250 / 1200 - 1, 12),
      expect.closeTo(1400 / 1200 - 1, 12),
      expect.closeTo(1300 / 1200 - 1, 12),
    ]);
    expect(days.map((day) => day.drawdown)).toEqual([0, 0, expect.closeTo(100 / 1400, 12)]);
  });

  it('a period without a whole day is empty', () => {
    const history = historyOf({ entries, marks });
    expect(dailyReturns(history, { from: at('2025-01-01') })).toEqual({ navStart: null, days: [] });
    expect(dailyReturns(historyOf({}))).toEqual({ navStart: null, days: [] });
    expect(roundTrips(historyOf({}))).toMatchObject({ trips: [], startTime: null, realizedPnl: '0' });
  });

  it('a day without a return keeps the values of the day before', () => {
    const blind = marks.filter(({ time }) => time !== at('2024-01-04'));
    const unread = { ...transfer('2024-01-03T06:00', 'deposit', '1 XYZ'), id: 'unpriced' };
    const { days } = dailyReturns(historyOf({ entries: [...entries, unread], marks: blind }));
    const without = days.filter((day) => day.return === null);
    expect(without.length).toBeGreaterThan(0);
    for (const [i, day] of days.entries()) {
      if (day.return !== null || i === 0) continue;
      expect(day.cumulativeReturn).toBe(days[i - 1]!.cumulativeReturn);
      expect(day.drawdown).toBe(days[i - 1]!.drawdown);
    }
  });
});
