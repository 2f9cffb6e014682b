/**
 * A store that reports slow operations. Every operation waits for a disk, and every request waits for the operation.
 */
import type { EventSink } from '../events.ts';
import type { Store } from './port.ts';

/** An operation that takes this long is reported, ms. */
const SLOW_MS = 1_000;

/**
 * `store` with a report: each operation that takes a second or more emits `store_slow`, whether it succeeds or fails.
 * @param now - a steady clock, ms
 */
export function watchStore(store: Store, emit: EventSink, now = () => performance.now()): Store {
  const timed = async <T>(operation: keyof Store, work: () => Promise<T>): Promise<T> => {
    const started = now();
    try {
      return await work();
    } finally {
      const durationMs = Math.round(now() - started);
      if (durationMs >= SLOW_MS) emit({ event: 'store_slow', operation, durationMs });
    }
  };
  return {
    genesis: () => timed('genesis', () => store.genesis()),
    putGenesis: (record) => timed('putGenesis', () => store.putGenesis(record)),
    session: (id) => timed('session', () => store.session(id)),
    state: (id) => timed('state', () => store.state(id)),
    write: (write) => timed('write', () => store.write(write)),
    postpone: (id, syncAt) => timed('postpone', () => store.postpone(id, syncAt)),
    erase: (id) => timed('erase', () => store.erase(id)),
    due: (at, limit) => timed('due', () => store.due(at, limit)),
    eraseExpired: (at) => timed('eraseExpired', () => store.eraseExpired(at)),
    count: () => timed('count', () => store.count()),
    close: () => timed('close', () => store.close()),
  };
}
