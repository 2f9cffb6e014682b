/** Evidence that is stored once, and named by the cases that use it or something like it. */
import { costOf, findSplices, type IndexedText, indexGrams, type Splice } from './splices.ts';

/** Something stored, and how to change it. */
export interface Reference {
  readonly name: string;
  readonly splices: readonly Splice[];
}

/** What is shorter than this many characters is never stored for itself. */
const SMALL = 512;

/** Texts by name, none of which is nearly another. */
export class Store {
  readonly #stored = new Map<string, IndexedText>();

  /** Refers to `text`; it is stored under `name` where it takes more than a quarter of it to change something stored. */
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

/** Name of a file for what `words` say. */
export function slugOf(words: string): string {
  return words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
