/** The ledger of a session: what was observed of its accounts, entry by entry and price by price. */
import { EntryLog, MarkLog } from '@perf-aggregator/analytics';
import type { Provenance } from './formats/chunk.ts';
import type { Observations } from './formats/observations.ts';

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

  /** Takes observations that are part of the sealed ledger. Of copies of an entry the first one counts (ADR 0014). */
  append(observations: Observations, provenance: Provenance): void {
    const before = this.entries.length;
    for (const entry of observations.entries) this.entries.push(entry);
    for (const mark of observations.marks) this.marks.push(mark);
    this.provenance[provenance] += this.entries.length - before;
  }

  /**
   * What of `observations` the ledger does not have yet, each once: venues repeat themselves, so do restarts. A copy
   * that is the first to contradict an entry is one of them: sealed with the others, it shows that the venue said both.
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

  /** A ledger with the same content that can grow without changing this one. */
  fork(): Ledger {
    return new Ledger(this);
  }

  /** Whether the other ledger began as this one. */
  isBeginningOf(other: Ledger): boolean {
    return this.entries.isBeginningOf(other.entries) && this.marks.isBeginningOf(other.marks);
  }
}
