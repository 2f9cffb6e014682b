/** A store that tells when it is slow: whatever it does waits for a disk, and everybody waits for it. */
import type { EventSink } from '../events.ts';
import type { Store } from './port.ts';

/** What is told: an operation that took this long, ms. */
const SLOW_MS = 1_000;

/**
 * `store`, which tells by `store_slow` of each operation that took a second or more, done or failed.
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
