/** SplitMix64 (Steele, Lea, Flood 2014): the simulator's reproducible generator. Not for secrets. */
import { createHash } from 'node:crypto';

const MASK = (1n << 64n) - 1n;

/** A reproducible stream of numbers. */
export interface Stream {
  /** The next 64 bits. */
  next(): bigint;
  /** An integer in [min, max]. */
  integer(min: number, max: number): number;
  /** True with probability `percent` / 100. */
  chance(percent: number): boolean;
  /** One of `items`. */
  pick<T>(items: readonly [T, ...T[]]): T;
  /** `length` hexadecimal digits. */
  hex(length: number): string;
}

/** The stream that starts at `state`. */
export function splitMix64(state: bigint): Stream {
  let current = state & MASK;
  const next = (): bigint => {
    current = (current + 0x9e3779b97f4a7c15n) & MASK;
    let z = current;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return z ^ (z >> 31n);
  };
  const integer = (min: number, max: number): number => min + Number(next() % BigInt(max - min + 1));
  return {
    next,
    integer,
    chance: (percent) => integer(0, 99) < percent,
    pick: (items) => items[integer(0, items.length - 1)] ?? items[0],
    hex: (length) =>
      Array.from({ length: Math.ceil(length / 16) }, () => next().toString(16).padStart(16, '0'))
        .join('')
        .slice(0, length),
  };
}

/** The stream of a seed and a purpose. The streams of two purposes are independent. */
export function streamOf(seed: string, purpose: string): Stream {
  const digest = createHash('sha256').update(`${purpose}\0${seed}`).digest();
  return splitMix64(digest.readBigUInt64BE(0));
}
