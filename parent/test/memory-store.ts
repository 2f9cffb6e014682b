/** A store in memory that a test can let fail, for components that use a store. */
import type { GenesisRecord } from '@perf-aggregator/shared/wire/boot';
import type { StateWrite, StoredState } from '@perf-aggregator/shared/wire/envelope';
import { StoreError } from '../src/storage/errors.ts';
import type { SessionRecord, Store, WriteOutcome } from '../src/storage/port.ts';

/** The implementation of the port, and a switch for failures. */
export class MemoryStore implements Store {
  readonly writes = new Map<string, StateWrite>();
  readonly erased: string[] = [];
  failing = false;
  genesisRecord: GenesisRecord | null = null;

  genesis(): Promise<GenesisRecord | null> {
    return this.#do(() => this.genesisRecord);
  }

  putGenesis(record: GenesisRecord): Promise<GenesisRecord> {
    return this.#do(() => (this.genesisRecord ??= record));
  }

  session(id: string): Promise<SessionRecord | null> {
    // Reading still works when the disk is full.
    const write = this.writes.get(id);
    return Promise.resolve(
      write ? { version: write.version, expiresAt: write.expiresAt, syncAt: write.syncAt } : null,
    );
  }

  state(id: string): Promise<StoredState | null> {
    const write = this.writes.get(id);
    return Promise.resolve(
      write ? { version: write.version, blob: write.blob, chunks: [...write.chunks] } : null,
    );
  }

  write(write: StateWrite): Promise<WriteOutcome> {
    return this.#do(() => {
      if ((this.writes.get(write.session)?.version ?? 0) !== write.baseVersion) return 'conflict';
      this.writes.set(write.session, write);
      return 'stored';
    });
  }

  postpone(id: string, syncAt: number): Promise<void> {
    return this.#do(() => {
      const write = this.writes.get(id);
      if (write && write.syncAt !== null) this.writes.set(id, { ...write, syncAt });
    });
  }

  erase(id: string): Promise<void> {
    return this.#do(() => {
      this.writes.delete(id);
      this.erased.push(id);
    });
  }

  due(now: number, limit: number): Promise<string[]> {
    return this.#do(() =>
      [...this.writes.values()]
        .filter(({ syncAt }) => syncAt !== null && syncAt <= now)
        .sort((a, b) => a.syncAt! - b.syncAt!)
        .slice(0, limit)
        .map(({ session }) => session),
    );
  }

  eraseExpired(now: number): Promise<number> {
    return this.#do(() => {
      const expired = [...this.writes.values()].filter(({ expiresAt }) => expiresAt <= now);
      for (const { session } of expired) this.writes.delete(session);
      return expired.length;
    });
  }

  count(): Promise<number> {
    return this.#do(() => this.writes.size);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #do<T>(apply: () => T): Promise<T> {
    if (this.failing) return Promise.reject(new StoreError('store_failed', 'the disk is full'));
    return Promise.resolve(apply());
  }
}

/** A session id made of 43 equal characters. */
export function sessionOf(character: string): string {
  return character.repeat(43);
}

/** The write of the first version of a session. */
export function writeOf(session: string, changes: Partial<StateWrite> = {}): StateWrite {
  const blob = Uint8Array.of(1);
  return {
    session,
    baseVersion: 0,
    version: 1,
    expiresAt: 1_000,
    syncAt: null,
    blob,
    chunksKept: 0,
    chunks: [],
    ...changes,
  };
}
