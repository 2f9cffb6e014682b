/** What a synchronisation step observed, by kind, and the same as records in the order of arrival. */
import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import type { AccountSnapshotRecord, GapRecord, LedgerRecord, QuarantinedRecord } from '../records/record.ts';

/** What one synchronisation step observed. What is left out was not observed. */
export interface Observations {
  readonly entries: readonly LedgerEntry[];
  readonly marks: readonly Mark[];
  readonly snapshots?: readonly AccountSnapshotRecord[];
  readonly gaps?: readonly GapRecord[];
  readonly quarantined?: readonly QuarantinedRecord[];
}

/** Records of observations: entries, prices, snapshots, gaps and quarantined rows, each in their order. */
export function toRecords({ entries, marks, snapshots, gaps, quarantined }: Observations): LedgerRecord[] {
  return [
    ...entries,
    ...marks.map((mark) => ({ kind: 'mark' as const, ...mark })),
    ...(snapshots ?? []),
    ...(gaps ?? []),
    ...(quarantined ?? []),
  ];
}

/** Observations of records. The order within each kind stays. */
export function toObservations(records: readonly LedgerRecord[]): Required<Observations> {
  const entries: LedgerEntry[] = [];
  const marks: Mark[] = [];
  const snapshots: AccountSnapshotRecord[] = [];
  const gaps: GapRecord[] = [];
  const quarantined: QuarantinedRecord[] = [];
  for (const record of records) {
    if (record.kind === 'mark') {
      const { kind: _, ...mark } = record;
      marks.push(mark);
    } else if (record.kind === 'snapshot') snapshots.push(record);
    else if (record.kind === 'gap') gaps.push(record);
    else if (record.kind === 'quarantined') quarantined.push(record);
    else entries.push(record);
  }
  return { entries, marks, snapshots, gaps, quarantined };
}
