/** The ledger of a session: the observations of its accounts, entry by entry and price by price. */
import { EntryLog, type LedgerEntry, MarkLog } from '@perf-aggregator/analytics';
import type { Provenance } from './formats/chunk.ts';
import type { Observations } from './formats/observations.ts';

/** The ledger of a session as observed so far. It grows only at its end. */
export class Ledger {
  readonly entries: EntryLog;
  readonly marks: MarkLog;
  readonly provenance: Record<Provenance, number>;

  /** @param before - the ledger whose content the new one shares, without a copy; each then grows on its own */
  constructor(before?: Ledger) {
    this.entries = before?.entries.fork() ?? new EntryLog();
    this.marks = before?.marks.fork() ?? new MarkLog();
    this.provenance = { fetched: 0, sealed: 0, ...before?.provenance };
  }

  /** Adds observations that are part of the sealed ledger. The first copy of an entry counts (ADR 0014). */
  append(observations: Observations, provenance: Provenance): void {
    const before = this.entries.length;
    for (const entry of observations.entries) this.entries.push(entry);
    for (const mark of observations.marks) this.marks.push(mark);
    this.provenance[provenance] += this.entries.length - before;
  }

  /**
   * The observations that the ledger does not have yet, each once. Venues repeat themselves, and a restart reads some
   * again. The first copy that contradicts an entry is kept too. It is sealed with the others, and shows that the venue
   * gave both.
   */
  fresh(observations: Observations): Observations {
    const batch = new Ledger();
    return {
      entries: observations.entries.filter(
        (entry) => this.entries.isNews(entry) && batch.entries.push(entry),
      ),
      marks: observations.marks.filter((mark) => this.marks.isNews(mark) && batch.marks.push(mark)),
    };
  }

  /** Whether there is an entry of this identity: none, the same, or one with another content. */
  standingOf(entry: LedgerEntry): 'none' | 'same' | 'other' {
    return this.entries.standingOf(entry);
  }

  /** The entries of one account, in the order of their arrival. */
  *entriesOf(account: string): Iterable<LedgerEntry> {
    for (const entry of this.entries) if (entry.account === account) yield entry;
  }

  /** A ledger with the same content that can grow without changing this one. */
  fork(): Ledger {
    return new Ledger(this);
  }

  /** Whether the other ledger starts with the content of this one. */
  isBeginningOf(other: Ledger): boolean {
    return this.entries.isBeginningOf(other.entries) && this.marks.isBeginningOf(other.marks);
  }
}
