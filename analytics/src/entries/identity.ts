/** When two entries, or two marks, are the same one, and when copies of one contradict each other. */
import type { LedgerEntry } from './entry.ts';
import type { Mark } from './mark.ts';

/** The identity of an entry, for good: (venue, account, wallet, market, symbol or asset, kind, id). */
export function identityOf(entry: LedgerEntry): string {
  const subject = entry.kind === 'fill' ? entry.symbol : entry.asset;
  return `${entry.venue}\n${entry.account}\n${entry.wallet}\n${entry.market}\n${subject}\n${entry.kind}\n${entry.id}`;
}

/** The identity of a mark: a venue, an asset in a quote, an instant, and the span that closes there. */
export function markIdentity(mark: Mark): string {
  return `${mark.venue}\n${mark.asset}\n${mark.quote}\n${mark.resolution}\n${mark.time}`;
}

/** Whether two entries have the same content in every member, whatever the order of their members. */
export function isSameContent(one: LedgerEntry, other: LedgerEntry): boolean {
  return isSame(one, other);
}

/** Compares plain data. An entry that is not parsed yet may hold any of it. */
function isSame(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return Object.is(one, other);
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
