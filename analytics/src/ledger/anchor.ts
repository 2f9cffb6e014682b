/**
 * The anchor (DESIGN §9): what the venue says an account holds now, against what its entries add up to.
 * Whatever the entries cannot explain is taken as held since before the first of them (a history that
 * begins too late is the usual cause), reported as a difference, and booked as a loss by `adverseReturn`.
 */
import { InputError } from '../errors.ts';
import { type Amount, parseDecimal, ZERO } from './decimal.ts';
import type { Decimal } from './entry.ts';
import type { ParsedEntry } from './parse.ts';
import { addHolding, type Holdings, postEntry } from './replay.ts';

/** What one account held at an instant, as the venue says; assets that are not listed are zero. */
export interface AccountSnapshot {
  readonly account: string;
  /** ms UTC. */
  readonly time: number;
  readonly balances: readonly { readonly asset: string; readonly total: Decimal }[];
}

/** One asset of one account for which entries and snapshot disagree. */
export interface Difference {
  readonly account: string;
  readonly asset: string;
  /** Of the snapshot, ms UTC. */
  readonly time: number;
  readonly replayed: Amount;
  readonly snapshot: Amount;
}

export interface Anchor {
  /** Holdings before the first entry: snapshot − replayed. */
  readonly opening: Holdings;
  /** Assets that disagree in some account, sorted by asset, one row an account. */
  readonly differences: readonly Difference[];
  /** Everything the snapshots hold. */
  readonly held: Holdings;
  /** Accounts that have entries and no snapshot: nothing anchors them. Sorted. */
  readonly accountsWithoutSnapshot: readonly string[];
}

interface AccountSums {
  readonly time: number;
  readonly snapshot: Holdings;
  readonly replayed: Holdings;
}

/**
 * Compares the latest snapshot of each account with the sum of its entries up to and including its time.
 * @throws InputError `ledger_snapshot_malformed`
 */
export function anchorHoldings(
  entries: readonly ParsedEntry[],
  snapshots: readonly AccountSnapshot[],
): Anchor {
  const accounts = latestSnapshots(snapshots);
  const unanchored = new Set<string>();
  for (const entry of entries) {
    const sums = accounts.get(entry.account);
    if (sums === undefined) unanchored.add(entry.account);
    else if (entry.time <= sums.time) {
      postEntry(entry, (asset, delta) => addHolding(sums.replayed, asset, delta));
    }
  }
  return { ...compare(accounts), accountsWithoutSnapshot: [...unanchored].sort() };
}

function compare(accounts: ReadonlyMap<string, AccountSums>): Omit<Anchor, 'accountsWithoutSnapshot'> {
  const opening: Holdings = new Map();
  const held: Holdings = new Map();
  const differences: Difference[] = [];
  for (const [account, sums] of [...accounts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const asset of [...new Set([...sums.replayed.keys(), ...sums.snapshot.keys()])].sort()) {
      const replayed = sums.replayed.get(asset) ?? ZERO;
      const snapshot = sums.snapshot.get(asset) ?? ZERO;
      addHolding(held, asset, snapshot);
      addHolding(opening, asset, snapshot.minus(replayed));
      if (!snapshot.eq(replayed)) differences.push({ account, asset, time: sums.time, replayed, snapshot });
    }
  }
  return { opening, held, differences };
}

function latestSnapshots(snapshots: readonly AccountSnapshot[]): Map<string, AccountSums> {
  const latest = new Map<string, AccountSums>();
  for (const { account, time, balances } of snapshots) {
    if (!Number.isSafeInteger(time)) throw malformed('the time of a snapshot is not an instant');
    const known = latest.get(account);
    if (known?.time === time) throw malformed('an account has two snapshots of one instant');
    if (known !== undefined && known.time > time) continue;
    const snapshot: Holdings = new Map();
    for (const { asset, total } of balances) {
      addHolding(snapshot, asset, parseDecimal(total, 'a balance', 'ledger_snapshot_malformed'));
    }
    latest.set(account, { time, snapshot, replayed: new Map() });
  }
  return latest;
}

function malformed(what: string): InputError {
  return new InputError('ledger_snapshot_malformed', what);
}
