/** The embedded store: LMDB in one process. Every commit is on disk before its promise resolves. */
import { mkdirSync } from 'node:fs';
import type { GenesisRecord } from '@perf-aggregator/shared/wire/boot';
import type { StateWrite, StoredState } from '@perf-aggregator/shared/wire/envelope';
import { type Database, type DatabaseOptions, open, type RootDatabase } from 'lmdb';
import { StoreError } from './errors.ts';
import type { SessionRecord, Store, WriteOutcome } from './port.ts';
import { SOUNDNESS_LIMITS, soundnessFault } from './soundness.ts';

type DueKey = [syncAt: number, session: string];
type ChunkKey = [session: string, index: number];
type StoredRecord = SessionRecord & { readonly chunks: number };

/** By default each value carries its structure, and every read compiles it. (lmdb's types lack this option.) */
const PLAIN_OBJECTS: DatabaseOptions & { readonly encoder: object } = { encoder: { useRecords: false } };

/**
 * Opens the store in folder `path`, and makes the folder if it is absent. Another process checks the store first.
 * @throws StoreError `store_unopened`; `store_corrupt` when what is there is no database or a damaged one
 */
export function openLmdbStore(path: string, limits = SOUNDNESS_LIMITS): Store {
  try {
    // For its owner only. The content is sealed, and still nobody else needs it.
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const fault = soundnessFault(path, limits);
    if (fault !== null) throw new StoreError('store_corrupt', `the store at ${path} is damaged: ${fault}`);
    // Without overlapping syncs a commit resolves only after its pages are on disk.
    return new LmdbStore(open({ path, overlappingSync: false, maxDbs: 8 }));
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    throw new StoreError('store_unopened', `the store at ${path} cannot be opened`, cause);
  }
}

class LmdbStore implements Store {
  readonly #root: RootDatabase;
  readonly #meta: Database<Uint8Array, string>;
  readonly #records: Database<StoredRecord, string>;
  readonly #blobs: Database<Uint8Array, string>;
  readonly #chunks: Database<Uint8Array, ChunkKey>;
  readonly #due: Database<true, DueKey>;

  constructor(root: RootDatabase) {
    this.#root = root;
    this.#meta = root.openDB('meta', { encoding: 'binary' });
    this.#records = root.openDB('records', PLAIN_OBJECTS);
    this.#blobs = root.openDB('blobs', { encoding: 'binary' });
    this.#chunks = root.openDB('chunks', { encoding: 'binary' });
    this.#due = root.openDB('due', {});
  }

  genesis(): Promise<GenesisRecord | null> {
    return this.#read(() => this.#genesis());
  }

