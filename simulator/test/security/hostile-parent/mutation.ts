/** Enumerates an attacker's changes of bytes: cut, lengthened, and with flipped bits. */
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { seededStream } from './seeded.ts';

/** One altered copy of a message. */
export interface Mutant {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The number of mutants of each kind. */
export interface MutationCounts {
  readonly cuts?: number;
  readonly flips: number;
}

/** Altered copies of `original`. Their positions follow from `name` and the seed and cover the whole length. */
export function mutantsOf(name: string, original: Uint8Array, counts: MutationCounts): Mutant[] {
  return [
    ...cuts(original, counts.cuts ?? 12),
    ...extensions(name, original),
    ...flips(name, original, counts.flips),
  ];
}

/** Copies with one flipped bit in each of `count` sections of equal length. */
export function flips(name: string, original: Uint8Array, count: number): Mutant[] {
  const stream = seededStream(`${name} flips`);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * original.length) / count);
    const to = Math.max(from, Math.floor(((index + 1) * original.length) / count) - 1);
    const [at, bit] = [stream.integer(from, to), stream.integer(0, 7)];
    const bytes = original.slice();
    bytes[at]! ^= 1 << bit;
    return { name: `bit ${bit} of byte ${at} flipped`, bytes };
  });
}

/** Shortened copies: empty, one byte, evenly spread lengths, and all but one byte. */
export function cuts(original: Uint8Array, count: number): Mutant[] {
  const spread = Array.from({ length: Math.max(0, count - 3) }, (_, index) =>
    Math.floor(((index + 1) * original.length) / (count - 2)),
  );
  const lengths = new Set([0, 1, ...spread, original.length - 1]);
  return [...lengths].map((length) => ({ name: `cut to ${length} bytes`, bytes: original.slice(0, length) }));
}

function extensions(name: string, original: Uint8Array): Mutant[] {
  const stream = seededStream(`${name} extensions`);
  const noise = Uint8Array.from({ length: 16 }, () => stream.integer(0, 255));
  return [
    { name: 'a zero byte appended', bytes: concatBytes(original, Uint8Array.of(0)) },
    { name: '16 bytes appended', bytes: concatBytes(original, noise) },
    { name: 'a byte before it', bytes: concatBytes(Uint8Array.of(0x7b), original) },
    { name: 'sent twice in one', bytes: concatBytes(original, original) },
  ];
}
