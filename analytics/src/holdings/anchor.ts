/**
 * The anchor (docs/design.md §9): compares what the venue reports for an account now with the sum of its entries. What
 * the entries cannot explain counts as held since before the first of them (usually because a history starts too late).
 * It is reported as a difference, and `adverseReturn` books it as a loss.
 */
import { type Amount, ZERO } from '../amount/decimal.ts';
import type { ParsedEntry } from '../entries/parse.ts';
import type { AccountSnapshot } from '../entries/snapshot.ts';
import { type AssetSums, addAsset, Holdings } from './holdings.ts';
import { postEntry } from './posting.ts';
import { roundedIn, roundingOf } from './rounding.ts';
import { type SnapshotSums, sumSnapshot } from './snapshot-sums.ts';

/** An asset or contract of one account where entries and snapshot disagree. */
export interface Difference {
  readonly account: string;
  readonly venue: string;
  /** The asset, or the symbol of a contract. */
  readonly asset: string;
  /** The settlement currency of a contract. The differences of both are one. Null: an asset. */
  readonly settle: string | null;
  /** Time of the snapshot, ms UTC. */
  readonly time: number;
  readonly replayed: Amount;
  readonly snapshot: Amount;
}

export interface Anchor {
  /** Holdings before the first entry: snapshot − replayed. */
  readonly opening: Holdings;
  /** Assets that disagree in some account, sorted by account and asset. */
  readonly differences: readonly Difference[];
  /** Everything that the snapshots hold. */
  readonly held: Holdings;
  /** Accounts with entries and without a snapshot. Nothing anchors them. Sorted. */
  readonly accountsWithoutSnapshot: readonly string[];
}

/** What the entries of one account move, in the way that the venue books them. */
export class AccountMoves {
  readonly replayed: AssetSums = new Map();
  /** Settlement currencies of contracts, by symbol. */
  readonly settleOf = new Map<string, string>();
  /** How many fills the venue rounded, by the currency in which it did. */
  readonly roundedFills = new Map<string, number>();
  /** Venue of the latest entry. */
  venue = '';

  clone(): AccountMoves {
    const copy = new AccountMoves();
    copy.venue = this.venue;
    for (const [asset, sum] of this.replayed) copy.replayed.set(asset, sum);
    for (const [symbol, settle] of this.settleOf) copy.settleOf.set(symbol, settle);
    for (const [currency, count] of this.roundedFills) copy.roundedFills.set(currency, count);
    return copy;
  }

  post(entry: ParsedEntry): void {
    this.venue = entry.venue;
    postEntry(entry, this.replayed);
    const rounded = roundedIn(entry);
    if (rounded !== null) this.roundedFills.set(rounded, (this.roundedFills.get(rounded) ?? 0) + 1);
    if (entry.kind === 'fill' && entry.contract !== null)
      this.settleOf.set(entry.symbol, entry.contract.settle);
  }
}

interface AccountSums extends SnapshotSums {
  readonly moves: AccountMoves;
}

/**
 * Compares the latest snapshot of each account with the sum of its entries up to and including its time.
 * @param accounts - the accounts with entries
 * @param movesUntil - what the entries of an account move up to and including an instant
 * @throws InputError `ledger_snapshot_malformed`
 */
export function anchorHoldings(
  snapshots: readonly AccountSnapshot[],
  accounts: Iterable<string>,
  movesUntil: (account: string, time: number) => AccountMoves,
): Anchor {
  const latest = new Map<string, SnapshotSums>();
  for (const snapshot of snapshots) {
    const sums = sumSnapshot(snapshot, latest.get(snapshot.account)?.time);
    if (sums !== null) latest.set(snapshot.account, sums);
  }
  const sums = [...latest].map(([account, known]) => {
    const moves = movesUntil(account, known.time);
    return [account, { ...withFills(known, moves), moves }] as const;
  });
  const accountsWithoutSnapshot = [...accounts].filter((account) => !latest.has(account)).sort();
  return { ...compare(sums), accountsWithoutSnapshot };
}

function compare(
  accounts: readonly (readonly [account: string, sums: AccountSums])[],
): Omit<Anchor, 'accountsWithoutSnapshot'> {
  const opening = new Holdings();
  const held = new Holdings();
  const differences: Difference[] = [];
  for (const [account, sums] of [...accounts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { time, moves } = sums;
    const { venue } = moves;
    for (const asset of [...new Set([...moves.replayed.keys(), ...sums.held.keys()])].sort()) {
      const replayed = moves.replayed.get(asset) ?? ZERO;
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

/** The snapshot's amount. Where the difference is within the venue's own rounding, the replayed amount. */
function settledValue(asset: string, replayed: Amount, { held, slack }: SnapshotSums): Amount {
  const snapshot = held.get(asset) ?? ZERO;
  const allowed = slack.get(asset);
  return allowed === undefined || snapshot.minus(replayed).abs().gt(allowed) ? snapshot : replayed;
}

/** The sums of a snapshot, with room for the rounding of the fills before it. */
function withFills(sums: SnapshotSums, { settleOf, roundedFills }: AccountMoves): SnapshotSums {
  const slack = new Map(sums.slack);
  for (const [currency, count] of roundedFills) addAsset(slack, currency, roundingOf(count));
  return { ...sums, slack, settleOf: new Map([...sums.settleOf, ...settleOf]) };
}
