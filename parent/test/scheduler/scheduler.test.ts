import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { relayError } from '../../src/errors.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import { StoreError } from '../../src/storage/errors.ts';
import { MemoryStore, sessionOf, writeOf } from '../memory-store.ts';
import { type Recorder, recorder } from '../recorder.ts';

const clock = { time: 100, now: () => clock.time };
let store: MemoryStore;
let synced: string[];
let told: Recorder;

beforeEach(() => {
  vi.useFakeTimers();
  store = new MemoryStore();
  synced = [];
  told = recorder();
  clock.time = 100;
});
afterEach(() => {
  vi.useRealTimers();
});

/** A scheduler whose relay does `sync` with each session. */
function schedulerOf(sync: (session: string) => Promise<void> | void): Scheduler {
  const ask = async (operation: string, session: string) => {
    synced.push(session);
    await sync(session);
    expect(operation).toBe('sync');
  };
  const relay = { ask } as unknown as Relay;
  return new Scheduler({
    relay,
    store,
    clock,
    emit: told.emit,
    pollMs: 10,
    cleanupMs: 1_000,
    concurrency: 2,
    random: () => 0,
  });
}

/** Sessions by one letter each, due in this order. */
function due(names: string): void {
  for (const [index, name] of names.split('').entries())
    store.writes.set(sessionOf(name), writeOf(sessionOf(name), { syncAt: index, expiresAt: 10_000 }));
}

/** What a step that is the last leaves behind. */
function done(session: string): void {
  store.writes.set(session, { ...store.writes.get(session)!, syncAt: null });
}

const count = (name: string) => synced.filter((session) => session === sessionOf(name)).length;

describe('when sessions are due', () => {
  it('all are synchronised, the longest overdue first, and those that are not due are left', async () => {
    due('abcde');
    store.writes.set(sessionOf('z'), writeOf(sessionOf('z'), { syncAt: 101 }));
    const scheduler = schedulerOf(done);
    scheduler.start();
    await vi.advanceTimersByTimeAsync(10);
    expect(synced).toEqual('abcde'.split('').map(sessionOf));
    clock.time = 101;
    await vi.advanceTimersByTimeAsync(10);
    expect(synced.at(-1)).toBe(sessionOf('z'));
    await scheduler.stop();
  });

  it('no more than there is room for run at once, and none twice', async () => {
    due('abc');
    const open: (() => void)[] = [];
    const scheduler = schedulerOf(
      (session) =>
        new Promise((resolve) => {
          open.push(() => {
            done(session);
            resolve();
          });
        }),
    );
    scheduler.start();
    await vi.advanceTimersByTimeAsync(50);
    expect(synced).toEqual('ab'.split('').map(sessionOf));
    open[0]!();
    await vi.advanceTimersByTimeAsync(0);
    expect(synced).toEqual('abc'.split('').map(sessionOf));
    for (const end of open) end();
    await scheduler.stop();
  });

  it('a step that is not the last goes on at once', async () => {
    due('a');
    const scheduler = schedulerOf((session) => {
      if (synced.length === 5) done(session);
    });
    scheduler.start();
    await vi.advanceTimersByTimeAsync(10);
    expect(synced).toHaveLength(5);
    await scheduler.stop();
  });
});

describe('when synchronisations fail', () => {
  /** Lets time pass, poll by poll. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 10) {
      clock.time += 10;
      await vi.advanceTimersByTimeAsync(10);
    }
  }

  it('nothing else is held up, however many fail', async () => {
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

  it('each waits longer each time, up to a quarter of an hour, and starts anew after a success', async () => {
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
    // The lower end of the jitter: half of 1, 2, 4, 8 s.
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

  it('what fails for ever is asked once an hour, and told once', async () => {
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

  it('a service that is away counts against no session', async () => {
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
    'while the store does not change, %s is asked once a poll, and never in a loop',
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

  it('one that cannot be put off waits for a poll', async () => {
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

  it('each step is told: done, or its code, and never the whole id of the session', async () => {
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
  it('they are erased by the cleanup, which survives a failing store', async () => {
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
  it('it waits for what is under way and starts nothing more', async () => {
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
