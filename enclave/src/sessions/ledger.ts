/** The ledger of a session: what was observed of its accounts, entry by entry and price by price. */
import { EntryLog, identityOf } from '@perf-aggregator/analytics';
import type { Provenance } from './formats/chunk.ts';
import type { Observations } from './formats/observations.ts';
import { MarkLog, markIdentity } from './mark-log.ts';

/** The ledger of a session as observed so far; grows only at its end. */
export class Ledger {
  readonly entries: EntryLog;
  readonly marks: MarkLog;
  readonly provenance: Record<Provenance, number>;

  /** @param before - whose content it has; the two grow apart without a copy of it */
  constructor(before?: Ledger) {
    this.entries = before?.entries.fork() ?? new EntryLog();
    this.marks = before?.marks.fork() ?? new MarkLog();
    this.provenance = { fetched: 0, sealed: 0, ...before?.provenance };
  }

  /** Takes observations that are part of the sealed ledger. */
  append(observations: Observations, provenance: Provenance): void {
    for (const entry of observations.entries) this.entries.push(entry);
    for (const mark of observations.marks) this.marks.push(mark);
    this.provenance[provenance] += observations.entries.length;
  }

  /** What of `observations` is not in the ledger yet, each once: venues repeat themselves, so do restarts. */
  fresh(observations: Observations): Observations {
    return {
      entries: unseen(observations.entries, identityOf, (identity) => this.entries.has(identity)),
      marks: unseen(observations.marks, markIdentity, (identity) => this.marks.has(identity)),
    };
  }

  /** A ledger with the same content that can grow without changing this one. */
  fork(): Ledger {
    return new Ledger(this);
  }

  /** Whether the other ledger began as this one. */
  isBeginningOf(other: Ledger): boolean {
    return this.entries.isBeginningOf(other.entries) && this.marks.isBeginningOf(other.marks);
  }
}

function unseen<T>(
  items: readonly T[],
  identity: (item: T) => string,
  isKnown: (identity: string) => boolean,
): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const name = identity(item);
    if (isKnown(name) || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}
