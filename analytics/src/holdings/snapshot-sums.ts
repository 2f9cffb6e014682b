/** Snapshots as sums, in the form of {@link Holdings}. */
import { Amount, type Decimal, parseDecimal } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import { settlesIn } from '../entries/parse.ts';
import type { AccountSnapshot, SnapshotPosition } from '../entries/snapshot.ts';
import { InputError } from '../errors.ts';
import { type AssetSums, addAsset } from './holdings.ts';

export interface SnapshotSums {
  readonly time: number;
  readonly held: AssetSums;
  /** Settlement currencies of contracts, by symbol. */
  readonly settleOf: Map<string, string>;
  /** How much the venue's own rounding may move a wallet balance, by settlement currency. */
  readonly slack: AssetSums;
}

/** The rounding of an entry price counts for at most this share of the position's cost, however few digits it has. */
const ENTRY_SLACK = parseDecimal('0.000001', 'a slack');
const HALF = parseDecimal('0.5', 'a half');

/**
 * Reads a snapshot; null when it is older than `latest`, the time of a known snapshot of the account.
 * @throws InputError `ledger_snapshot_malformed`
 */
export function sumSnapshot(snapshot: AccountSnapshot, latest: number | undefined): SnapshotSums | null {
  const { time, balances, positions = [] } = snapshot;
  if (!Number.isSafeInteger(time)) throw malformed('the time of a snapshot is not an instant');
  if (latest === time) throw malformed('an account has two snapshots of one instant');
  if (latest !== undefined && latest > time) return null;
  const sums: SnapshotSums = { time, held: new Map(), settleOf: new Map(), slack: new Map() };
  for (const { asset, total } of balances) addAsset(sums.held, asset, read(total, 'a balance'));
  for (const position of positions) addPosition(position, sums);
  return sums;
}

/**
 * A wallet balance does not include the cost of the open units. Units and cost are added here, as fills would add them.
 */
function addPosition(position: SnapshotPosition, sums: SnapshotSums): void {
  const { symbol, settle, inverse } = position;
  const size = read(position.contractSize, 'the size of a contract');
  const entry = read(position.entryPrice, 'the entry price of a position');
  const units = read(position.contracts, 'the contracts of a position').times(size);
  if (!settlesIn(symbol, settle, inverse)) throw malformed('the symbol of a position');
  if (!size.isPositive() || entry.isNegative()) throw malformed('the size or entry price of a position');
  if (units.isZero()) return;
  if (inverse && entry.isZero()) throw malformed('the entry price of a position');
  const cost = inverse ? units.dividedBy(entry, FINE_SCALE) : units.times(entry).neg();
  addAsset(sums.held, symbol, units);
  addAsset(sums.held, settle, cost);
  sums.settleOf.set(symbol, settle);
  addAsset(sums.slack, settle, entrySlack(cost.abs(), entry));
}

/** Half a unit of the last digit of the entry price, as part of the position's cost. */
function entrySlack(cost: Amount, entry: Amount): Amount {
  const most = cost.times(ENTRY_SLACK);
  if (entry.isZero()) return most;
  const half = new Amount(1n, entry.scale).times(HALF);
  const slack = cost.times(half).dividedBy(entry, FINE_SCALE);
  return slack.gt(most) ? most : slack;
}

function read(text: Decimal, what: string): Amount {
  return parseDecimal(text, what, 'ledger_snapshot_malformed');
}

function malformed(what: string): InputError {
  return new InputError('ledger_snapshot_malformed', what);
}
