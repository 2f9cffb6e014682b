/** What was computed of a session, kept as long as nothing that it rests on changes, and within bounds. */
import { Recent } from '@perf-aggregator/shared/recent';

/**
 * What is kept of each kind, least recently used out first. A history may take tens of MiB, lists of trades and days
 * some MiB, answers up to some hundred KiB.
 */
const PLACES = { history: 3, metrics: 8, answer: 8, returns: 2, trades: 2 } as const;

/** A kind of result. */
export type ComputedKind = keyof typeof PLACES;

/** Results by kind and key. */
export class Computed {
  readonly #kept: Readonly<Record<ComputedKind, Recent<string, unknown>>> = {
    history: new Recent(PLACES.history),
    metrics: new Recent(PLACES.metrics),
    answer: new Recent(PLACES.answer),
    returns: new Recent(PLACES.returns),
    trades: new Recent(PLACES.trades),
  };

  /** The result for `key`; computed when it is not kept, and then kept. What throws is not. */
  once<T>(kind: ComputedKind, key: string, compute: () => T): T {
    const kept = this.#kept[kind];
    // Of one kind and key there is one type: the key says what was computed.
    if (kept.has(key)) return kept.get(key) as T;
    const value = compute();
    kept.set(key, value);
    return value;
  }

  /** How many results of a kind are kept. */
  count(kind: ComputedKind): number {
    return this.#kept[kind].size;
  }
}
