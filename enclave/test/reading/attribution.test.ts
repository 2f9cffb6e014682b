import type { AttributionRow } from '@perf-aggregator/analytics/metrics/attribution';
import { describe, expect, it } from 'vitest';
import { longest } from '../../src/reading/attribution.ts';

const rowOf = (symbol: string, totalPnl: string): AttributionRow => ({
  ...{ venue: 'binance', account: 'a0', symbol, totalPnl },
  ...{
    realizedPnl: '0.1',
    unrealizedPnl: '4',
    unrealizedPnlChange: '0',
    fundingPnl: '0',
    fees: '0.2',
    borrowInterest: '0',
  },
  ...{ netPnl: '-0.1', volume: '3', tradeCount: 2, missingQuantity: '0', contributionToReturn: null },
});

describe('when an attribution is long', () => {
  const rows = [rowOf('A', '1'), rowOf('B', '-30'), rowOf('C', '0.5'), rowOf('D', '2'), rowOf('E', '-0.25')];

  it('the largest profits and losses stay, in their order, and the others are summed', () => {
    const { attribution, attributionOmitted } = longest(rows, 2);
    expect(attribution.map(({ symbol }) => symbol)).toEqual(['B', 'D']);
    expect(attributionOmitted).toEqual({
      ...{ rowCount: 3, tradeCount: 6, totalPnl: '1.25', realizedPnl: '0.3', fees: '0.6', volume: '9' },
      ...{
        unrealizedPnl: '12',
        unrealizedPnlChange: '0',
        fundingPnl: '0',
        borrowInterest: '0',
        netPnl: '-0.3',
      },
    });
  });

  it('a short one stays complete, and nothing is left out', () => {
    expect(longest(rows, 5)).toMatchObject({
      attribution: rows,
      attributionOmitted: { rowCount: 0, tradeCount: 0, totalPnl: '0' },
    });
  });
});
