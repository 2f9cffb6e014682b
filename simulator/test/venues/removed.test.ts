/** Markets that the venue removes. */
import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import { afterEach, describe, expect, it } from 'vitest';
import { Plan } from '../../src/trader/scenarios/scenarios.ts';
import { COMPLETE, market, openQuickRoad, patient, readAgain, readAll } from './quick.ts';
import { Reader } from './reader.ts';
import { ACCOUNT, LAST_DAY, NOW, type Road } from './road.ts';

let road: Road;
afterEach(() => road.close());

describe('when a market is removed', () => {
  const { orbtBreakDay, orbtRemovedDay } = market.schedule!;
  const plan = new Plan({ seed: 'removed', market, lastDay: LAST_DAY }, 40);
  /** Noon of the last day on which the market is listed. */
  const listed = orbtRemovedDay * DAY_MS - 12 * HOUR_MS;
  const day = (absolute: number) => absolute - plan.firstDay;
  plan.on(0, 1, ({ time, spot }) => spot.deposit(time, 'USDT', '5000'));
  plan.on(day(orbtBreakDay) - 6, 13, ({ time, spot }) => spot.fillFor(time, 'ORBT/USDT', 'buy', '400'));
  plan.on(day(orbtBreakDay) - 1, 13, ({ time, spot }) => spot.fillFor(time, 'ORBT/USDT', 'sell', '150'));
  const history = plan.account();

  it('what was read of it stays, and nothing is missing', async () => {
    road = await openQuickRoad(history);
    road.clock.set(listed);
    const { reader, pull } = await readAll(road);
    expect(pull.coverage.scope).toEqual(COMPLETE);
    road.clock.set(NOW);
    expect((await readAgain(road, reader)).coverage.scope).toEqual(COMPLETE);
  });

  it('what was not read of it is a gap with its name, and all others are read', async () => {
    road = await openQuickRoad(history);
    const { reader, pull } = await readAll(road);
    expect([...reader.ledger.entries].map(({ kind }) => kind)).toEqual(['transfer']);
    expect(pull.coverage.scope.missing).toEqual([
      ...['spot fills/ORBTUSDT', 'what moved ORBT in spot', 'what moved USDT in spot'],
    ]);
  });

  it('an account that named it is read on, and is refused only where it never was listed', async () => {
    road = await openQuickRoad(history);
    const account = { ...ACCOUNT, symbols: ['BTC/USDT', 'ORBT/USDT'] };
    await expect(new Reader(road.exchanges, account).pull(patient(road)())).rejects.toMatchObject({
      code: 'exchange_symbol_unknown',
    });
    await road.close();
    road = await openQuickRoad(history);
    road.clock.set(listed);
    const reader = new Reader(road.exchanges, account);
    await readAll(road, { reader });
    road.clock.set(NOW);
    const { coverage } = await readAgain(road, reader);
    expect(coverage.gaps.map(({ stream }) => stream)).toContain('fills of ORBT/USDT');
    expect(coverage.scope.missing).toContain('fills of ORBT/USDT');
  });
});
