/** What was computed of a session, kept as long as nothing that it rests on changes, and within bounds. */

/**
 * What is kept of each kind, least recently used out first. A history may take tens of MiB, lists of trades and days
 * some MiB, answers up to some hundred KiB.
 */
const PLACES = { history: 3, metrics: 8, answer: 8, returns: 2, trades: 2 } as const;

/** A kind of result. */
export type ComputedKind = keyof typeof PLACES;

/** Results by kind and key. */
export class Computed {
  readonly #kept: Readonly<Record<ComputedKind, Map<string, unknown>>> = {
    history: new Map(),
    metrics: new Map(),
    answer: new Map(),
    returns: new Map(),
    trades: new Map(),
  };

  /** The result for `key`; computed when it is not kept, and then kept. What throws is not. */
  once<T>(kind: ComputedKind, key: string, compute: () => T): T {
    const kept = this.#kept[kind];
    const value = kept.has(key) ? (kept.get(key) as T) : compute();
    kept.delete(key);
    kept.set(key, value);
    if (kept.size > PLACES[kind]) kept.delete(kept.keys().next().value!);
    return value;
  }

  /** How many results of a kind are kept. */
  count(kind: ComputedKind): number {
    return this.#kept[kind].size;
  }
}
