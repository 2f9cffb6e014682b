/** Kinds of damage to the file of a store, and the required result for each. */
import { HEAD, META, PAGE, type SoundFile } from './sound-file.ts';

/**
 * `refused`: with `store_corrupt`, for any layout of LMDB. `either`: that, or it opens with the same data as before,
 * and can be written.
 */
export type Outcome = 'refused' | 'either';

type Damage = readonly [name: string, outcome: Outcome, bytes: (file: SoundFile) => Buffer];

const u16 = (offset: (file: SoundFile) => number, value: number) => (file: SoundFile) =>
  file.altered((bytes) => bytes.writeUInt16LE(value, offset(file)));
const u32 = (offset: (file: SoundFile) => number, value: number) => (file: SoundFile) =>
  file.altered((bytes) => bytes.writeUInt32LE(value, offset(file)));
const u64 =
  (offset: (file: SoundFile) => number, value: bigint | ((file: SoundFile) => number)) => (file: SoundFile) =>
    file.altered((bytes) =>
      bytes.writeBigInt64LE(typeof value === 'bigint' ? value : BigInt(value(file)), offset(file)),
    );
const ofMeta = (field: keyof typeof META) => (file: SoundFile) => file.meta + META[field];
const ofRoot = (field: number) => (file: SoundFile) => file.root * PAGE + field;
const ofFreeRoot = (field: number) => (file: SoundFile) => file.freeRoot * PAGE + field;
const ofNode = (field: number) => (file: SoundFile) => file.node(file.root) + field;
const ofData = (field: number) => (file: SoundFile) => file.dataPage * PAGE + field;

/** The file is cut, or replaced by another. */
const LENGTHS: readonly Damage[] = [
  ['cut to a byte', 'refused', (file) => file.cut(1)],
  ['cut to one page', 'refused', (file) => file.cut(PAGE)],
  ['cut to its meta pages', 'refused', (file) => file.cut(2 * PAGE)],
  ['cut within a page', 'refused', (file) => file.cut(file.bytes.length - 100)],
  ['cut by a page', 'either', (file) => file.cut(file.bytes.length - PAGE)],
  ['cut in half', 'refused', (file) => file.cut(Math.floor(file.pages / 2) * PAGE)],
  ['all zeroes', 'refused', (file) => Buffer.alloc(file.bytes.length)],
  ['noise', 'refused', ({ bytes }) => Buffer.from(bytes.map((_, at) => (at * 7_919 + (at >> 8)) & 255))],
  ['noise after its meta pages', 'refused', (file) => file.altered((bytes) => bytes.fill('noise', 2 * PAGE))],
  ['without its pages of data', 'refused', (file) => file.altered((bytes) => bytes.fill(0, 2 * PAGE))],
  ['another kind of database', 'refused', () => Buffer.from('SQLite format 3\0'.padEnd(PAGE * 4, 'x'))],
];

const METAS: readonly Damage[] = [
  ['without its first meta page', 'refused', (file) => file.altered((bytes) => bytes.fill(0, 0, PAGE))],
  [
    'without its second meta page',
    'refused',
    (file) => file.altered((bytes) => bytes.fill(0, PAGE, 2 * PAGE)),
  ],
  ['of another version', 'either', u32(ofMeta('version'), 3)],
  ['without its magic', 'either', u32(ofMeta('magic'), 0)],
  ['with a root outside the file', 'refused', u64(ofMeta('root'), 99_999n)],
  ['with a root among the meta pages', 'refused', u64(ofMeta('root'), 1n)],
  ['with an impossible depth', 'either', u16(ofMeta('depth'), 9)],
  ['with two sizes of pages', 'refused', u32(ofMeta('pageSize'), 8_192)],
  ['with a last page before others', 'refused', u64((file) => file.meta + META.lastPage, 3n)],
  ['with a last page that is not there', 'refused', u64((file) => file.meta + META.lastPage, 1n << 40n)],
  ['with its main tree sorted otherwise', 'refused', u16(ofMeta('flags'), 8)],
];

const PAGES: readonly Damage[] = [
  ['with a page of a later transaction', 'refused', u32(ofRoot(HEAD.transaction), 9_999)],
  ['with a leaf that says it is a branch', 'refused', u16(ofRoot(HEAD.flags), 1)],
  ['with a page of no kind', 'refused', u16(ofRoot(HEAD.flags), 0)],
  ['with more nodes than a page holds', 'refused', u16(ofRoot(HEAD.lower), 60_000)],
  ['with free space that begins behind its page', 'refused', u16(ofRoot(HEAD.upper), 60_000)],
  ['with a node that points out of its page', 'refused', u16(ofRoot(HEAD.length), 65_000)],
  ['with a key that is longer than its page', 'refused', u16(ofNode(6), 65_000)],
  ['with a tree record that is too short', 'either', u16(ofNode(0), 8)],
  ['with data under another number', 'either', u64(ofData(HEAD.number), 2n)],
  ['with data on no pages', 'either', u32(ofData(HEAD.lower), 0)],
  ['with data on more pages than there are', 'either', u32(ofData(HEAD.lower), 1_000_000)],
  [
    'with a page of zeroes for a root',
    'refused',
    (file) => file.altered((bytes) => bytes.fill(0, file.root * PAGE, (file.root + 1) * PAGE)),
  ],
  [
    'with a page of an older file for a root',
    'refused',
    (file) => file.altered((bytes) => file.older.copy(bytes, file.root * PAGE, 2 * PAGE, 3 * PAGE)),
  ],
];

const FREE: readonly Damage[] = [
  [
    'with a page in use that is free',
    'refused',
    u64(
      (file) => file.firstFree,
      (file) => file.root,
    ),
  ],
  [
    'with data in use that are free',
    'refused',
    u64(
      (file) => file.firstFree,
      (file) => file.dataPage,
    ),
  ],
  [
    'with a page that is free twice',
    'either',
    (file) =>
      file.altered((bytes) => bytes.copyWithin(file.firstFree + 8, file.firstFree, file.firstFree + 8)),
  ],
  ['with a free page behind its end', 'refused', u64((file) => file.firstFree, 99_999n)],
  ['with a free page among the meta pages', 'refused', u64((file) => file.firstFree, 1n)],
  ['with more free pages than it says', 'refused', u64((file) => file.firstFree - 8, 9_999n)],
  ['with a list of free pages of no length', 'either', u64((file) => file.firstFree - 8, 0n)],
  ['with free pages under a root outside the file', 'refused', u64(ofMeta('freeRoot'), 99_999n)],
  ['with free pages under the root of its data', 'either', u64(ofMeta('freeRoot'), (file) => file.root)],
  ['with free pages of no kind', 'refused', u16(ofFreeRoot(HEAD.flags), 0)],
  [
    'with free pages in a page of zeroes',
    'refused',
    (file) => file.altered((bytes) => bytes.fill(0, file.freeRoot * PAGE, (file.freeRoot + 1) * PAGE)),
  ],
];

/** Every damage: lengths, meta pages, pages, free pages. */
export const DAMAGES: readonly Damage[] = [...LENGTHS, ...METAS, ...PAGES, ...FREE];
