/** Results computed from a session. They are kept, within bounds, as long as their inputs do not change. */
import { Recent } from '@perf-aggregator/shared/recent';

/**
 * How many results of each kind are kept. The least recently used one is dropped first. A history may take tens of MiB,
 * a list of trades or days some MiB, an answer up to some hundred KiB.
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

  /** The result for `key`. A missing result is computed and kept. When the computation throws, nothing is kept. */
  once<T>(kind: ComputedKind, key: string, compute: () => T): T {
    const kept = this.#kept[kind];
    // Each kind and key has one type, because the key names what was computed.
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
