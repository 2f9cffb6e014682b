/** An open session: its state, its ledger, and what was computed from them. Values; a change makes a new one. */
import { Books } from './books.ts';
import { Computed } from './computed.ts';
import { EMPTY_HEAD, type SessionState } from './formats/state.ts';
import type { Ledger } from './ledger.ts';

/** A session of one version. */
export interface Session {
  readonly state: SessionState;
  /** Version that the parent has: behind the state's where a session lives in memory and a write was lost. */
  readonly storedVersion: number;
  readonly ledger: Ledger;
  /** Results by parameters. */
  readonly computed: Computed;
  /** What results are computed from; it outlives versions, and looks at what each ledger holds by itself. */
  readonly books: Books;
}

/**
 * A session from its parts.
 * @param previous - its version before: what was computed of it stays where ledger and accounts are the same
 */
export function openSession(state: SessionState, ledger: Ledger, previous: Session | null = null): Session {
  const isSame = previous?.ledger === ledger && previous.state.accounts === state.accounts;
  return {
    state,
    storedVersion: state.version,
    ledger,
    computed: isSame ? previous.computed : new Computed(),
    books: previous?.books ?? new Books(),
  };
}

/** Ledger head as clients see it: null before the first entry. */
export function publicHead(state: SessionState): string | null {
  return state.ledgerHead === EMPTY_HEAD ? null : state.ledgerHead;
}
