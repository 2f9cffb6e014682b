/** Randomness and choices that follow from one seed, so that a failing case can be run again. */
import { createCipheriv, createHash } from 'node:crypto';
import type { Random } from '@perf-aggregator/shared/random';
import { type Stream, streamOf } from '../../../src/trader/splitmix.ts';

/** The seed that the table in docs/testing.md was counted with. */
export const SEED = 'hostile-parent-1';

/** Bytes that follow from `name`; as good as random to whoever does not know the seed. */
export function seededRandom(name: string): Random {
  const key = createHash('sha256').update(`${SEED} ${name}`).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return { bytes: (length) => new Uint8Array(cipher.update(Buffer.alloc(length))) };
}

/** Numbers that follow from `name`. */
export function seededStream(name: string): Stream {
  return streamOf(SEED, name);
}
