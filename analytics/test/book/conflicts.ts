/** Contradictions, counted without a log. */
import type { LedgerEntry } from '../../src/entries/entry.ts';
import { identityOf } from '../../src/entries/identity.ts';

/** How many identities came with more than one content. The members of all entries of a kind have one order. */
export function countConflicts(entries: readonly LedgerEntry[]): number {
  const contents = new Map<string, Set<string>>();
  for (const entry of entries) {
    const known = contents.get(identityOf(entry)) ?? new Set();
    contents.set(identityOf(entry), known.add(JSON.stringify(entry)));
  }
  return [...contents.values()].filter(({ size }) => size > 1).length;
}
