/**
 * Whether a file is an LMDB database whose every page can be reached without leaving it, and whose free pages are
 * free. LMDB maps the file and believes it: a damaged one ends the whole process (SIGSEGV, SIGBUS) instead of
 * failing, or is written over, so it is read first.
 *
 * The format, as lmdb-js 3 writes it (data version 2, little-endian, 64 bit):
 * - Pages of one size; the first two are meta pages, the one with the higher transaction id counts.
 * - Page header, 24 bytes: u64 number, u64 transaction, u16 padding, u16 flags (1 branch, 2 leaf, 4 overflow,
 *   8 meta; 0x20 and 0x40 are other kinds of leaves), u16 lower, u16 upper; on overflow pages a u32 count of
 *   pages stands for lower and upper.
 * - Meta page, after the header: u32 magic 0xBEEFC0DE, u32 version, u64 address, u64 map size, the records of
 *   two trees (free pages; main), u64 last page, u64 transaction. The page size stands in the first u32 of the
 *   first record.
 * - Tree record, 48 bytes: u32 padding, u16 flags (8 integer keys: free pages; 0: all others here), u16 depth,
 *   3 × u64 counts of pages, u64 entries, u64 root (all ones: empty).
 * - Branch and leaf: u16 offsets of nodes, as many as fit into `lower` bytes; these, `lower` and `upper` count
 *   from the header's end. Node: u16 low, u16 high, u16 flags, u16 key length, key, data. In a branch low, high
 *   and flags are the child's number; in a leaf low and high are the data's length, and flag 1 means that the
 *   data stand on overflow pages (here: u64 first number, u64 transaction, u64 count), flag 2 that they are a
 *   tree record (in the main tree).
 * - Data of the tree of free pages: u64 count of items, i64 items: a page; or minus a number of pages and the
 *   first of them; or 0 for nothing.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

const MAGIC = 0xbeefc0de;
const VERSION = 2;
const HEADER = 24;
const RECORD = 48;
const NODE = 8;
const OVERFLOW = 24;
const FREE_TREE = HEADER + 24;
const MAIN_TREE = FREE_TREE + RECORD;
const LAST_PAGE = MAIN_TREE + RECORD;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const FLAG = { branch: 1, leaf: 2, overflow: 4, meta: 8 } as const;
/** All flags that say what a page is. */
const KINDS = 0x6f;
const INTEGER_KEYS = 8;
/** All flags that say how a tree is sorted; others are options of whoever opened the file. */
const ORDERS = 0x7e;
const BIG_DATA = 1;
const SUB_TREE = 2;
/** LMDB's own bound of a tree's depth. */
const MAX_DEPTH = 32;

/** What a tree holds: free pages, other trees, or ours. */
type Tree = 'free' | 'main' | 'data';

/** Why a file is no sound database; null: it is one, or there is none yet. Not checked: what is stored in it. */
export function structuralFault(path: string): string | null {
  if (!existsSync(path)) return null;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    // LMDB makes a new database of it.
    if (size === 0) return null;
    new Walk(file, size).check();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'unreadable';
  } finally {
    closeSync(file);
  }
}

class Walk {
  readonly #file: number;
  readonly #size: number;
  /** Pages that belong to a tree, or are free. */
  readonly #taken = new Set<number>();
  #pageSize = 4_096;
  /** In the file. */
  #pages = 0;
  /** Last page that was ever given out, and the transaction that counts. */
  #last = 0n;
  #transaction = 0n;
  /** Free pages that were never written: behind the file's end. */
  #beyond = 0n;

  constructor(file: number, size: number) {
    this.#file = file;
    this.#size = size;
  }

