/**
 * Internal transfer matching (docs/metrics.md §1). A pair is a withdrawal of one own account and its deposit in
 * another, or the two sides of a transfer between two wallets of one account. When the other side of a transfer between
 * wallets has no entry, it is in a wallet that nobody reads. What happens to the money there is not known.
 */
import { type Amount, parseDecimal, ZERO } from '../amount/decimal.ts';
import type { ParsedEntry, ParsedTransfer } from '../entries/parse.ts';

/** A venue may book the deposit a little before the withdrawal, and at most a day after it. */
const EARLIEST_MS = -600_000;
const LATEST_MS = 86_400_000;
/** A venue books both sides of a transfer between wallets at about the same time. */
const WALLETS_APART_MS = 600_000;
const ABSOLUTE_SLACK = parseDecimal('0.00000001', 'a slack');
const RELATIVE_SLACK = parseDecimal('0.001', 'a slack');

/** Matched pairs of own transfers. */
export class InternalTransfers {
  readonly #counterparts: ReadonlyMap<ParsedTransfer, ParsedTransfer>;

  /** @param pairs - withdrawal and deposit of each pair */
  constructor(pairs: readonly (readonly [ParsedTransfer, ParsedTransfer])[]) {
    this.#counterparts = new Map(pairs.flatMap(([w, d]) => [[w, d] as const, [d, w] as const]));
  }

  /** Whether the transfer stays inside the set of own accounts. */
  has(transfer: ParsedTransfer): boolean {
    return this.#counterparts.has(transfer);
  }

  /** Whether the transfer went to or came from a wallet that is not read. */
  isUnread(transfer: ParsedTransfer): boolean {
    return transfer.counterWallet !== undefined && !this.has(transfer);
  }

  /** The other side of a matched transfer. */
  counterpart(transfer: ParsedTransfer): ParsedTransfer | undefined {
    return this.#counterparts.get(transfer);
  }

  /** How much more a matched withdrawal sent than arrived. This is a cost (`transferFees`). */
  shortfall(withdrawal: ParsedTransfer): Amount {
    const deposit = this.#counterparts.get(withdrawal);
    return deposit === undefined ? ZERO : withdrawal.amount.minus(deposit.amount);
  }

  /** The earliest instant of a transfer whose other side differs from the one in `before`. Infinity: there is none. */
  earliestChange(before: InternalTransfers): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const [one, other] of [
      [this, before],
      [before, this],
    ] as const) {
      for (const [transfer, counterpart] of one.#counterparts) {
        if (other.counterpart(transfer) !== counterpart) earliest = Math.min(earliest, transfer.time);
      }
    }
    return earliest;
  }

  /** Matched pairs. */
  get count(): number {
    return this.#counterparts.size / 2;
  }
}

/**
 * Pairs withdrawals and deposits. For different accounts: by transaction hash, or else by amount and time. For two
 * wallets of one account: the same amount within ten minutes, and each names the other's wallet.
 */
export function matchInternalTransfers(entries: readonly ParsedEntry[]): InternalTransfers {
  const transfers = entries.filter((entry): entry is ParsedTransfer => entry.kind === 'transfer');
  const withdrawals = transfers.filter((transfer) => transfer.direction === 'withdrawal');
  const deposits = transfers.filter((transfer) => transfer.direction === 'deposit');
  const used = new Set<ParsedTransfer>();
  const pairs: (readonly [ParsedTransfer, ParsedTransfer])[] = [];
  const candidates = [
    ...byHash(withdrawals, deposits),
    ...nearestFirst(withdrawals, deposits, walletsKeyOf, areWalletsOfOneAccount),
    ...nearestFirst(withdrawals, deposits, ({ asset }) => asset, isPlausible),
  ];
  for (const [withdrawal, deposit] of candidates) {
    if (used.has(withdrawal) || used.has(deposit)) continue;
    used.add(withdrawal).add(deposit);
    pairs.push([withdrawal, deposit]);
  }
  return new InternalTransfers(pairs);
}

