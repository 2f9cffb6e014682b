/** Accounts that are unlike most: one in which nothing ever happened, and one that strangers filled with dust. */
import { buildAccountHistory, computeMetrics } from '@perf-aggregator/analytics';
import { describe, expect, it } from 'vitest';
import { Plan } from '../../src/trader/scenarios/scenarios.ts';
import { COMPLETE, customerOf, market, openQuickRoad, readAgain, readAll } from './quick.ts';
import { LAST_DAY } from './road.ts';

const COINS = 2_000;

describe('when nothing ever happened in an account', () => {
  it('it is read whole, has no entries, and costs no more when it is read again', async () => {
    const plan = new Plan({ seed: 'empty', market, lastDay: LAST_DAY }, 20);
    const history = plan.account();
    const road = await openQuickRoad(history, { customers: [customerOf(history)] });
    try {
      const { reader, pull } = await readAll(road);
      expect(pull).toMatchObject({
        done: true,
        progress: 1,
        coverage: { scope: COMPLETE, gaps: [], from: null },
      });
      expect([...reader.ledger.entries]).toEqual([]);
      expect(pull.snapshot?.balances).toEqual([]);
      const before = road.requests.length;
      await readAgain(road, reader);
      expect(road.requests.length - before).toBeLessThan(12);
    } finally {
      await road.close();
    }
  });
});

describe('when strangers sent dust of 2,000 coins that no market prices', () => {
  it('the dust is told, the rest is read and valued, and a reading costs what it did', async () => {
    const plan = new Plan({ seed: 'dust', market, lastDay: LAST_DAY }, 20);
    plan.on(0, 1, ({ time, spot }) => spot.deposit(time, 'USDT', '1000'));
    for (let coin = 0; coin < COINS; coin++) {
      plan.on(1 + Math.floor(coin / 200), 1, ({ time, spot }) =>
        spot.deposit(time + coin * 1_000, `DUST${coin}`, '0.001'),
      );
    }
    const history = plan.account();
    const road = await openQuickRoad(history, { customers: [customerOf(history)] });
    try {
      const { reader, pull } = await readAll(road);
      expect(pull.coverage.scope).toEqual(COMPLETE);
      expect(pull.snapshot?.balances).toHaveLength(COINS + 1);
      const { snapshot } = pull;
      const built = buildAccountHistory({
        entries: [...reader.ledger.entries],
        marks: [...reader.ledger.marks],
        snapshots: [{ account: 'a0', ...snapshot! }],
        reportingCurrency: 'USDT',
        asOf: snapshot!.time,
      });
      expect(built.dataQuality.unpricedAssets).toHaveLength(COINS);
      expect(built.reconciliation.rows).toEqual([]);
      expect(computeMetrics(built).fillCount).toBe(0);
      const before = road.requests.length;
      await readAgain(road, reader);
      expect(road.requests.length - before).toBeLessThan(16);
    } finally {
      await road.close();
    }
  });
});
