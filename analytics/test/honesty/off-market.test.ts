/** The trader transfers a position at a price of his choice (docs/metrics.md §1 "Position moves"). */
import { describe, expect, it } from 'vitest';
import type { FillEntry } from '../../src/entries/entry.ts';
import type { Mark } from '../../src/entries/mark.ts';
import type { HistoryInput } from '../../src/history/build-account-history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { contractFill, fill, mark, transfer } from '../entries/entries.ts';
import { build, snapshot } from '../history/input.ts';

const LINEAR = 'BTC/USDT:USDT';
const INVERSE = 'BTC/USD:BTC';
const deposit = transfer('2024-01-01T01:00', 'deposit', '1000 USDT');

/** The minute of a fill at 05:00, with trades from 99 to 101, and the minute before it. */
function minute(asset: string, day: string, quote = 'USDT'): readonly Mark[] {
  const range = { low: '99', high: '101', quote };
  return [
    { ...mark(`${day}T05:01`, asset, '100', '1m'), ...range },
    { ...mark(`${day}T05:00`, asset, '100', '1m'), quote },
  ];
}

function seen(input: Partial<HistoryInput>) {
  const history = build(input);
  const { totalReturn, adverseReturn, absoluteProfit, deposits, withdrawals } = computeMetrics(history);
  const { positionMoves, offMarketFillShare, checkedFillShare, blockTradeShare, largeFlowsUnvalued } =
    history.dataQuality;
  return {
    ...{ nav: history.nav, returns: [...history.returns], deposits, withdrawals, absoluteProfit },
    ...{ positionMoves, offMarketFillShare, checkedFillShare, blockTradeShare, largeFlowsUnvalued },
    ...{ totalReturn, adverseReturn },
  };
}

describe('when fills are later than the last day of the history', () => {
  const good = fill('2024-01-02T05:00:30', 'buy', '1', 'BTC/USDT', '100');
  const gift = fill('2024-01-04T05:00:30', 'buy', '2', 'BTC/USDT', '10');
  const unread = fill('2024-01-04T09:00:30', 'buy', '2', 'BTC/USDT', '100');
  const marks = [
    ...minute('BTC', '2024-01-02'),
    ...minute('BTC', '2024-01-04'),
    mark('2024-01-03', 'BTC', '100'),
  ];

  it('they are not checked before the end of their day', () => {
    const { dataQuality } = build({ entries: [deposit, good], marks });
    expect(dataQuality).toMatchObject({ positionMoves: 0, checkedFillShare: 1 });
    const { dataQuality: later } = build({ entries: [deposit, good, gift, unread], marks });
    expect(later).toEqual(dataQuality);
    const asOf = Date.UTC(2024, 0, 5, 1);
    const over = build({ entries: [deposit, good, gift, unread], marks, asOf }).dataQuality;
    expect(over.positionMoves).toBe(1);
    expect(over.checkedFillShare).toBeLessThan(1);
  });
});

describe('when a position is bought far below the market', () => {
  const gift = fill('2024-01-02T05:00:30', 'buy', '2', 'BTC/USDT', '10');
  const marks = [
    ...minute('BTC', '2024-01-02'),
    mark('2024-01-03', 'BTC', '100'),
    mark('2024-01-04', 'BTC', '110'),
  ];

  it('the difference counts as a deposit and not as profit', () => {
    expect(seen({ entries: [deposit, gift], marks })).toEqual({
      ...{ nav: ['1000', '1180', '1200'], returns: [0, 0, 20 / 1180], absoluteProfit: '20' },
      ...{ deposits: '1180', withdrawals: '0', largeFlowsUnvalued: 0 },
      ...{ positionMoves: 1, offMarketFillShare: 1, checkedFillShare: 1, blockTradeShare: 0 },
      ...{ totalReturn: 1200 / 1180 - 1, adverseReturn: 1200 / 1180 - 1 },
    });
  });

  it('does not change the holdings of the account', () => {
    const snapshots = [snapshot({ USDT: '980', BTC: '2' })];
    expect(build({ entries: [deposit, gift], marks, snapshots }).reconciliation.rows).toEqual([]);
  });

  it('is not detected without the price range of its minute, and the report says that nothing was compared', () => {
    const blind = marks.map(({ time, asset, price, resolution }) => mark(time, asset, price, resolution));
    const numbers = seen({ entries: [deposit, { ...gift, block: true }], marks: blind });
    expect(numbers).toMatchObject({ positionMoves: 0, checkedFillShare: 0, blockTradeShare: 1 });
    expect(numbers.returns[1]).toBeCloseTo(0.18, 14);
  });

  it('gives no return for a day that cannot be valued at the time of the fill', () => {
    const ranges = marks.filter(({ low, resolution }) => resolution === '1d' || low !== undefined);
    const holds = fill('2024-01-01T02:00', 'buy', '1', 'BTC/USDT', '100');
    const entries = [deposit, holds, gift];
    const daily = [mark('2024-01-02', 'BTC', '100')];
    expect(seen({ entries, marks: [...ranges, ...daily] })).toMatchObject({
      returns: [0, Number.NaN, expect.any(Number)],
      largeFlowsUnvalued: 1,
    });
    expect(seen({ entries, marks: [...marks, ...daily] }).returns[1]).toBe(0);
  });
});

