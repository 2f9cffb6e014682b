/**
 * The port to the parent's store: opaque blobs, versions and instants. For genesis the first writer wins. Only the next
 * version can replace a session's state.
 */
import type { GenesisRecord } from '@perf-aggregator/shared/wire/boot';
import type { StateWrite, StoredState } from '@perf-aggregator/shared/wire/envelope';

/** What the parent knows of a session. */
export interface SessionRecord {
  readonly version: number;
  /** ms */
  readonly expiresAt: number;
  /** When the next `sync` is due, ms; null: never. */
  readonly syncAt: number | null;
}

/** Whether a write took place. `conflict`: the stored version is not the one that the write replaces. */
export type WriteOutcome = 'stored' | 'conflict';

/** The store. When a promise resolves, its result is on disk. @throws StoreError */
export interface Store {
  genesis(): Promise<GenesisRecord | null>;
  /** Stores `record` unless there is one. @returns what is stored now */
  putGenesis(record: GenesisRecord): Promise<GenesisRecord>;
  session(id: string): Promise<SessionRecord | null>;
  /** Blob and chunks of one version, read in one snapshot. */
  state(id: string): Promise<StoredState | null>;
  /** Blob, record and chunks change together or not at all. Chunks that are not kept are replaced or removed. */
  write(write: StateWrite): Promise<WriteOutcome>;
  /** Moves the instant at which `sync` is due, if the session has one. The state does not change. */
  postpone(id: string, syncAt: number): Promise<void>;
  erase(id: string): Promise<void>;
  /** Sessions whose `sync` is due, the longest overdue first. */
  due(now: number, limit: number): Promise<string[]>;
  /** Erases sessions that expired. @returns how many */
  eraseExpired(now: number): Promise<number>;
  /** Sessions stored. */
  count(): Promise<number>;
  close(): Promise<void>;
}
