/**
 * The anchor (DESIGN §9): what the venue says an account holds now, against what its entries add up to.
 * Whatever the entries cannot explain is taken as held since before the first of them (a history that
 * begins too late is the usual cause), reported as a difference, and booked as a loss by `adverseReturn`.
 */
import { type Amount, ZERO } from './decimal.ts';
import type { ParsedEntry } from './parse.ts';
import { type AssetSums, addAsset, Holdings, postEntry } from './replay.ts';
import { type AccountSnapshot, countContractFill, type SnapshotSums, sumSnapshot } from './snapshot.ts';

/** One asset, or contract, of one account for which entries and snapshot disagree. */
export interface Difference {
  readonly account: string;
  readonly venue: string;
  /** The asset, or the symbol of a contract. */
  readonly asset: string;
  /** What a contract settles in: its difference and that of this currency are one. Null: an asset. */
  readonly settle: string | null;
  /** Of the snapshot, ms UTC. */
  readonly time: number;
  readonly replayed: Amount;
  readonly snapshot: Amount;
}

export interface Anchor {
  /** Holdings before the first entry: snapshot − replayed. */
  readonly opening: Holdings;
  /** Assets that disagree in some account, sorted by account and asset. */
  readonly differences: readonly Difference[];
  /** Everything the snapshots hold. */
  readonly held: Holdings;
  /** Accounts that have entries and no snapshot: nothing anchors them. Sorted. */
  readonly accountsWithoutSnapshot: readonly string[];
}

interface AccountSums extends SnapshotSums {
  readonly replayed: AssetSums;
  venue: string;
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
      sums.venue = entry.venue;
      postEntry(entry, sums.replayed);
      if (entry.kind === 'fill' && entry.contract !== null) countContractFill(entry, entry.contract, sums);
    }
  }
  return { ...compare(accounts), accountsWithoutSnapshot: [...unanchored].sort() };
}

function compare(accounts: ReadonlyMap<string, AccountSums>): Omit<Anchor, 'accountsWithoutSnapshot'> {
  const opening = new Holdings();
  const held = new Holdings();
  const differences: Difference[] = [];
  for (const [account, sums] of [...accounts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { time, venue } = sums;
    for (const asset of [...new Set([...sums.replayed.keys(), ...sums.held.keys()])].sort()) {
      const replayed = sums.replayed.get(asset) ?? ZERO;
      const snapshot = settledValue(asset, replayed, sums);
      addAsset(held.at(venue), asset, snapshot);
      addAsset(opening.at(venue), asset, snapshot.minus(replayed));
      if (snapshot.eq(replayed)) continue;
      differences.push({
        ...{ account, venue, asset, settle: sums.settleOf.get(asset) ?? null },
        ...{ time, replayed, snapshot },
      });
    }
  }
  return { opening, held, differences };
}

/** What the snapshot holds, or what was replayed where the two differ by no more than the venue's own rounding. */
function settledValue(asset: string, replayed: Amount, { held, slack }: SnapshotSums): Amount {
  const snapshot = held.get(asset) ?? ZERO;
  const allowed = slack.get(asset);
  return allowed === undefined || snapshot.minus(replayed).abs().gt(allowed) ? snapshot : replayed;
}

function latestSnapshots(snapshots: readonly AccountSnapshot[]): Map<string, AccountSums> {
  const latest = new Map<string, AccountSums>();
  for (const snapshot of snapshots) {
    const sums = sumSnapshot(snapshot, latest.get(snapshot.account)?.time);
    if (sums === null) continue;
    latest.set(snapshot.account, { ...sums, replayed: new Map(), venue: '' });
  }
  return latest;
}
