/** A scheduler over a store in memory, created anew for each test, whose relay the test controls. */
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { Relay } from '../../src/relay/relay.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import { MemoryStore, sessionOf, writeOf } from '../memory-store.ts';
import { type Recorder, recorder } from '../recorder.ts';

export const clock = { time: 100, now: () => clock.time };
export let store: MemoryStore;
export let synced: string[];
export let told: Recorder;

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

/** A scheduler whose relay calls `sync` for each session. */
export function schedulerOf(sync: (session: string) => Promise<void> | void): Scheduler {
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

/** Sessions named by one letter each, due in this order. */
export function due(names: string): void {
  for (const [index, name] of names.split('').entries())
    store.writes.set(sessionOf(name), writeOf(sessionOf(name), { syncAt: index, expiresAt: 10_000 }));
}

/** Stores the state after the last step of a session. */
export function done(session: string): void {
  store.writes.set(session, { ...store.writes.get(session)!, syncAt: null });
}

export const count = (name: string) => synced.filter((session) => session === sessionOf(name)).length;
