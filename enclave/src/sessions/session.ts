/**
 * An open session: its state, its ledger, and the results computed from them. A session is a value, and a change makes
 * a new one.
 */
import { Books } from './books.ts';
import { Computed } from './computed.ts';
import { EMPTY_HEAD, type SessionState } from './formats/state.ts';
import type { Ledger } from './ledger.ts';

/** A session at one version. */
export interface Session {
  readonly state: SessionState;
  /**
   * The version that the parent has stored. It is behind the state's version when a session lives in memory and a write
   * was lost.
   */
  readonly storedVersion: number;
  readonly ledger: Ledger;
  /** What the next write of a session stores that came as a release before batches stored it. Null: nothing. */
  readonly migration: Migration | null;
  /** Results by parameters. */
  readonly computed: Computed;
  /** The books that results are computed from. They outlive versions, and check what each ledger holds. */
  readonly books: Books;
}

/** A ledger in the new form, of which the parent has nothing yet. The session blob still names the old head. */
export interface Migration {
  /** Sealed chunks of all closed batches. */
  readonly chunks: readonly Uint8Array[];
  /** Head of the log, hex. */
  readonly head: string;
}

/**
 * A session from its parts. It has nothing to migrate.
 * @param previous - the session's previous version; its results are kept where ledger and accounts are the same
 */
export function openSession(state: SessionState, ledger: Ledger, previous: Session | null = null): Session {
  const isSame = previous?.ledger === ledger && previous.state.accounts === state.accounts;
  return {
    state,
    storedVersion: state.version,
    ledger,
    migration: null,
    computed: isSame ? previous.computed : new Computed(),
    books: previous?.books ?? new Books(),
  };
}

/** Ledger head as clients see it. Null before the first entry. */
export function publicHead(state: SessionState): string | null {
  return state.ledgerHead === EMPTY_HEAD ? null : state.ledgerHead;
}
