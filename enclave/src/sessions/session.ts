/** An open session: its state, its ledger, and what was computed from them. Values; a change makes a new one. */
import { identityOf, type LedgerEntry, type Mark } from '@perf-aggregator/analytics';
import type { Observations, Provenance } from './chunk.ts';
import { Computed } from './computed.ts';
import { EMPTY_HEAD, type SessionState } from './state.ts';

/** The ledger of a session as observed so far; grows only at its end. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];
  readonly marks: Mark[] = [];
  readonly provenance: Record<Provenance, number> = { fetched: 0, sealed: 0 };
  readonly #identities = new Set<string>();
  readonly #markIdentities = new Set<string>();

  /** Takes observations that are part of the sealed ledger. */
  append(observations: Observations, provenance: Provenance): void {
    for (const entry of observations.entries) {
      this.#identities.add(identityOf(entry));
      this.entries.push(entry);
    }
    for (const mark of observations.marks) {
      this.#markIdentities.add(markIdentity(mark));
      this.marks.push(mark);
    }
    this.provenance[provenance] += observations.entries.length;
  }

  /** What of `observations` is not in the ledger yet, each once: venues repeat themselves, so do restarts. */
  fresh(observations: Observations): Observations {
    return {
      entries: unseen(observations.entries, identityOf, this.#identities),
      marks: unseen(observations.marks, markIdentity, this.#markIdentities),
    };
  }

  /** A ledger with the same content that can grow without changing this one. */
  fork(): Ledger {
    const copy = new Ledger();
    copy.append({ entries: this.entries, marks: this.marks }, 'sealed');
    Object.assign(copy.provenance, this.provenance);
    return copy;
  }
}

/** A session of one version. */
export interface Session {
  readonly state: SessionState;
  /** Version that the parent has: behind the state's where a session lives in memory and a write was lost. */
  readonly storedVersion: number;
  readonly ledger: Ledger;
  /** Results by parameters. */
  readonly computed: Computed;
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
  };
}

/** Ledger head as clients see it: null before the first entry. */
export function publicHead(state: SessionState): string | null {
  return state.ledgerHead === EMPTY_HEAD ? null : state.ledgerHead;
}

function markIdentity(mark: Mark): string {
  return `${mark.venue}\n${mark.asset}\n${mark.quote}\n${mark.resolution}\n${mark.time}`;
}

function unseen<T>(items: readonly T[], identity: (item: T) => string, known: ReadonlySet<string>): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const name = identity(item);
    if (known.has(name) || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}
