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
  it('they are tried again after a poll, and nothing else is held up, however many fail', async () => {
    due('abcdefghijz');
    const scheduler = schedulerOf((session) => {
      if (session !== sessionOf('z')) throw relayError('state_rejected', 'x', null);
      done(session);
    });
    scheduler.start();
    await vi.advanceTimersByTimeAsync(100);
    expect(count('z')).toBe(1);
    for (const name of 'abcdefghij') expect(count(name)).toBeGreaterThan(1);
    expect(synced.length).toBeLessThanOrEqual(10 * 10 + 1);
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
      { event: 'sync_failed', session: 'aaaaaaaa', code: 'state_rejected', durationMs: expect.any(Number) },
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
