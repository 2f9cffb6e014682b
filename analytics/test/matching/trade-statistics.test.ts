import { describe, expect, it } from 'vitest';
import { TradeTally } from '../../src/matching/trade-statistics.ts';
import { amount } from '../lots/trades.ts';

function statistics(closings: readonly (readonly [order: string | null, net: string, held?: number])[]) {
  const tally = new TradeTally();
  for (const [order, net, held = 1_000] of closings) {
    tally.add({ order, netPnl: amount(net), quantity: amount(1), heldQuantityMs: amount(held) });
  }
  return tally.statistics();
}

describe('when closing trades are counted', () => {
  it('trades that break even are in the denominator of the win rate', () => {
    expect(
      statistics([
        [null, '3'],
        [null, '-1'],
        [null, '0'],
        [null, '1'],
      ]),
    ).toEqual({
      closedTradeCount: 4,
      winCount: 2,
      lossCount: 1,
      breakevenCount: 1,
      tradeWinRate: 0.5,
      profitFactor: 4,
      expectancy: '0.75',
      averageHoldingSeconds: 1,
      undefinedReasons: {},
    });
  });

  it('fills of one order are one trade', () => {
    const { closedTradeCount, winCount, lossCount } = statistics([
      ['a', '3'],
      ['b', '-1'],
      ['a', '-4'],
    ]);
    expect([closedTradeCount, winCount, lossCount]).toEqual([2, 0, 2]);
  });

  it('the mean is rounded half to even at 12 decimals', () => {
    expect(
      statistics([
        [null, '1'],
        [null, '0'],
        [null, '0'],
      ]).expectancy,
    ).toBe('0.333333333333');
  });

  it('without a loss there is no profit factor, and without a trade there are no statistics', () => {
    expect(statistics([[null, '1']])).toMatchObject({
      profitFactor: null,
      undefinedReasons: { profitFactor: 'noLosses' },
    });
    expect(statistics([])).toMatchObject({
      closedTradeCount: 0,
      tradeWinRate: null,
      expectancy: null,
      averageHoldingSeconds: null,
      undefinedReasons: { tradeWinRate: 'noData', profitFactor: 'noData', expectancy: 'noData' },
    });
  });
});
