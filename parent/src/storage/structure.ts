/**
 * Whether a file is an LMDB database whose every page can be reached without leaving it. LMDB maps the file and
 * believes it: a damaged one ends the whole process (SIGSEGV, SIGBUS) instead of failing, so it is read first.
 *
 * The format, as lmdb-js 3 writes it (data version 2, little-endian, 64 bit):
 * - Pages of one size; the first two are meta pages, the one with the higher transaction id counts.
 * - Page header, 24 bytes: u64 number, u64 transaction, u16 padding, u16 flags (1 branch, 2 leaf, 4 overflow,
 *   8 meta), u16 lower, u16 upper; on overflow pages a u32 count of pages stands for lower and upper.
 * - Meta page, after the header: u32 magic 0xBEEFC0DE, u32 version, u64 address, u64 map size, the records of
 *   two trees (free pages; main), u64 last page, u64 transaction. The page size stands in the first u32 of the
 *   first record.
 * - Tree record, 48 bytes: u32 padding, u16 flags, u16 depth, 3 × u64 counts of pages, u64 entries, u64 root (all
 *   ones: empty).
 * - Branch and leaf: u16 offsets of nodes, as many as fit into `lower` bytes; these, `lower` and `upper` count
 *   from the header's end. Node: u16 low, u16 high, u16 flags, u16 key length, key, data. In a branch low, high
 *   and flags are the child's number; in a leaf low and high are the data's length, and flag 1 means that the
 *   data stand on overflow pages (here: u64 first number, u64 transaction, u64 count), flag 2 that they are a
 *   tree record.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

const MAGIC = 0xbeefc0de;
const VERSION = 2;
const HEADER = 24;
const RECORD = 48;
const NODE = 8;
const OVERFLOW = 24;
const MAIN_TREES = HEADER + 24;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const FLAG = { branch: 1, leaf: 2, overflow: 4, meta: 8 } as const;
const BIG_DATA = 1;
const SUB_TREE = 2;
/** LMDB's own bound of a tree's depth. */
const MAX_DEPTH = 32;

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
  readonly #seen = new Set<number>();
  #pageSize = 4_096;
  #pages = 0;

  constructor(file: number, size: number) {
    this.#file = file;
    this.#size = size;
  }

  check(): void {
    const first = this.#read(0, HEADER + RECORD);
    this.#pageSize = first.readUInt32LE(MAIN_TREES);
    const sound =
      this.#pageSize >= 512 && this.#pageSize <= 65_536 && (this.#pageSize & (this.#pageSize - 1)) === 0;
    require(sound, 'no page size in the first meta page');
    require(this.#size % this.#pageSize === 0, 'the file ends within a page');
    this.#pages = this.#size / this.#pageSize;
    const [a, b] = [this.#meta(0), this.#meta(1)];
    const meta = b.transaction > a.transaction ? b.page : a.page;
    for (const tree of [MAIN_TREES, MAIN_TREES + RECORD]) this.#tree(meta, tree);
  }

  #meta(number: number): { readonly page: Buffer; readonly transaction: bigint } {
    const page = this.#page(number, FLAG.meta);
    require(page.readUInt32LE(HEADER) === MAGIC, `meta page ${number} has not LMDB's magic`);
    require(page.readUInt32LE(HEADER + 4) === VERSION, `meta page ${number} is of another version`);
    return { page, transaction: page.readBigUInt64LE(MAIN_TREES + 2 * RECORD + 8) };
  }

  /** The tree whose record stands at `offset` of `page`. */
  #tree(page: Buffer, offset: number): void {
    const root = page.readBigUInt64LE(offset + RECORD - 8);
    if (root === NO_PAGE) return;
    const depth = page.readUInt16LE(offset + 6);
    require(depth > 0 && depth <= MAX_DEPTH, 'a tree of impossible depth');
    this.#node(this.#number(root), depth);
  }

  /** A page of a tree, `depth` levels above nothing. */
  #node(number: number, depth: number): void {
    require(!this.#seen.has(number), `page ${number} belongs to two places`);
    this.#seen.add(number);
    const page = this.#page(number, depth > 1 ? FLAG.branch : FLAG.leaf);
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    const inOrder = lower % 2 === 0 && lower <= upper && upper <= this.#pageSize - HEADER;
    require(inOrder, `page ${number} is not in order`);
    for (let at = HEADER; at < HEADER + lower; at += 2) {
      const node = HEADER + page.readUInt16LE(at);
      require(node >= HEADER + upper && node + NODE <= this.#pageSize, `page ${number} points out of itself`);
      if (depth > 1) this.#node(this.#number(childOf(page, node)), depth - 1);
      else this.#leaf(page, node);
    }
  }

  #leaf(page: Buffer, node: number): void {
    const length = page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 65_536;
    const flags = page.readUInt16LE(node + 4);
    const data = node + NODE + page.readUInt16LE(node + 6);
    const big = (flags & BIG_DATA) !== 0;
    require(data + (big ? OVERFLOW : length) <= this.#pageSize, 'data that end outside their page');
    if (big) this.#overflow(this.#number(page.readBigUInt64LE(data)), length);
    else if ((flags & SUB_TREE) !== 0) {
      require(length === RECORD, 'a tree record of another length');
      this.#tree(page, data);
    }
  }

  #overflow(number: number, length: number): void {
    const header = this.#read(number * this.#pageSize, HEADER);
    require((header.readUInt16LE(18) & FLAG.overflow) !== 0, `page ${number} holds no data`);
    const count = Math.ceil((HEADER + length) / this.#pageSize);
    require(header.readUInt32LE(20) >= count, `page ${number} holds less than it should`);
    require(number + count <= this.#pages, 'data that end outside the file');
  }

  #number(value: bigint): number {
    require(value >= 2n && value < BigInt(this.#pages), 'a page outside the file');
    return Number(value);
  }

  #page(number: number, flag: number): Buffer {
    const page = this.#read(number * this.#pageSize, this.#pageSize);
    require(page.readBigUInt64LE(0) === BigInt(number), `page ${number} has another number`);
    require((page.readUInt16LE(18) & 0x0f) === flag, `page ${number} is of another kind`);
    return page;
  }

  #read(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    const read = readSync(this.#file, bytes, 0, length, position);
    require(read === length, 'the file is too short');
    return bytes;
  }
}

function childOf(page: Buffer, node: number): bigint {
  return BigInt(page.readUIntLE(node, 6));
}

function require(condition: boolean, fault: string): void {
  if (!condition) throw new Error(fault);
}
