/** The file of a valid store, and the places in it that tests damage. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore } from '../../src/storage/lmdb.ts';
import type { Store } from '../../src/storage/port.ts';
import { writeOf } from '../memory-store.ts';

export const PAGE = 4_096;
/** Offsets in the header of a page (LMDB's data version 2), and its length. */
export const HEAD = { number: 0, transaction: 8, flags: 18, lower: 20, upper: 22, length: 24 } as const;
/** Offsets in a meta page. */
export const META = {
  magic: 24,
  version: 28,
  pageSize: 48,
  freeRoot: 88,
  flags: 100,
  depth: 102,
  root: 136,
  lastPage: 144,
  transaction: 152,
} as const;

/** The number of sessions that are written at once. */
const AT_ONCE = 8;

/** The contents of a valid store: for each session its version, and digests of its blob and chunks. */
export type Truth = Readonly<Record<string, readonly string[]>>;

/** A valid file, and the places in it that tests damage. */
export class SoundFile {
  readonly bytes: Buffer;
  /** The file before the last sessions were written. */
  readonly older: Buffer;
  readonly truth: Truth;

  private constructor(bytes: Buffer, older: Buffer, truth: Truth) {
    this.bytes = bytes;
    this.older = older;
    this.truth = truth;
  }

  /** A store of `sessions` sessions, without every third. */
  static async make(sessions: number, chunkBytes: number): Promise<SoundFile> {
    const folder = mkdtempSync(join(tmpdir(), 'pa-sound-'));
    const file = () => readFileSync(join(folder, 'data.mdb'));
    try {
      const store = openLmdbStore(folder);
      await store.putGenesis({ blob: Uint8Array.of(1), evidence: Uint8Array.of(2) });
      let older = file();
      // Several at once, because each commit waits for the disk.
      for (let first = 0; first < sessions; first += AT_ONCE) {
        if (first + AT_ONCE >= sessions) older = file();
        const indices = Array.from({ length: Math.min(AT_ONCE, sessions - first) }, (_, at) => first + at);
        await Promise.all(indices.map((index) => live(store, index, chunkBytes)));
      }
      const truth = await truthOf(store, sessions);
      await store.close();
      return new SoundFile(file(), older, truth);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  get pages(): number {
    return this.bytes.length / PAGE;
  }

  altered(change: (bytes: Buffer) => void): Buffer {
    const bytes = Buffer.from(this.bytes);
    change(bytes);
    return bytes;
  }

  cut(length: number): Buffer {
    return this.bytes.subarray(0, length);
  }

  /** Offset of the current meta page. */
  get meta(): number {
    const transaction = (page: number) => this.bytes.readBigUInt64LE(page * PAGE + META.transaction);
    return transaction(1) > transaction(0) ? PAGE : 0;
  }

  /** Number of the root of the main tree. */
  get root(): number {
    return Number(this.bytes.readBigUInt64LE(this.meta + META.root));
  }

  /** Number of the root of the tree of free pages. */
  get freeRoot(): number {
    return Number(this.bytes.readBigUInt64LE(this.meta + META.freeRoot));
  }

  /** Offset of the first node of a page. */
  node(page: number): number {
    return page * PAGE + HEAD.length + this.bytes.readUInt16LE(page * PAGE + HEAD.length);
  }

  /** Offset of the first page number in the first list of free pages. */
  get firstFree(): number {
    const page = this.freeRoot * PAGE;
    const nodes = (this.bytes.readUInt16LE(page + HEAD.lower) / 2) | 0;
    for (let index = 0; index < nodes; index++) {
      const node = page + HEAD.length + this.bytes.readUInt16LE(page + HEAD.length + 2 * index);
      const list = node + 8 + this.bytes.readUInt16LE(node + 6);
      const items = Number(this.bytes.readBigUInt64LE(list));
      const at = Array.from({ length: items }, (_, item) => list + 8 + 8 * item);
      if (items >= 2 && at.every((offset) => this.bytes.readBigInt64LE(offset) > 0n)) return list + 8;
    }
    throw new Error('no list of two single free pages');
  }

  /** Number of the first page of a value on separate pages that belongs to an existing session. */
  get dataPage(): number {
    const pages = Array.from({ length: this.pages }, (_, page) => page * PAGE);
    const found = pages.find((page) => {
      const isFirst =
        this.bytes.readUInt16LE(page + HEAD.flags) === 4 && this.bytes.readUInt32LE(page + HEAD.lower) > 1;
      return isFirst && this.bytes.readUInt8(page + HEAD.length) % 3 !== 0;
    });
    return found! / PAGE;
  }
}

/** The life of one session: opened, renewed, and every third one erased. */
async function live(store: Store, index: number, chunkBytes: number): Promise<void> {
  const session = String(index).padStart(43, '-');
  // Small values are stored in a tree page, large ones on separate pages.
  const chunks = [new Uint8Array(chunkBytes).fill(index), Uint8Array.of(index)];
  await store.write(writeOf(session, { syncAt: index, chunks }));
  await store.write(writeOf(session, { baseVersion: 1, version: 2, chunksKept: 2, syncAt: index + 1 }));
  if (index % 3 === 0) await store.erase(session);
}

/** All data that a store returns about its sessions. */
export async function truthOf(store: Store, sessions: number): Promise<Truth> {
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const truth: Record<string, readonly string[]> = {};
  for (let index = 0; index < sessions; index++) {
    const session = String(index).padStart(43, '-');
    const state = await store.state(session);
    if (!state) continue;
    truth[session] = [String(state.version), digest(state.blob), ...state.chunks.map(digest)];
  }
  return truth;
}
