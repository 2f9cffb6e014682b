/** All events of an account in one order. */
import type { TraderAccount, TraderEvent } from './event.ts';
import type { WalletEvent } from './wallet-event.ts';

/** Any event of an account. */
export type AnyEvent = TraderEvent | WalletEvent;

const timelines = new WeakMap<TraderAccount, readonly AnyEvent[]>();

/** Events of all wallets in order of time. Of one instant those of spot come first, then the order of the account. */
export function timelineOf(account: TraderAccount): readonly AnyEvent[] {
  const known = timelines.get(account);
  if (known) return known;
  const all: readonly AnyEvent[] = [...account.events, ...(account.more ?? [])];
  const sorted = all.toSorted((a, b) => a.time - b.time);
  timelines.set(account, sorted);
  return sorted;
}

/** Index of the first item for which `is` holds. It holds for all behind it. */
export function firstWhere<T>(items: readonly T[], is: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (is(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
