/** Orders entries in the same way as a book does. */
import type { LedgerEntry } from '../../src/entries/entry.ts';
import { EntryLog } from '../../src/entries/entry-log.ts';
import { EntryOrder } from '../../src/entries/order.ts';

/** Removes duplicate entries and sorts the rest. */
export function orderEntries(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const log = new EntryLog();
  for (const entry of entries) log.push(entry);
  const order = new EntryOrder(log);
  order.add(Array.from({ length: log.length }, (_, index) => index));
  return Array.from({ length: order.length }, (_, place) => order.entryAt(place));
}