type Candidate = readonly [withdrawal: ParsedTransfer, deposit: ParsedTransfer];

function byHash(withdrawals: readonly ParsedTransfer[], deposits: readonly ParsedTransfer[]): Candidate[] {
  const keyOf = (transfer: ParsedTransfer) => `${transfer.asset}\n${transfer.transactionHash}`;
  const byKey = groupBy(
    deposits.filter((deposit) => deposit.transactionHash !== null),
    keyOf,
  );
  return withdrawals.flatMap((withdrawal) =>
    (byKey.get(keyOf(withdrawal)) ?? [])
      .filter((deposit) => areOfTwoAccounts(withdrawal, deposit))
      .map((deposit) => [withdrawal, deposit] as const),
  );
}

/** Candidates of one key within a day, the nearest in time first. Ties are in ledger order. */
function nearestFirst(
  withdrawals: readonly ParsedTransfer[],
  deposits: readonly ParsedTransfer[],
  keyOf: (transfer: ParsedTransfer) => string,
  matches: (withdrawal: ParsedTransfer, deposit: ParsedTransfer) => boolean,
): Candidate[] {
  const byKey = groupBy(deposits, keyOf);
  return withdrawals
    .flatMap((withdrawal) =>
      within(byKey.get(keyOf(withdrawal)) ?? [], withdrawal.time + EARLIEST_MS, withdrawal.time + LATEST_MS)
        .filter((deposit) => matches(withdrawal, deposit))
        .map((deposit) => [withdrawal, deposit] as const),
    )
    .sort(([a, b], [c, d]) => Math.abs(b.time - a.time) - Math.abs(d.time - c.time));
}

function areOfTwoAccounts(withdrawal: ParsedTransfer, deposit: ParsedTransfer): boolean {
  return (
    deposit.account !== withdrawal.account &&
    withdrawal.counterWallet === undefined &&
    deposit.counterWallet === undefined
  );
}

/** The key of a transfer between wallets. Both sides have the same key, to the last digit. */
function walletsKeyOf({ venue, account, asset, amount }: ParsedTransfer): string {
  return `${venue}\n${account}\n${asset}\n${amount.toString()}`;
}

/** Whether two entries are the two sides: each is in the wallet that the other names. */
function areWalletsOfOneAccount(withdrawal: ParsedTransfer, deposit: ParsedTransfer): boolean {
  return (
    withdrawal.counterWallet === deposit.wallet &&
    deposit.counterWallet === withdrawal.wallet &&
    Math.abs(deposit.time - withdrawal.time) <= WALLETS_APART_MS
  );
}

function isPlausible(withdrawal: ParsedTransfer, deposit: ParsedTransfer): boolean {
  if (!areOfTwoAccounts(withdrawal, deposit)) return false;
  const lost = withdrawal.amount.minus(deposit.amount);
  const fee = withdrawal.fee?.currency === withdrawal.asset ? withdrawal.fee.amount : ZERO;
  const relative = withdrawal.amount.times(RELATIVE_SLACK);
  const slack = relative.gt(ABSOLUTE_SLACK) ? relative : ABSOLUTE_SLACK;
  return !lost.isNegative() && !lost.gt(fee.plus(slack));
}

/** The part of `transfers` (ascending in time) with `from <= time <= to`. */
function within(transfers: readonly ParsedTransfer[], from: number, to: number): readonly ParsedTransfer[] {
  let [low, high] = [0, transfers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (transfers[middle]!.time < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < transfers.length && transfers[end]!.time <= to) end += 1;
  return transfers.slice(low, end);
}

function groupBy(
  transfers: readonly ParsedTransfer[],
  keyOf: (transfer: ParsedTransfer) => string,
): ReadonlyMap<string, readonly ParsedTransfer[]> {
  const groups = new Map<string, ParsedTransfer[]>();
  for (const transfer of transfers) {
    const key = keyOf(transfer);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [transfer]);
    else group.push(transfer);
  }
  return groups;
}
