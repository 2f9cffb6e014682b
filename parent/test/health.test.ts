import type { VenueHealth } from '@perf-aggregator/shared/wire/ping';
import { beforeEach, describe, expect, it } from 'vitest';
import { Counters } from '../src/counters.ts';
import { Enclaves } from '../src/enclaves/enclaves.ts';
import { type HealthSubjects, healthOf, readinessOf } from '../src/health.ts';
import { MemoryStore } from './memory-store.ts';

const MINUTE = 60_000;
const NOW = 100 * MINUTE;

let store: MemoryStore;

beforeEach(() => {
  store = new MemoryStore();
});

/** A service with one enclave for each list of venues. */
function subjects(
  ...enclaves: { isReady?: boolean; isAnswering?: boolean; venues?: VenueHealth[] }[]
): HealthSubjects {
  const links = enclaves.map(({ isReady = true, isAnswering = true, venues = [] }) => ({
    isReady,
    isAnswering,
    venues,
    connect: () => Promise.reject(new Error('away')),
  }));
  return {
    store,
    enclaves: new Enclaves(links),
    isDraining: () => false,
    now: () => NOW,
    counters: new Counters(),
  };
}

const binance = (at: number, fault: string | null): VenueHealth => ({ venue: 'binance', at, fault });

describe('when the parts of a service are checked', () => {
  it('all are well', async () => {
    expect(await healthOf(subjects({ venues: [binance(NOW, null)] }))).toEqual({
      database: 'ok',
      enclave: 'ok',
      venues: [binance(NOW, null)],
      requests: { answered: 0, aborted: 0, refused: 0 },
    });
    expect(await readinessOf(subjects({}))).toEqual({
      parts: { store: true, enclave: true },
      enclaves: { configured: 1, serving: 1 },
      isDraining: false,
    });
  });

  it('a store that fails, or does not answer within a second, is unavailable', async () => {
    store.failing = true;
    expect((await healthOf(subjects({}))).database).toBe('unavailable');
    expect((await readinessOf(subjects({}))).parts.store).toBe(false);
    store.failing = false;
    store.count = () => new Promise(() => undefined);
    const began = performance.now();
    expect((await healthOf(subjects({}))).database).toBe('unavailable');
    expect((await readinessOf(subjects({}))).parts.store).toBe(false);
    expect(performance.now() - began).toBeLessThan(2_900);
  });

  it('an enclave hangs, or is unreachable', async () => {
    expect((await healthOf(subjects({ isAnswering: false }))).enclave).toBe('silent');
    expect((await readinessOf(subjects({ isAnswering: false }))).parts.enclave).toBe(false);
    expect((await healthOf(subjects({ isReady: false }))).enclave).toBe('absent');
    expect((await readinessOf(subjects({ isReady: false }))).parts.enclave).toBe(false);
    expect((await healthOf(subjects({ isReady: false }, {}))).enclave).toBe('ok');
  });

  it('the latest answer of a venue counts, and a fault older than 15 minutes is not shown', async () => {
    const [old, newer] = [binance(NOW - 2, 'exchange_unavailable'), binance(NOW - 1, null)];
    expect((await healthOf(subjects({ venues: [newer] }, { venues: [old] }))).venues).toEqual([newer]);
    const still = binance(NOW - 15 * MINUTE, 'exchange_unavailable');
    expect((await healthOf(subjects({ venues: [still] }))).venues).toEqual([still]);
    const past = binance(NOW - 15 * MINUTE - 1, 'exchange_unavailable');
    expect((await healthOf(subjects({ venues: [past] }))).venues).toEqual([]);
    expect((await healthOf(subjects({ venues: [{ ...past, fault: null }] }))).venues).toHaveLength(1);
  });
});
