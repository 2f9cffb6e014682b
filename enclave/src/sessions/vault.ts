/**
 * The vault holds the sessions that are open in this process. It opens a session from its sealed state when it is not
 * open, and seals it again when it changes. The vault is only a cache: the next request brings back what it forgets.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
import type { Random } from '@perf-aggregator/shared/random';
import { Recent } from '@perf-aggregator/shared/recent';
import type { StateWrite, StoredState } from '@perf-aggregator/shared/wire/envelope';
import { Refusal } from '../errors.ts';
import { type Observations, toRecords } from './formats/observations.ts';
import { encodeState, type SessionState } from './formats/state.ts';
import { Ledger } from './ledger.ts';
import { growLog, treeOf } from './log/ledger-log.ts';
import { MemorySessions } from './memory.ts';
import { openStored } from './opening.ts';
import { type SealingContext, sealBlob } from './sealing.ts';
import { openSession, type Session } from './session.ts';

/** The parent must send the session's stored state with the request. */
export class StateRequired extends Error {}

/** How a request names its session. */
export interface SessionReference {
  readonly session: string | null;
  readonly version: number | null;
  readonly state: StoredState | null;
}

/** What the vault needs. */
export interface VaultOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly sealingBase: Uint8Array;
  /**
   * How many sealed sessions are kept open. Sessions that live only in memory have the same number of places, apart
   * from these.
   */
  readonly capacity: number;
}

const NOTHING = new Uint8Array();
const CONFLICT_RETRY_MS = 100;
/**
 * For each place, the vault remembers the latest version of this many sessions. That is more sessions than change while
 * one change runs.
 */
const KNOWN_PER_PLACE = 64;

/** Open sessions. */
export class Vault {
  readonly #options: VaultOptions;
  /** Random. Only this process knows it: see `chunk.ts`. */
  readonly #bootKey: Uint8Array;
  readonly #sealed: Recent<string, Session>;
  readonly #memory: MemorySessions;
  /** The version at which a session was last opened or written here. Infinity once the session is forgotten. */
  readonly #latest: Recent<string, number>;

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#sealed = new Recent(options.capacity);
    this.#memory = new MemorySessions(options.capacity);
    this.#latest = new Recent(KNOWN_PER_PLACE * options.capacity);
    this.#bootKey = options.random.bytes(32);
  }

  /** Sessions open now. */
  get size(): number {
    return this.#sealed.size + this.#memory.size;
  }

  /**
   * The session that a request means, at the version that the parent has stored.
   * @throws StateRequired; Refusal `session_unknown`, `session_expired`, `session_lost`, `state_rejected`,
   *   `state_version_unsupported`
   */
  find(reference: SessionReference): Session {
    const { session: id, version } = reference;
    if (id === null || version === null) throw new Refusal('session_unknown', 'no such session');
    const session =
      this.#living(id, version) ?? this.#cached(id, version) ?? this.#open(id, version, reference.state);
    if (this.#options.clock.now() >= session.state.expiresAt) {
      this.forget(id);
      throw new Refusal('session_expired', 'the session has expired');
    }
    return session;
  }

  /**
   * Makes `state` the session's next version, and appends `observations` to its ledger.
   *
   * The write is refused when something changed or ended the session since `previous` was found. A parent that died can
   * leave changes under way here. What they would write never reaches the store of the next parent.
   * @param syncAt - when the parent should send the next `sync`; null: never
   * @param source - for a new session, the source that asked for it, by the parent's name for that source
   * @returns what the parent must store before it answers
   * @throws Refusal `state_conflict`; `sessions_full` for a new session that lives in memory
   */
  write(
    previous: Session | null,
    state: SessionState,
    observations: Observations,
    syncAt: number | null,
    source: string | null = null,
  ): { readonly session: Session; readonly write: StateWrite } {
    if (previous && (this.#latest.peek(state.id) ?? 0) > previous.state.version) {
      throw new Refusal('state_conflict', 'the session changed meanwhile', {
        retryAfterMs: CONFLICT_RETRY_MS,
      });
    }
    const grown = this.#grow(previous, state, observations);
    const session = openSession(grown.state, grown.ledger, previous);
    this.#keep(session, previous === null, source);
    const { id, version, expiresAt } = grown.state;
    const sealed = state.persistence === 'sealed';
    const write: StateWrite = {
      session: id,
      baseVersion: previous?.storedVersion ?? 0,
      version,
      expiresAt,
      syncAt,
      blob: sealed
        ? this.#seal({ kind: 'session', session: id, version }, encodeState(grown.state))
        : NOTHING,
      chunksKept: sealed ? grown.chunksKept : 0,
      chunks: sealed ? grown.chunks : [],
    };
    return { session, write };
  }

  /** Forgets a session. Changes to it that are still under way are then refused. */
  forget(id: string): void {
    this.#sealed.delete(id);
    this.#memory.delete(id);
    this.#latest.set(id, Number.POSITIVE_INFINITY);
  }

  /** The state and the ledger with `observations` at the end, and what the parent keeps and gets of sealed chunks. */
  #grow(
    previous: Session | null,
    state: SessionState,
    observations: Observations,
  ): {
    readonly state: SessionState;
    readonly ledger: Ledger;
    readonly chunksKept: number;
    readonly chunks: Uint8Array[];
  } {
    const { id: session, log } = state;
    const migration = previous?.migration ?? null;
    const records = toRecords(observations);
    const now = this.#options.clock.now();
    const arrival = { records, provenance: 'fetched', session, bootKey: this.#bootKey, now } as const;
    const grown = growLog(log, migration?.head ?? state.ledgerHead, arrival);
    const before = treeOf(log).size;
    const closed = grown.chunks.map((plaintext, i) =>
      this.#seal({ kind: 'batch', session, index: before + i }, plaintext),
    );
    let ledger = previous?.ledger ?? new Ledger();
    if (records.length > 0) {
      ledger = ledger.fork();
      ledger.append(observations, 'fetched');
    }
    return {
      state: { ...state, log: grown.log, ledgerHead: grown.head },
      ledger,
      chunksKept: migration === null ? before : 0,
      chunks: [...(migration?.chunks ?? []), ...closed],
    };
  }

  #seal(context: SealingContext, plaintext: Uint8Array): Uint8Array {
    return sealBlob(this.#options.sealingBase, this.#options.random, context, plaintext);
  }

  /** A session that lives in memory is found here, whatever the parent's record of it states. */
  #living(id: string, version: number): Session | null {
    const session = this.#memory.get(id);
    return session ? { ...session, storedVersion: version } : null;
  }

  #cached(id: string, version: number): Session | null {
    // A session that is open at another version does not count as used.
    if (this.#sealed.peek(id)?.state.version !== version) return null;
    return this.#sealed.get(id) ?? null;
  }

  #open(id: string, version: number, stored: StoredState | null): Session {
    if (!stored) throw new StateRequired();
    const { sealingBase, random, clock } = this.#options;
    const keys = { sealingBase, bootKey: this.#bootKey, random, now: clock.now() };
    const session = openStored(keys, id, version, stored);
    this.#keep(session, false, null);
    return session;
  }

  #keep(session: Session, isNew: boolean, source: string | null): void {
    const { id, version, persistence } = session.state;
    if (persistence === 'sealed') this.#sealed.set(id, session);
    else if (isNew) this.#memory.admit(session, source, this.#options.clock.now());
    else this.#memory.replace(session);
    this.#latest.set(id, version);
  }
}