describe('when a losing position is sold to another person at its cost', () => {
  it('shows the loss: the excess that the buyer paid is a deposit', () => {
    const entries = [
      deposit,
      fill('2024-01-01T05:00:10', 'buy', '4', 'BTC/USDT', '200'),
      fill('2024-01-02T05:00:10', 'sell', '4', 'BTC/USDT', '200'),
    ];
    const bought = { ...mark('2024-01-01T05:01', 'BTC', '200', '1m'), low: '200', high: '200' };
    const marks = [bought, ...minute('BTC', '2024-01-02'), mark('2024-01-02', 'BTC', '150')];
    const numbers = seen({ entries, marks });
    // 4 × (150 − 200), then 4 × (100 − 150)
    expect(numbers).toMatchObject({ nav: ['800', '1000', '1000'], absoluteProfit: '-400', deposits: '1400' });
    expect(numbers.totalReturn).toBeCloseTo(-0.4, 14);
    expect(numbers).toMatchObject({ positionMoves: 1, offMarketFillShare: 0.5, checkedFillShare: 1 });
  });
});

describe('when a winning position is sold to another person below the market', () => {
  it('the difference is a withdrawal, which is no loss in totalReturn, but one in adverseReturn', () => {
    const give = fill('2024-01-02T05:00:10', 'sell', '1', 'BTC/USDT', '20');
    const entries = [deposit, fill('2024-01-01T02:00', 'buy', '1', 'BTC/USDT', '100'), give];
    const marks = [mark('2024-01-02', 'BTC', '100'), ...minute('BTC', '2024-01-02')];
    const numbers = seen({ entries, marks });
    expect(numbers).toMatchObject({ nav: ['1000', '920', '920'], withdrawals: '80', totalReturn: 0 });
    const later = computeMetrics(build({ entries, marks }), { from: Date.UTC(2024, 0, 2) });
    expect(later.adverseReturn).toBeCloseTo(920 / 1000 - 1, 14);
  });
});

describe('when contracts are traded outside the price range of their minute', () => {
  it.each([
    ['buy', '90', '1100', '100'],
    ['sell', '110', '1100', '100'],
    ['buy', '110', '1000', '-100'],
    ['sell', '90', '1000', '-100'],
  ] as const)('books a linear %s at %s at the mark', (side, price, deposits, difference) => {
    const entries = [deposit, contractFill('2024-01-02T05:00:10', side, '10', LINEAR, price)];
    const marks = [...minute(LINEAR, '2024-01-02'), mark('2024-01-03', LINEAR, '100')];
    const numbers = seen({ entries, marks });
    expect(numbers).toMatchObject({ deposits, returns: [0, 0, 0], positionMoves: 1, absoluteProfit: '0' });
    expect(numbers.nav[1]).toBe(String(1000 + Number(difference)));
  });

  it.each([
    ['buy', '80', 1 / 80 - 1 / 100],
    ['sell', '80', 1 / 100 - 1 / 80],
  ] as const)('books an inverse %s at %s at the mark, in base', (side, price, perUnit) => {
    const entries = [
      transfer('2024-01-01T01:00', 'deposit', '10 BTC'),
      contractFill('2024-01-02T05:00:10', side, '100', INVERSE, price),
    ];
    const marks = [
      ...minute(INVERSE, '2024-01-02', 'USD'),
      { ...mark('2024-01-03', INVERSE, '100'), quote: 'USD' },
    ];
    const history = build({ entries, marks, reportingCurrency: 'BTC' });
    expect([...history.returns]).toEqual([0, 0, 0]);
    expect(history.nav[2]).toBe(String(10 + 100 * perUnit));
    expect(history.flows[1]).toMatchObject({ asset: 'BTC', offMarket: true });
  });
});

describe('when a fill lies within the price range of its minute', () => {
  it.each([
    ['at its low', '99', 0],
    ['at its high', '101', 0],
    ['below', '98.99', 1],
    ['above', '101.01', 1],
  ])('stays unchanged %s', (_, price, positionMoves) => {
    const entries = [deposit, fill('2024-01-02T05:00:59.999', 'buy', '1', 'BTC/USDT', price)];
    expect(seen({ entries, marks: minute('BTC', '2024-01-02') })).toMatchObject({ positionMoves });
  });

  it.each([
    ['another minute', fill('2024-01-02T05:01', 'buy', '1', 'BTC/USDT', '5')],
    ['another venue', { ...fill('2024-01-02T05:00', 'buy', '1', 'BTC/USDT', '5'), venue: 'kraken' }],
    ['another pair', fill('2024-01-02T05:00', 'buy', '1', 'BTC/USDC', '5')],
  ])('is not checked by %s', (_, other: FillEntry) => {
    expect(seen({ entries: [deposit, other], marks: minute('BTC', '2024-01-02') })).toMatchObject({
      positionMoves: 0,
    });
  });
});
