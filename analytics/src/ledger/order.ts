/** One order and one copy of every entry (METRICS §6): time, then exchange, then id, numeric where numeric. */
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';
import type { LedgerEntry } from './entry.ts';

/** Entries once each and in order, with the number of identities that came with contradicting contents. */
export interface OrderedEntries {
  readonly entries: readonly LedgerEntry[];
  readonly conflictCount: number;
}

/**
 * Sorts entries and drops copies. Where one identity comes with two contents, the one whose canonical JSON
 * sorts last is kept, so that the order of arrival never decides, and the conflict is counted.
 */
export function orderEntries(entries: readonly LedgerEntry[]): OrderedEntries {
  const byIdentity = new Map<string, LedgerEntry>();
  const conflicts = new Set<string>();
  for (const entry of entries) {
    const identity = identityOf(entry);
    const known = byIdentity.get(identity);
    if (known === undefined) {
      byIdentity.set(identity, entry);
    } else {
      const [kept, other] = [canonicalJson(known), canonicalJson(entry)];
      if (kept !== other) conflicts.add(identity);
      if (kept < other) byIdentity.set(identity, entry);
    }
  }
  return { entries: [...byIdentity.values()].sort(compareEntries), conflictCount: conflicts.size };
}

/** What identifies an entry once and for all: (venue, account, market, symbol or asset, kind, id). */
export function identityOf(entry: LedgerEntry): string {
  const subject = entry.kind === 'fill' ? entry.symbol : entry.asset;
  return `${entry.venue}\n${entry.account}\n${entry.market}\n${subject}\n${entry.kind}\n${entry.id}`;
}

/** Order of two entries; total over distinct identities. */
export function compareEntries(a: LedgerEntry, b: LedgerEntry): number {
  return (
    a.time - b.time ||
    compareText(a.venue, b.venue) ||
    compareIds(a.id, b.id) ||
    compareText(identityOf(a), identityOf(b))
  );
}

/** Numeric ids by value and before the others; the others by code units. */
export function compareIds(a: string, b: string): number {
  const [numericA, numericB] = [isNumeric(a), isNumeric(b)];
  if (numericA !== numericB) return numericA ? -1 : 1;
  if (!numericA) return compareText(a, b);
  const [digitsA, digitsB] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return digitsA.length - digitsB.length || compareText(digitsA, digitsB);
}

function isNumeric(id: string): boolean {
  return /^\d+$/.test(id);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
