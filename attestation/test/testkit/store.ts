/** Evidence that is stored once, and named by the cases that use it or a similar text. */
import { costOf, findSplices, type IndexedText, indexGrams, type Splice } from './splices.ts';

/** A stored text, and the changes to it. */
export interface Reference {
  readonly name: string;
  readonly splices: readonly Splice[];
}

/** Texts with fewer characters are never stored separately. */
const SMALL = 512;

/** Texts by name. No two of them are similar. */
export class Store {
  readonly #stored = new Map<string, IndexedText>();

  /**
   * Refers to `text`. It is stored under `name` if changes to a stored text would take more than a quarter of its
   * length.
   */
  refer(text: string, name: string): Reference {
    let nearest: Reference | null = null;
    let limit = Math.max(text.length, SMALL) / 4;
    for (const [known, stored] of this.#stored) {
      const splices = findSplices(stored, text, limit);
      if (!splices) continue;
      nearest = { name: known, splices };
      limit = splices.reduce((sum, splice) => sum + costOf(splice), 0);
    }
    if (nearest) return nearest;
    if (this.#stored.has(name)) throw new Error(`two are called ${name}`);
    this.#stored.set(name, { text, grams: indexGrams(text) });
    return { name, splices: [] };
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, text: string]> {
    for (const [name, { text }] of this.#stored) yield [name, text];
  }
}

/** A file name made of `words`. */
export function slugOf(words: string): string {
  return words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
