/** Entries as a book orders them. */
import type { LedgerEntry } from '../../src/entries/entry.ts';
import { DistinctEntries, EntryOrder } from '../../src/entries/order.ts';

/** Entries once each and in order, with the number of identities that came with contradicting contents. */
export function orderEntries(entries: readonly LedgerEntry[]) {
  const distinct = new DistinctEntries();
  const order = new EntryOrder(distinct);
  order.change(distinct.add(entries));
  return {
    entries: Array.from({ length: order.length }, (_, place) => order.entryAt(place)),
    conflictCount: distinct.conflictCount,
  };
}
