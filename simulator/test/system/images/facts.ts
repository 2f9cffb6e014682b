/** The facts of the enclave image that the build writes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './containers.ts';

/** The folder where the build writes them. */
export const FACTS = join(ROOT, 'dist/images/enclave');

/** One file of the image. */
export interface Fact {
  readonly path: string;
  readonly mode: string;
  readonly sha256: string;
}

/** Reads a JSON file of the build. */
export function readFacts<T>(name: string): T {
  return JSON.parse(readFileSync(join(FACTS, name), 'utf8')) as T;
}
