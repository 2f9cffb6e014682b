/** Damages to the file of a store, drawn from a seed. */
import { type Stream, streamOf } from '../../dist/trader/splitmix.js';

/** Page size of LMDB here, and the used bytes of a meta page. */
const PAGE = 4_096;
const META = 160;

/** The files from which damaged files are made. */
export interface Originals {
  /** The file as the parent left it. */
  readonly sound: Buffer;
  /** The file some changes earlier. */
  readonly older: Buffer;
  /** The file of another deployment. */
  readonly foreign: Buffer;
}

type Change = (bytes: Buffer, random: Stream, older: Buffer) => void;

/** Changes of a sound file. Each is drawn `times` times. */
const CHANGES: Readonly<Record<string, readonly [times: number, change: Change]>> = {
  'one bit of its data': [6, (bytes, random) => flip(bytes, random, pageOf(bytes, random))],
  'eight bits of its data': [
    6,
    (bytes, random) => {
      for (let bits = 0; bits < 8; bits++) flip(bytes, random, pageOf(bytes, random));
    },
  ],
  'one bit of each meta page': [
    3,
    (bytes, random) => {
      for (const page of [0, 1]) flip(bytes, random, page, META);
    },
  ],
  'two pages swapped': [
    3,
    (bytes, random) => {
      const [a, b] = [pageOf(bytes, random), pageOf(bytes, random)];
      const kept = Buffer.from(bytes.subarray(a * PAGE, (a + 1) * PAGE));
      bytes.copyWithin(a * PAGE, b * PAGE, (b + 1) * PAGE);
      kept.copy(bytes, b * PAGE);
    },
  ],
  'a page of zeroes': [
    2,
    (bytes, random) => {
      const page = pageOf(bytes, random);
      bytes.fill(0, page * PAGE, (page + 1) * PAGE);
    },
  ],
  'a page of an older file': [
    3,
    (bytes, random, older) => {
      const page = pageOf(older, random);
      older.copy(bytes, page * PAGE, page * PAGE, (page + 1) * PAGE);
    },
  ],
};

/** Other files that replace it. */
const REPLACEMENTS: Readonly<Record<string, (originals: Originals) => Buffer>> = {
  'left as it is': ({ sound }) => sound,
  'an older file': ({ older }) => older,
  'a file of another deployment': ({ foreign }) => foreign,
  'cut to nothing': () => Buffer.alloc(0),
  'cut to half of its pages': ({ sound }) => sound.subarray(0, Math.floor(sound.length / PAGE / 2) * PAGE),
  'cut within its last page': ({ sound }) => sound.subarray(0, sound.length - 1_000),
  'another kind of database': () => Buffer.from('SQLite format 3\0'.padEnd(8 * PAGE, 'x')),
  'a text': () => Buffer.from('no database\n'),
};

/** Names of all drawn damages. */
export const DRAWN: readonly string[] = Object.entries(CHANGES).flatMap(([name, [times]]) =>
  Array.from({ length: times }, (_, index) => `${name} (${index + 1})`),
);

/** The damaged file. The position of the damage is drawn from `seed`. */
export function damage(name: string, seed: string, originals: Originals): Buffer {
  const replace = REPLACEMENTS[name];
  if (replace) return replace(originals);
  const [, change] = CHANGES[name.replace(/ \(\d+\)$/, '')]!;
  const bytes = Buffer.from(originals.sound);
  change(bytes, streamOf(seed, name), originals.older);
  return bytes;
}

function pageOf(bytes: Buffer, random: Stream): number {
  return random.integer(2, bytes.length / PAGE - 1);
}

function flip(bytes: Buffer, random: Stream, page: number, length = PAGE): void {
  const at = page * PAGE + random.integer(0, length - 1);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.integer(0, 7)), at);
}