  putGenesis(record: GenesisRecord): Promise<GenesisRecord> {
    return this.#change(() => {
      const stored = this.#genesis();
      if (stored) return stored;
      this.#put(this.#meta, 'genesis-blob', record.blob);
      this.#put(this.#meta, 'genesis-evidence', record.evidence);
      return record;
    });
  }

  session(id: string): Promise<SessionRecord | null> {
    return this.#read(() => this.#record(id));
  }

  state(id: string): Promise<StoredState | null> {
    // One synchronous read sees one snapshot.
    return this.#read(() => {
      const record = this.#record(id);
      if (!record) return null;
      const chunks: Uint8Array[] = [];
      for (let index = 0; index < record.chunks; index++) {
        const chunk = this.#chunks.get([id, index]);
        // The enclave notices the missing chunk.
        if (!chunk) break;
        chunks.push(bytes(chunk));
      }
      return { version: record.version, blob: bytes(this.#blobs.get(id)), chunks };
    });
  }

  write(write: StateWrite): Promise<WriteOutcome> {
    return this.#change(() => {
      const { session, chunks, chunksKept } = write;
      const previous = this.#record(session);
      if ((previous?.version ?? 0) !== write.baseVersion) return 'conflict';
      if (previous?.syncAt != null) this.#remove(this.#due, [previous.syncAt, session]);
      for (const [offset, chunk] of chunks.entries())
        this.#put(this.#chunks, [session, chunksKept + offset], chunk);
      const count = chunksKept + chunks.length;
      // What the write neither keeps nor replaces goes in the same transaction.
      if (previous && previous.chunks > count) this.#removeChunks(session, count);
      this.#put(this.#blobs, session, write.blob);
      this.#put(this.#records, session, {
        version: write.version,
        expiresAt: write.expiresAt,
        syncAt: write.syncAt,
        chunks: count,
      });
      if (write.syncAt !== null) this.#put(this.#due, [write.syncAt, session], true);
      return 'stored';
    });
  }

  postpone(id: string, syncAt: number): Promise<void> {
    return this.#change(() => {
      const record = this.#record(id);
      if (!record || record.syncAt === null) return;
      this.#remove(this.#due, [record.syncAt, id]);
      this.#put(this.#records, id, { ...record, syncAt });
      this.#put(this.#due, [syncAt, id], true);
    });
  }

  erase(id: string): Promise<void> {
    return this.#change(() => this.#erase(id));
  }

  due(now: number, limit: number): Promise<string[]> {
    return this.#read(() => {
      const range = this.#due.getKeys({ end: [now + 1, ''], limit });
      return [...range].map(([, session]) => session);
    });
  }

  eraseExpired(now: number): Promise<number> {
    return this.#change(() => {
      const expired = [...this.#records.getKeys()].filter((id) => this.#isExpired(id, now));
      for (const id of expired) this.#erase(id);
      return expired.length;
    });
  }

  count(): Promise<number> {
    return this.#read(() => this.#records.getCount());
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #genesis(): GenesisRecord | null {
    const blob = this.#meta.get('genesis-blob');
    const evidence = this.#meta.get('genesis-evidence');
    return blob && evidence ? { blob: bytes(blob), evidence: bytes(evidence) } : null;
  }

  /** @throws StoreError `store_corrupt` */
  #record(id: string): StoredRecord | null {
    const record: unknown = this.#records.get(id);
    if (record === undefined) return null;
    if (!isRecord(record)) throw new StoreError('store_corrupt', 'the record of a session is damaged');
    return record;
  }

  /** A session whose record cannot be read is left to the operator. */
  #isExpired(id: string, now: number): boolean {
    try {
      const record = this.#record(id);
      return record !== null && record.expiresAt <= now;
    } catch {
      return false;
    }
  }

  #erase(id: string): void {
    const record = this.#record(id);
    if (!record) return;
    if (record.syncAt !== null) this.#remove(this.#due, [record.syncAt, id]);
    this.#removeChunks(id, 0);
    this.#remove(this.#blobs, id);
    this.#remove(this.#records, id);
  }

  /** Removes the chunks of a session from an index on. */
  #removeChunks(id: string, from: number): void {
    const keys = this.#chunks.getKeys({ start: [id, from], end: [id, Number.MAX_SAFE_INTEGER] });
    for (const key of [...keys]) this.#remove(this.#chunks, key);
  }

  // Inside a transaction these promises resolve with the transaction and carry nothing more.
  #put<V, K extends string | DueKey | ChunkKey>(database: Database<V, K>, key: K, value: V): void {
    void database.put(key, value);
  }

  #remove<V, K extends string | DueKey | ChunkKey>(database: Database<V, K>, key: K): void {
    void database.remove(key);
  }

  #read<T>(get: () => T): Promise<T> {
    try {
      return Promise.resolve(get());
    } catch (cause) {
      if (cause instanceof StoreError) return Promise.reject(cause);
      return Promise.reject(new StoreError('store_failed', 'the store cannot be read', cause));
    }
  }

  async #change<T>(apply: () => T): Promise<T> {
    try {
      // A child transaction, because only such a one takes everything back when `apply` throws.
      return await this.#root.childTransaction(apply);
    } catch (cause) {
      if (cause instanceof StoreError) throw cause;
      throw new StoreError('store_failed', 'the store cannot be written', cause);
    }
  }
}

/** Whether the value is a record. Damage to a value does not show in the structure around it. */
function isRecord(value: unknown): value is StoredRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { version, expiresAt, syncAt, chunks } = value as Partial<StoredRecord>;
  const isCount = (count: unknown) => Number.isSafeInteger(count) && Number(count) >= 0;
  return (
    isCount(version) &&
    isCount(chunks) &&
    Number.isFinite(expiresAt) &&
    (syncAt === null || Number.isFinite(syncAt))
  );
}

/** Copies the bytes, because LMDB reuses its buffers. */
function bytes(value: Uint8Array | undefined): Uint8Array {
  return value ? new Uint8Array(value) : new Uint8Array();
}
