import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { type Deferred, deferred } from '../../../shared/test/deferred.ts';
import { RelayError } from '../../src/errors.ts';
import { Pool } from '../../src/relay/pool.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LIMITS = { places: 2, waiting: 2, patienceMs: 100 };
const of = (source: string) => ({ source, session: null });
const refusal = (answered: Promise<unknown>) => codeOfRejection(answered, RelayError);

/** A pool, and work that runs until the test ends it. */
function busy(limits = LIMITS) {
  const pool = new Pool(limits);
  const begun: string[] = [];
  const works: Deferred<void>[] = [];
  const work = (source: string, signal?: AbortSignal) => {
    const { promise, resolve } = deferred();
    const done = pool.run(of(source), signal, () => {
      begun.push(source);
      works.push({ promise, resolve });
      return promise;
    });
    done.catch(() => undefined);
    return done;
  };
  return { pool, begun, works, work };
}

describe('when work is given to a pool', () => {
  it('it runs up to the number of places, and the rest waits for its turn', async () => {
    const { pool, begun, works, work } = busy();
    const all = ['a', 'a', 'a', 'b'].map((source) => work(source));
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual(['a', 'a']);
    expect(pool.load).toEqual({ underWay: 2, waiting: 2 });
    works[0]!.resolve();
    await vi.advanceTimersByTimeAsync(0);
    works[1]!.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual(['a', 'a', 'a', 'b']);
    for (const { resolve } of works) resolve();
    await Promise.all(all);
    expect(pool.load).toEqual({ underWay: 0, waiting: 0 });
  });

  it('work that fails frees its place', async () => {
    const { pool } = busy();
    await expect(pool.run(of('a'), undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(pool.load.underWay).toBe(0);
  });
});

describe('when a pool is full', () => {
  it('another source is refused, and is told when to retry', async () => {
    const { pool, work } = busy();
    for (const source of ['a', 'a', 'a', 'a']) void work(source);
    expect(pool.isFullFor('a')).toBe(true);
    const refused = work('a');
    expect(await refusal(refused)).toBe('overloaded');
    await expect(refused).rejects.toMatchObject({ failure: { retryAfterMs: 1_000 } });
  });

  it('the source with the most work makes room for a source with little', async () => {
    const { pool, begun, works, work } = busy();
    const [, , kept, displaced] = ['a', 'a', 'a', 'a'].map((source) => work(source));
    expect(pool.isFullFor('b')).toBe(false);
    const other = work('b');
    expect(await refusal(displaced!)).toBe('overloaded');
    expect(pool.load.waiting).toBe(2);
    // Both have one now, so no source makes room for the other.
    expect(pool.isFullFor('b')).toBe(true);
    expect(await refusal(work('b'))).toBe('overloaded');
    works[0]!.resolve();
    works[1]!.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual(['a', 'a', 'a', 'b']);
    for (const { resolve } of works) resolve();
    await Promise.all([kept, other]);
  });

  it('a wait has a time limit', async () => {
    const { pool, work } = busy();
    for (const source of ['a', 'a']) void work(source);
    const late = work('b');
    await vi.advanceTimersByTimeAsync(99);
    expect(pool.load.waiting).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await refusal(late)).toBe('overloaded');
    expect(pool.load.waiting).toBe(0);
  });
});

describe('when a place was found', () => {
  it('no timer and no listener of the wait is left', async () => {
    const { works, work } = busy();
    const controller = new AbortController();
    for (const source of ['a', 'a']) void work(source);
    const waiting = work('b', controller.signal);
    expect([vi.getTimerCount(), getEventListeners(controller.signal, 'abort').length]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(0);
    works[0]!.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect([vi.getTimerCount(), getEventListeners(controller.signal, 'abort').length]).toEqual([0, 0]);
    works[2]!.resolve();
    await waiting;
  });
});

describe('when the caller is gone', () => {
  it('its work leaves the queue and takes no place', async () => {
    const { pool, begun, works, work } = busy();
    for (const source of ['a', 'a']) void work(source);
    const controller = new AbortController();
    const gone = work('b', controller.signal);
    controller.abort();
    await expect(gone).rejects.toBe(controller.signal.reason);
    await expect(work('b', controller.signal)).rejects.toBe(controller.signal.reason);
    works[0]!.resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(begun).toEqual(['a', 'a']);
    expect(pool.load).toEqual({ underWay: 1, waiting: 0 });
  });
});
