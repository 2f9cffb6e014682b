/** Counts contradictions without an entry log. */
import type { LedgerEntry } from '../../src/entries/entry.ts';
import { identityOf } from '../../src/entries/identity.ts';

/**
 * Counts the identities that came with more than one content. Assumes that all entries of a kind have one member order.
 */
export function countConflicts(entries: readonly LedgerEntry[]): number {
  const contents = new Map<string, Set<string>>();
  for (const entry of entries) {
    const known = contents.get(identityOf(entry)) ?? new Set();
    contents.set(identityOf(entry), known.add(JSON.stringify(entry)));
  }
  return [...contents.values()].filter(({ size }) => size > 1).length;
}
