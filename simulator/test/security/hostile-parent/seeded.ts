/** Randomness and choices from one seed, so that a failing case can be repeated. */
import { createCipheriv, createHash } from 'node:crypto';
import type { Random } from '@perf-aggregator/shared/random';
import { type Stream, streamOf } from '../../../src/trader/splitmix.ts';

/** The seed of the table in docs/testing.md. */
export const SEED = 'hostile-parent-1';

/** Bytes that follow from `name`. Without the seed they look random. */
export function seededRandom(name: string): Random {
  const key = createHash('sha256').update(`${SEED} ${name}`).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return { bytes: (length) => new Uint8Array(cipher.update(Buffer.alloc(length))) };
}

/** Numbers that follow from `name`. */
export function seededStream(name: string): Stream {
  return streamOf(SEED, name);
}
