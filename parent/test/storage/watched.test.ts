import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { StoreError } from '../../src/storage/errors.ts';
import type { Store } from '../../src/storage/port.ts';
import { watchStore } from '../../src/storage/watched.ts';
import { MemoryStore, sessionOf, writeOf } from '../memory-store.ts';
import { recorder } from '../recorder.ts';

/** A store whose operations take `takesMs` each, on a separate clock. */
function slowed(takesMs: number) {
  const told = recorder();
  const store = new MemoryStore();
  let now = 5;
  const slow = new Proxy<Store>(store, {
    get(target, name: keyof Store) {
      return (...given: never[]) => {
        now += takesMs;
        return (target[name] as (...given: never[]) => Promise<unknown>).apply(target, given);
      };
    },
  });
  return { store, told, watched: watchStore(slow, told.emit, () => now) };
}

/** Calls every operation of the port once, and returns the results. */
async function useAll(store: Store): Promise<readonly unknown[]> {
  const record = { blob: Uint8Array.of(1), evidence: Uint8Array.of(2) };
  return [
    await store.putGenesis(record),
    await store.genesis(),
    await store.write(writeOf(sessionOf('a'), { syncAt: 7 })),
    await store.session(sessionOf('a')),
    await store.state(sessionOf('a')),
    await store.due(7, 10),
    await store.count(),
    await store.eraseExpired(0),
    await store.erase(sessionOf('a')),
    await store.close(),
  ];
}

describe('when a store is watched', () => {
  it('it works unchanged, and nothing is reported while it is quick', async () => {
    const { watched, told } = slowed(999);
    expect(await useAll(watched)).toEqual(await useAll(new MemoryStore()));
    expect(told.events).toEqual([]);
  });

  it('every operation that takes a second is reported', async () => {
    const { watched, told } = slowed(1_000);
    await useAll(watched);
    expect(told.events).toEqual(
      [
        'putGenesis',
        'genesis',
        'write',
        'session',
        'state',
        'due',
        'count',
        'eraseExpired',
        'erase',
        'close',
      ].map((operation) => ({ event: 'store_slow', operation, durationMs: 1_000 })),
    );
  });

  it('a slow operation that fails is reported too, and its error is unchanged', async () => {
    const { watched, told, store } = slowed(2_500);
    store.failing = true;
    expect(await codeOfRejection(watched.count(), StoreError)).toBe('store_failed');
    expect(told.events).toEqual([{ event: 'store_slow', operation: 'count', durationMs: 2_500 }]);
  });
});
