import { describe, expect, it, vi } from 'vitest';
import { sessionOf, writeOf } from '../memory-store.ts';
import { clock, done, due, schedulerOf, store, synced } from './rig.ts';

describe('when sessions are due', () => {
  it('all are synchronised, the longest overdue first, and those that are not due are not', async () => {
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

  it('they run concurrently up to the limit, and none runs twice', async () => {
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

  it('a step that is not the last is followed by the next at once', async () => {
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
