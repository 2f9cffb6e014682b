import { describe, expect, it } from 'vitest';
import { returnsTable, tradesTable } from '../../src/present/series-tables.ts';
import type { ReturnsResult, TradesResult } from '../../src/sdk/results.ts';

const common = { environment: 'production', reportingCurrency: 'USDT' };
const returns = (nextCursor: string | null, more: object = {}) =>
  returnsTable({
    ...common,
    days: [],
    benchmark: null,
    window: null,
    dayCount: 0,
    nextCursor,
    ...more,
  } as unknown as ReturnsResult);
const trades = (nextCursor: string | null, more: object = {}) =>
  tradesTable({
    ...{
      ...common,
      trades: [],
      tradeCount: 0,
      realizedPnl: '0',
      fees: '0',
      netPnl: '0',
      otherRealizedPnl: '0',
    },
    ...{ nextCursor, ...more },
  } as unknown as TradesResult);

describe.each([
  ['returns', returns],
  ['trades', trades],
] as const)('when there are further %s', (_, tableOf) => {
  it('the cursor is printed in the form in which it is typed', () => {
    expect(tableOf('aZ0_-')).toContain("More: --cursor 'aZ0_-', or --all");
    expect(tableOf(null)).not.toContain('More');
  });

  it.each(["'; rm -rf ~ '", '$(x)', '`x`', 'a b', 'a\nb', ''])(
    'a cursor that a shell would change is not printed: %j',
    (cursor) => {
      const text = tableOf(cursor);
      expect(text).toContain('More: --all');
      expect(text).not.toContain('--cursor');
    },
  );

  it('a currency stays in its line', () => {
    const lines = tableOf(null).split('\n').length;
    expect(tableOf(null, { reportingCurrency: 'USDT\nVERIFIED\u202e' }).split('\n')).toHaveLength(lines);
  });
});
