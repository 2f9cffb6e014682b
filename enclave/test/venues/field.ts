/** Public field cases of venues: answers that other readers read wrongly (`../fixtures/venues`). */
import { readFileSync } from 'node:fs';
import { parseLossless } from '../../src/venues/ccxt/lossless-json.ts';

export interface FieldCase {
  readonly source: string;
  readonly wrong: string;
  readonly answers: unknown;
  readonly expect: unknown;
}

/** A case with the text of its numbers, as readers get them. */
export function fieldCase(name: string): FieldCase {
  const file = new URL(`../fixtures/venues/${name}.json`, import.meta.url);
  return parseLossless(readFileSync(file, 'utf8')) as FieldCase;
}
