/** A store that its operator can inspect, roll back and alter, as a hostile parent can with its database. */
import type { Store, WriteOutcome } from '@perf-aggregator/parent/storage/port';
import type { GenesisRecord } from '@perf-aggregator/shared/wire/boot';
import type { StateWrite, StoredState } from '@perf-aggregator/shared/wire/envelope';

interface Stored extends StoredState {
  readonly expiresAt: number;
  readonly syncAt: number | null;
}

/** Keeps everything in maps, including every state of a session. */
export class MemoryStore implements Store {
  readonly sessions = new Map<string, Stored>();
  readonly #onWrite: (bytes: Uint8Array) => void;
  record: GenesisRecord | null = null;

  constructor(onWrite: (bytes: Uint8Array) => void) {
    this.#onWrite = onWrite;
  }

  genesis() {
    return Promise.resolve(this.record);
  }

  putGenesis(record: GenesisRecord) {
    this.record ??= record;
    for (const bytes of [record.blob, record.evidence]) this.#onWrite(bytes);
    return Promise.resolve(this.record);
  }

  session(id: string) {
    return Promise.resolve(this.sessions.get(id) ?? null);
  }

  state(id: string) {
    const stored = this.sessions.get(id);
    return Promise.resolve(stored ? plainState(stored) : null);
  }

  write(write: StateWrite): Promise<WriteOutcome> {
    const { session, baseVersion, version, expiresAt, syncAt, blob, chunks, chunksKept } = write;
    const previous = this.sessions.get(session);
    if ((previous?.version ?? 0) !== baseVersion) return Promise.resolve('conflict');
    const kept = previous?.chunks.slice(0, chunksKept) ?? [];
    this.sessions.set(session, { version, expiresAt, syncAt, blob, chunks: [...kept, ...chunks] });
    for (const bytes of [blob, ...chunks]) this.#onWrite(bytes);
    return Promise.resolve('stored');
  }

  postpone(id: string, syncAt: number) {
    const stored = this.sessions.get(id);
    if (stored && stored.syncAt !== null) this.sessions.set(id, { ...stored, syncAt });
    return Promise.resolve();
  }

  erase(id: string) {
    this.sessions.delete(id);
    return Promise.resolve();
  }

  due() {
    return Promise.resolve([]);
  }

  eraseExpired() {
    return Promise.resolve(0);
  }

  count() {
    return Promise.resolve(this.sessions.size);
  }

  close() {
    return Promise.resolve();
  }

  /** Replaces the stored state of a session by `state`. */
  replace(id: string, state: StoredState): void {
    this.sessions.set(id, { ...this.sessions.get(id)!, ...state });
  }
}

/** The state in the form in which a parent sends it. */
export function plainState({ version, blob, chunks }: StoredState): StoredState {
  return { version, blob, chunks };
}
