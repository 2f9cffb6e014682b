/** The ledger of a session: the observations of its accounts, each once and in order, by kind. */
import { EntryLog, type LedgerEntry, MarkLog } from '@perf-aggregator/analytics';
import type { Provenance } from './formats/chunk.ts';
import type { Observations } from './formats/observations.ts';
import { RecordLog } from './record-log.ts';
import type { AccountSnapshotRecord, GapRecord, QuarantinedRecord } from './records/record.ts';

/** The ledger of a session as observed so far. It grows only at its end. */
export class Ledger {
  readonly entries: EntryLog;
  readonly marks: MarkLog;
  readonly snapshots: RecordLog<AccountSnapshotRecord>;
  readonly gaps: RecordLog<GapRecord>;
  readonly quarantined: RecordLog<QuarantinedRecord>;
  /** How many entries this process fetched, and how many came from sealed storage. */
  readonly provenance: Record<Provenance, number>;

  /** @param before - the ledger whose content the new one shares, without a copy; each then grows on its own */
  constructor(before?: Ledger) {
    this.entries = before?.entries.fork() ?? new EntryLog();
    this.marks = before?.marks.fork() ?? new MarkLog();
    this.snapshots = before?.snapshots.fork() ?? new RecordLog();
    this.gaps = before?.gaps.fork() ?? new RecordLog();
    this.quarantined = before?.quarantined.fork() ?? new RecordLog();
    this.provenance = { fetched: 0, sealed: 0, ...before?.provenance };
  }

  /** Adds observations that are part of the sealed ledger. The first copy of an entry counts (ADR 0014). */
  append(observations: Observations, provenance: Provenance): void {
    const before = this.entries.length;
    const { entries, marks, snapshots = [], gaps = [], quarantined = [] } = observations;
    for (const entry of entries) this.entries.push(entry);
    for (const mark of marks) this.marks.push(mark);
    for (const snapshot of snapshots) this.snapshots.push(snapshot);
    for (const gap of gaps) this.gaps.push(gap);
    for (const row of quarantined) this.quarantined.push(row);
    this.provenance[provenance] += this.entries.length - before;
  }

  /**
   * The observations that the ledger does not have yet, each once. Venues repeat themselves, and a restart reads some
   * again. The first copy that contradicts an entry is kept too. It is sealed with the others, and shows that the venue
   * gave both.
   */
  fresh(observations: Observations): Required<Observations> {
    const batch = new Ledger();
    const { entries, marks, snapshots = [], gaps = [], quarantined = [] } = observations;
    return {
      entries: entries.filter((entry) => this.entries.isNews(entry) && batch.entries.push(entry)),
      marks: marks.filter((mark) => this.marks.isNews(mark) && batch.marks.push(mark)),
      snapshots: snapshots.filter((each) => this.snapshots.isNews(each) && batch.snapshots.push(each)),
      gaps: gaps.filter((gap) => this.gaps.isNews(gap) && batch.gaps.push(gap)),
      quarantined: quarantined.filter((row) => this.quarantined.isNews(row) && batch.quarantined.push(row)),
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

  /** Whether the other ledger starts with the entries and prices of this one. The rest is in no book. */
  isBeginningOf(other: Ledger): boolean {
    return this.entries.isBeginningOf(other.entries) && this.marks.isBeginningOf(other.marks);
  }
}
