import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../src/exchanges/errors.ts';
import { createMarkets } from '../../src/exchanges/markets.ts';
import type { Exchange } from '../../src/exchanges/venue-library.ts';

/**
 * Instances that list one spot market and one future. `loads` records for each instance whether it is for a sandbox.
 */
function listing() {
  const clock = { time: 0, now: () => clock.time };
  const loads: boolean[] = [];
  const venue = { lists: true };
  const create = (sandbox: boolean) => {
    loads.push(sandbox);
    const source = {
      markets: {},
      loadMarkets: () => {
        source.markets = venue.lists
          ? {
              a: { symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', spot: true, precision: { price: 2 } },
              b: { symbol: 'BTC/USDT:USDT', base: 'BTC', quote: 'USDT', spot: false },
            }
          : {};
        return Promise.resolve();
      },
    };
    return source as unknown as Exchange;
  };
  const markets = createMarkets(create, clock);
  const get = (sandbox = false) => markets.get(sandbox, (load) => load());
  return { clock, loads, venue, get };
}

describe('when listed markets are requested', () => {
  it('spot markets are returned, deeply frozen', async () => {
    const { spot, source } = await listing().get();
    expect([...spot]).toEqual([['BTC/USDT', { symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT' }]]);
    const { precision } = (source.markets as unknown as { a: { precision: object } }).a;
    expect([source.markets, precision].every(Object.isFrozen)).toBe(true);
  });

  it('they are loaded once a day, and separately for the sandbox', async () => {
    const { clock, loads, get } = listing();
    const [first, same] = await Promise.all([get(), get()]);
    expect(same).toBe(first);
    await get(true);
    clock.time = DAY_MS - 1;
    expect(await get()).toBe(first);
    expect(loads).toEqual([false, true]);
    clock.time = DAY_MS;
    expect(await get()).not.toBe(first);
    expect(loads).toEqual([false, true, false]);
  });

  it('a failure is not cached', async () => {
    const { loads, venue, get } = listing();
    venue.lists = false;
    await expect(get()).rejects.toSatisfy(
      (error) => error instanceof ExchangeError && error.code === 'exchange_bad_response',
    );
    venue.lists = true;
    expect((await get()).spot.size).toBe(1);
    expect(loads).toEqual([false, false]);
  });
});