  check(): void {
    this.#pageSize = this.#read(0, HEADER + RECORD).readUInt32LE(FREE_TREE);
    const sound =
      this.#pageSize >= 512 && this.#pageSize <= 65_536 && (this.#pageSize & (this.#pageSize - 1)) === 0;
    require(sound, 'no page size in the first meta page');
    require(this.#size % this.#pageSize === 0, 'the file ends within a page');
    this.#pages = this.#size / this.#pageSize;
    const [a, b] = [this.#meta(0), this.#meta(1)];
    const meta = transactionOf(b) > transactionOf(a) ? b : a;
    this.#transaction = transactionOf(meta);
    this.#last = meta.readBigUInt64LE(LAST_PAGE);
    this.#tree(meta, MAIN_TREE, 'main');
    this.#tree(meta, FREE_TREE, 'free');
    const beyond = this.#last + 1n - BigInt(this.#pages);
    require(beyond <= this.#beyond, 'pages in use behind the end of the file');
  }

  #meta(number: number): Buffer {
    const page = this.#page(number, FLAG.meta);
    require(page.readUInt32LE(HEADER) === MAGIC, `meta page ${number} has not LMDB's magic`);
    require(page.readUInt32LE(HEADER + 4) === VERSION, `meta page ${number} is of another version`);
    require(page.readUInt32LE(FREE_TREE) === this.#pageSize, 'two sizes of pages');
    return page;
  }

  /** The tree whose record stands at `offset` of `page`. */
  #tree(page: Buffer, offset: number, tree: Tree): void {
    const order = page.readUInt16LE(offset + 4) & ORDERS;
    require(order === (tree === 'free' ? INTEGER_KEYS : 0), 'a tree of another kind');
    const root = page.readBigUInt64LE(offset + RECORD - 8);
    if (root === NO_PAGE) return;
    const depth = page.readUInt16LE(offset + 6);
    require(depth > 0 && depth <= MAX_DEPTH, 'a tree of impossible depth');
    this.#node(root, depth, tree);
  }

  /** A page of a tree, `depth` levels above nothing. */
  #node(at: bigint, depth: number, tree: Tree): void {
    const number = this.#take(at, 1);
    const page = this.#page(number, depth > 1 ? FLAG.branch : FLAG.leaf);
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    const inOrder = lower % 2 === 0 && lower <= upper && upper <= this.#pageSize - HEADER;
    require(inOrder, `page ${number} is not in order`);
    for (let at = HEADER; at < HEADER + lower; at += 2) {
      const node = HEADER + page.readUInt16LE(at);
      require(node >= HEADER + upper && node + NODE <= this.#pageSize, `page ${number} points out of itself`);
      const data = node + NODE + page.readUInt16LE(node + 6);
      require(data <= this.#pageSize, 'a key that ends outside its page');
      if (depth > 1) this.#node(BigInt(page.readUIntLE(node, 6)), depth - 1, tree);
      else this.#leaf(page, node, data, tree);
    }
  }

  #leaf(page: Buffer, node: number, data: number, tree: Tree): void {
    const length = page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 65_536;
    const flags = page.readUInt16LE(node + 4);
    const big = flags === BIG_DATA;
    require(data + (big ? OVERFLOW : length) <= this.#pageSize, 'data that end outside their page');
    if (flags === SUB_TREE && tree === 'main') {
      require(length === RECORD, 'a tree record of another length');
      this.#tree(page, data, 'data');
      return;
    }
    require(flags === 0 || big, 'data of another kind');
    const first = big ? this.#overflow(page.readBigUInt64LE(data), length) : 0;
    if (tree !== 'free') return;
    this.#free(
      big ? this.#read(first * this.#pageSize + HEADER, length) : page.subarray(data, data + length),
    );
  }

  /** @returns the number of the first page */
  #overflow(first: bigint, length: number): number {
    const number = this.#number(first);
    const header = this.#header(number, FLAG.overflow);
    const count = header.readUInt32LE(20);
    require(count >=
      Math.ceil((HEADER + length) / this.#pageSize), `page ${number} holds less than it should`);
    return this.#take(first, count);
  }

  /** A list of free pages. */
  #free(list: Buffer): void {
    require(list.length >= 8 && list.length % 8 === 0, 'a list of free pages that is none');
    const end = list.readBigUInt64LE(0);
    require(end < BigInt(list.length / 8), 'a list of free pages longer than its record');
    for (let at = 1; at <= Number(end); at++) {
      const item = list.readBigInt64LE(8 * at);
      if (item < 0n) require(++at <= Number(end), 'a list of free pages that breaks off');
      const [first, count] = item < 0n ? [list.readBigInt64LE(8 * at), -item] : [item, 1n];
      if (first === 0n) continue;
      require(first > 1n && first + count - 1n <= this.#last, 'a free page that was never given out');
      const inside = min(count, max(0n, BigInt(this.#pages) - first));
      if (inside > 0n) this.#take(first, Number(inside));
      this.#beyond += count - inside;
    }
  }

  /** Notes that `count` pages from `first` on have a place, and no other. */
  #take(first: bigint, count: number): number {
    const number = this.#number(first);
    require(this.#number(first + BigInt(count) - 1n) <= this.#last, 'a page that was never given out');
    for (let page = number; page < number + count; page++) {
      require(!this.#taken.has(page), `page ${page} belongs to two places`);
      this.#taken.add(page);
    }
    return number;
  }

  #number(value: bigint): number {
    require(value >= 2n && value < BigInt(this.#pages), 'a page outside the file');
    return Number(value);
  }

  #page(number: number, flag: number): Buffer {
    this.#header(number, flag);
    return this.#read(number * this.#pageSize, this.#pageSize);
  }

  #header(number: number, flag: number): Buffer {
    const header = this.#read(number * this.#pageSize, HEADER);
    require(header.readBigUInt64LE(0) === BigInt(number), `page ${number} has another number`);
    require((header.readUInt16LE(18) & KINDS) === flag, `page ${number} is of another kind`);
    const isLate = flag !== FLAG.meta && header.readBigUInt64LE(8) > this.#transaction;
    require(!isLate, `page ${number} is of a later transaction`);
    return header;
  }

  #read(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    const read = readSync(this.#file, bytes, 0, length, position);
    require(read === length, 'the file is too short');
    return bytes;
  }
}

function transactionOf(meta: Buffer): bigint {
  return meta.readBigUInt64LE(LAST_PAGE + 8);
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function require(condition: boolean, fault: string): void {
  if (!condition) throw new Error(fault);
}
