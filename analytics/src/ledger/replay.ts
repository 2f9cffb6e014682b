/** Holdings from entries: what each entry moves, and the sums of it at instants. */
import { type Amount, ZERO } from './decimal.ts';
import type { ParsedEntry, ParsedMoney } from './parse.ts';
import type { InternalTransfers } from './transfers.ts';

/** Quantity of each asset; an absent asset is zero, a negative one is what the entries cannot explain. */
export type Holdings = Map<string, Amount>;

/** Takes one signed movement of one asset. */
export type Post = (asset: string, delta: Amount) => void;

/** Posts what `entry` moves on its own account: + received, − paid. Fees are debited on top. */
export function postEntry(entry: ParsedEntry, post: Post): void {
  if (entry.kind === 'fill') {
    const buys = entry.side === 'buy';
    post(entry.base, buys ? entry.quantity : entry.quantity.neg());
    post(entry.quote, buys ? entry.cost.neg() : entry.cost);
    postFee(entry.fee, post);
  } else if (entry.kind === 'transfer') {
    post(entry.asset, entry.direction === 'deposit' ? entry.amount : entry.amount.neg());
    postFee(entry.fee, post);
  } else {
    post(entry.asset, entry.amount);
  }
}

/**
 * Posts what `entry` moves on all own accounts together. A matched internal transfer leaves one account and
 * reaches the other later: it stays a holding while in transit (METRICS §1), so only what was lost on the
 * way and the fees move anything.
 */
export function postOwnEntry(entry: ParsedEntry, internal: InternalTransfers, post: Post): void {
  if (entry.kind !== 'transfer' || !internal.has(entry)) {
    postEntry(entry, post);
    return;
  }
  if (entry.direction === 'withdrawal') post(entry.asset, internal.shortfall(entry).neg());
  postFee(entry.fee, post);
}

/** Adds `delta` to the holding of `asset`. */
export function addHolding(holdings: Holdings, asset: string, delta: Amount): void {
  const sum = (holdings.get(asset) ?? ZERO).plus(delta);
  if (sum.isZero()) holdings.delete(asset);
  else holdings.set(asset, sum);
}

/**
 * Replays ordered `entries` on top of `opening` and shows the holdings at each of the ascending `instants`,
 * counting entries strictly before it (a day is [00:00, 24:00), METRICS §0). The map shown is live.
 */
export function replayHoldings(
  entries: readonly ParsedEntry[],
  opening: Holdings,
  internal: InternalTransfers,
  instants: ArrayLike<number>,
  visit: (index: number, holdings: Holdings) => void,
): void {
  const holdings = new Map(opening);
  const post: Post = (asset, delta) => addHolding(holdings, asset, delta);
  let next = 0;
  for (let i = 0; i < instants.length; i++) {
    const instant = instants[i]!;
    while (next < entries.length && entries[next]!.time < instant) {
      postOwnEntry(entries[next]!, internal, post);
      next += 1;
    }
    visit(i, holdings);
  }
}

function postFee(fee: ParsedMoney | null, post: Post): void {
  if (fee !== null) post(fee.currency, fee.amount.neg());
}
