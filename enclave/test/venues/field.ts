/** Public field cases of venues: answers that other readers read wrongly (`../fixtures/venues`). */
import { readFileSync } from 'node:fs';

export interface FieldCase {
  readonly source: string;
  readonly wrong: string;
  readonly answers: unknown;
  readonly expect: unknown;
}

export function fieldCase(name: string): FieldCase {
  const file = new URL(`../fixtures/venues/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as FieldCase;
}
