import type { RoundTrip } from '@perf-aggregator/analytics/metrics/round-trips';
import { TRADES_PAGE } from '@perf-aggregator/shared/messages/request';
import { describe, expect, it } from 'vitest';
import { type Page, pages } from './pages.ts';
import { openForReading } from './reads.ts';

describe('when trades are read', () => {
  it('an order is one round trip, newest first, and the realised profit equals that of the metrics', async () => {
    const asking = openForReading();
    const [result, metrics] = [await asking.read('trades'), await asking.read('metrics')];
    const trades = result['trades'] as RoundTrip[];
    expect(trades.map(({ orderId, fillCount }) => [orderId, fillCount])).toEqual([
      ['o5', 1],
      ['o3', 2],
      ['o2', 1],
    ]);
    expect(trades[1]).toMatchObject({
      ...{ venue: 'binance', account: 'a0', symbol: 'BTC/USDT', direction: 'long', quantity: '0.001' },
      ...{ entryPrice: '100000', exitPrice: '125000', realizedPnl: '25' },
      // Two own fees of 0.1, and a third of the fee of the purchase.
      ...{ fees: '0.233333333333', netPnl: '24.766666666667' },
    });
    expect(trades[1]!.closeTime - trades[1]!.openTime).toBe(2 * 86_400_000 + 60_000);
    const { realizedPnl, otherRealizedPnl, tradeCount } = result as Record<string, unknown>;
    expect(Number(realizedPnl) + Number(otherRealizedPnl)).toBe(Number(metrics['realizedPnl']));
    expect([realizedPnl, otherRealizedPnl]).toEqual(['30', '0']);
    expect(tradeCount).toBe(metrics['closedTradeCount']);
  });

  it('filters apply to list and sums', async () => {
    const asking = openForReading();
    const count = async (parameters: object) => (await asking.read('trades', parameters))['tradeCount'];
    expect(await count({ account: 'a1' })).toBe(1);
    expect(await count({ symbol: 'BTC/USDT' })).toBe(3);
    expect(await asking.read('trades', { symbol: 'ETH/USDT' })).toMatchObject({
      ...{ tradeCount: 0, trades: [], realizedPnl: '0', netPnl: '0', nextCursor: null },
    });
    expect(await asking.read('trades', { from: '2026-11-11', to: '2026-11-15' })).toMatchObject({
      ...{ tradeCount: 1, realizedPnl: '25', from: '2026-11-11', to: '2026-11-15' },
    });
    expect(await count({ to: '2026-11-09' })).toBe(0);
  });

  it('pages joined together equal the complete answer, for any last item of a page', async () => {
    const asking = openForReading();
    const all = (await asking.read('trades')) as unknown as Page;
    for (const limit of [1, 2, 3, TRADES_PAGE.max]) {
      const read = await pages(asking, 'trades', limit);
      expect(read).toHaveLength(Math.ceil(3 / limit));
      expect(read.flatMap(({ trades }) => trades)).toEqual(all.trades);
    }
    const after = async (cursor: string) => (await asking.read('trades', { cursor }))['trades'];
    expect(await after('9999999999999 x')).toEqual(all.trades);
    expect(await after('1 x')).toEqual([]);
  });
});
