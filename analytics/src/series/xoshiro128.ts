/**
 * The random numbers of the bootstrap: xoshiro128** of Blackman & Vigna ("Scrambled Linear Pseudorandom Number
 * Generators", 2021), from a fixed seed. Nobody can choose a lucky one, and everybody draws the same. Not for secrets.
 */

/** The first four 32-bit words, big-endian, of SHA-256("perf-aggregator/bootstrap/v1"). */
const SEED = [0x179d5daa, 0xd69cde12, 0x49a27a98, 0x98d3cc41] as const;

/** A new state of the generator, before its first word. */
export function bootstrapState(): Int32Array {
  return Int32Array.from(SEED);
}

/** The next word, from 0 to 2³² − 1. Changes `state`, which has four words and is not all zero (not checked). */
export function nextWord(state: Int32Array): number {
  const second = state[1]!;
  const word = Math.imul(rotateLeft(Math.imul(second, 5), 7), 9);
  const third = state[2]! ^ state[0]!;
  const fourth = state[3]! ^ second;
  state[1] = second ^ third;
  state[0] = state[0]! ^ fourth;
  state[2] = third ^ (second << 9);
  state[3] = rotateLeft(fourth, 11);
  return word >>> 0;
}

function rotateLeft(word: number, count: number): number {
  return (word << count) | (word >>> (32 - count));
}
