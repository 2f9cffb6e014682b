/** Failed synchronisations: their waits and their reports. */
import { describe, expect, it, vi } from 'vitest';
import { relayError } from '../../src/errors.ts';
import { StoreError } from '../../src/storage/errors.ts';
import { sessionOf, writeOf } from '../memory-store.ts';
import { clock, count, done, due, schedulerOf, store, synced, told } from './rig.ts';

describe('when synchronisations fail', () => {
  /** Advances the time in small steps, so that polls run. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 10) {
      clock.time += 10;
      await vi.advanceTimersByTimeAsync(10);
    }
  }

  it('no other session is delayed, for any number of failures', async () => {
    due('abcdefghijz');
    const scheduler = schedulerOf((session) => {
      if (session !== sessionOf('z')) throw relayError('state_rejected', 'x', null);
      done(session);
    });
    scheduler.start();
    await pass(100);
    expect(count('z')).toBe(1);
    await pass(900);
    for (const name of 'abcdefghij') expect(count(name)).toBe(2);
    await scheduler.stop();
  });

  it('each wait is longer, up to a quarter of an hour, and starts again after a success', async () => {
    due('a');
    let fails = true;
    const scheduler = schedulerOf((session) => {
      if (fails) throw relayError('state_rejected', 'x', null);
      done(session);
    });
    scheduler.start();
    const waits = () =>
      told.events.flatMap((event) =>
        event.event === 'sync_failed' ? [[event.attempts, event.retryMs]] : [],
      );
    await pass(7_000);
    // The minimum of the jitter: half of 1, 2, 4, 8 s.
    expect(waits()).toEqual([
      [1, 500],
      [2, 1_000],
      [3, 2_000],
      [4, 4_000],
    ]);
    fails = false;
    await pass(4_000);
    fails = true;
    store.writes.set(sessionOf('a'), writeOf(sessionOf('a'), { syncAt: 0, expiresAt: 1e9 }));
    await pass(10);
    expect(waits().at(-1)).toEqual([1, 500]);
    await scheduler.stop();
  });

  it('a session that always fails is retried once an hour, and reported once', async () => {
    due('a');
    store.writes.set(sessionOf('a'), writeOf(sessionOf('a'), { syncAt: 0, expiresAt: 1e12 }));
    const scheduler = schedulerOf(() => {
      throw relayError('state_rejected', 'x', null);
    });
    scheduler.start();
    for (let round = 1; round < 14; round++) {
      await vi.advanceTimersByTimeAsync(10);
      expect(synced).toHaveLength(round);
      const { retryMs } = told.events.findLast((event) => event.event === 'sync_failed')!;
      expect(retryMs).toBe(round < 12 ? Math.min(500 * 2 ** (round - 1), 450_000) : 3_600_000);
      clock.time += retryMs - 1;
      await vi.advanceTimersByTimeAsync(10);
      expect(synced).toHaveLength(round);
      clock.time += 1;
    }
    expect(told.events.filter(({ event }) => event === 'sync_quarantined')).toEqual([
      { event: 'sync_quarantined', session: 'aaaaaaaa', code: 'state_rejected', attempts: 12 },
    ]);
    await scheduler.stop();
  });

  it('an unavailable service does not count as a failure of a session', async () => {
    due('a');
    store.writes.set(sessionOf('a'), writeOf(sessionOf('a'), { syncAt: 0, expiresAt: 1e12 }));
    const scheduler = schedulerOf(() => {
      throw relayError('enclave_unavailable', 'x', null);
    });
    scheduler.start();
    await pass(10_000);
    expect(synced.length).toBeGreaterThan(15);
    expect(synced.length).toBeLessThanOrEqual(20);
    expect(told.names()).not.toContain('sync_quarantined');
    await scheduler.stop();
  });

  it.each(['session_unknown', 'session_expired', 'state_rejected'] as const)(
    'while the store does not change, %s is asked once per poll, and never in a loop',
    async (code) => {
      due('a');
      store.erase = () => Promise.reject(new StoreError('store_failed', 'the disk is full'));
      store.postpone = () => Promise.reject(new StoreError('store_failed', 'the disk is full'));
      const scheduler = schedulerOf(() => {
        if (synced.length > 100) throw new Error('a loop');
        throw relayError(code, 'x', null);
      });
      scheduler.start();
      await pass(50);
      expect(synced.length).toBeGreaterThan(1);
      expect(synced.length).toBeLessThanOrEqual(5);
      await scheduler.stop();
    },
  );

  it('a session that cannot be postponed waits for the next poll', async () => {
    due('a');
    store.postpone = () => Promise.reject(new StoreError('store_failed', 'the disk is full'));
    const scheduler = schedulerOf(() => {
      throw relayError('state_rejected', 'x', null);
    });
    scheduler.start();
    await pass(50);
    expect(synced.length).toBeGreaterThan(1);
    expect(synced.length).toBeLessThanOrEqual(5);
    await scheduler.stop();
  });

  it('each step is reported as done or with its code, and never with the full id of the session', async () => {
    due('ab');
    const scheduler = schedulerOf((session) => {
      if (session === sessionOf('a')) throw relayError('state_rejected', 'x', null);
      done(session);
    });
    scheduler.start();
    await vi.advanceTimersByTimeAsync(10);
    await scheduler.stop();
    expect(told.events).toEqual([
      {
        event: 'sync_failed',
        session: 'aaaaaaaa',
        code: 'state_rejected',
        durationMs: expect.any(Number),
        attempts: 1,
        retryMs: 500,
      },
      { event: 'sync_done', session: 'bbbbbbbb', durationMs: expect.any(Number) },
    ]);
  });

  it.each(['session_expired', 'session_lost'] as const)('%s erases the session', async (code) => {
    due('a');
    const scheduler = schedulerOf(() => {
      throw relayError(code, 'x', null);
    });
    scheduler.start();
    await vi.advanceTimersByTimeAsync(30);
    expect([synced.length, store.erased]).toEqual([1, [sessionOf('a')]]);
    await scheduler.stop();
  });

  it('a store that fails for a while is asked again', async () => {
    due('a');
    const scheduler = schedulerOf(done);
    scheduler.start();
    store.failing = true;
    await vi.advanceTimersByTimeAsync(20);
    expect(synced).toEqual([]);
    expect(told.names()).toEqual(['due_unreadable', 'due_unreadable']);
    store.failing = false;
    await vi.advanceTimersByTimeAsync(10);
    expect(synced).toHaveLength(1);
    await scheduler.stop();
  });
});

describe('when sessions expire', () => {
  it('the cleanup erases them, and continues after a failure of the store', async () => {
    due('a');
    clock.time = 10_000;
    const scheduler = schedulerOf(() => new Promise(() => undefined));
    store.failing = true;
    await scheduler.cleanup();
    expect(store.writes.size).toBe(1);
    store.failing = false;
    await scheduler.cleanup();
    expect(store.writes.size).toBe(0);
    expect(told.events).toEqual([
      { event: 'expired_not_erased', err: expect.any(StoreError) },
      { event: 'expired_erased', erased: 1 },
    ]);
  });
});

describe('when it is stopped', () => {
  it('it waits for running work and starts no more', async () => {
    due('abc');
    const ends: (() => void)[] = [];
    const scheduler = schedulerOf(
      () =>
        new Promise((resolve) => {
          ends.push(resolve);
        }),
    );
    scheduler.start();
    await vi.advanceTimersByTimeAsync(10);
    let stopped = false;
    const stopping = scheduler.stop().then(() => {
      stopped = true;
    });
    ends[0]!();
    await vi.advanceTimersByTimeAsync(100);
    expect([stopped, synced.length]).toEqual([false, 2]);
    ends[1]!();
    await stopping;
    await vi.advanceTimersByTimeAsync(100);
    expect([stopped, synced.length]).toEqual([true, 2]);
  });

  it('a poll that was reading the store starts nothing', async () => {
    due('a');
    const scheduler = schedulerOf(done);
    const polling = scheduler.poll();
    await scheduler.stop();
    await polling;
    expect(synced).toEqual([]);
  });
});
