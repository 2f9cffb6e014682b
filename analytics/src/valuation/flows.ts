/** External flows (METRICS §1): what crosses the boundary of the set of own accounts, valued at its instant. */
import { type Amount, parseDecimal, ZERO } from '../ledger/decimal.ts';
import type { ParsedCash, ParsedEntry, ParsedMoney, ParsedTransfer } from '../ledger/parse.ts';
import { UnreadWallets } from '../ledger/unread-wallets.ts';
import { type Book, valueAtMinutes } from './nav.ts';

/** A flow above this share of NAV is large; a credit above it is not income until classified. */
export const LARGE_SHARE = parseDecimal('0.01', 'a share');

/** One external flow. */
export interface Flow {
  readonly id: string;
  readonly time: number;
  readonly venue: string;
  readonly account: string;
  readonly direction: 'deposit' | 'withdrawal';
  readonly asset: string;
  readonly amount: Amount;
  /** In the reporting currency; null: the asset has no price. */
  readonly value: Amount | null;
  /** What the transfer itself cost, a loss of the account's; null: no fee. */
  readonly fee: ParsedMoney | null;
  /** A rebate or other credit too large to be taken for income. */
  readonly unclassifiedCredit: boolean;
}

/** All flows of one instant together. */
export interface FlowPoint {
  readonly time: number;
  readonly deposits: Amount;
  readonly withdrawals: Amount;
  readonly count: number;
  /** Whether every flow has a value. */
  readonly priced: boolean;
  /**
   * NAV just before, by minute marks, with the transfers' own fees already paid: they fall to the segment that
   * the flow ends, as the formula has it, whose withdrawals leave last. Null: the instant cannot be valued.
   */
  readonly valueBefore: Amount | null;
}

/**
 * Unmatched transfers from and to elsewhere, and rebates and other credits above 1 % of NAV.
 * @param navBefore - the last known NAV at or before an instant; null or not positive: every credit is large
 */
export function externalFlows(book: Book, navBefore: (time: number) => Amount | null): readonly Flow[] {
  const flows: Flow[] = [];
  for (const entry of book.entries) {
    if (isExternal(entry, book) || isLargeCredit(entry, book, navBefore)) flows.push(toFlow(entry, book));
  }
  return flows;
}

/** Groups flows by instant and values the account just before each of them. */
export function flowPoints(book: Book, flows: readonly Flow[]): readonly FlowPoint[] {
  const groups: Flow[][] = [];
  for (const flow of flows) {
    const last = groups.at(-1);
    if (last !== undefined && last[0]!.time === flow.time) last.push(flow);
    else groups.push([flow]);
  }
  const values = valueAtMinutes(
    book,
    groups.map((group) => group[0]!.time),
  );
  return groups.map((group, i) => toPoint(book, group, values[i]!));
}

/**
 * What came out of unread wallets beyond all that had gone there, and what of it went back, as flows: for the least
 * that may be left ({@link Valuation.floor}), where what went there is lost until it comes back, and what comes from
 * there is no profit.
 */
export function unreadFlowPoints(book: Book): readonly FlowPoint[] {
  const unread = new UnreadWallets();
  const points: FlowPoint[] = [];
  for (const entry of book.entries) {
    if (entry.kind !== 'transfer' || !book.internal.isUnread(entry)) continue;
    const amount = unread.book(entry);
    if (amount.isZero()) continue;
    const { time } = entry;
    const value = amount.times(book.prices.at(entry.asset, time, entry.venue)?.value ?? ZERO);
    const [deposits, withdrawals] = value.isNegative() ? [ZERO, value.neg()] : [value, ZERO];
    points.push({ time, deposits, withdrawals, count: 1, priced: true, valueBefore: null });
  }
  return points;
}

/** Sum of the values of the flows of one direction; flows without a value count as 0. */
export function sumFlows(
  flows: readonly Pick<Flow, 'direction' | 'value'>[],
  direction: Flow['direction'],
): Amount {
  return flows.reduce(
    (sum, flow) => (flow.direction === direction ? sum.plus(flow.value ?? ZERO) : sum),
    ZERO,
  );
}

function isExternal(entry: ParsedEntry, book: Book): entry is ParsedTransfer {
  return entry.kind === 'transfer' && entry.counterWallet === undefined && !book.internal.has(entry);
}

function isLargeCredit(
  entry: ParsedEntry,
  book: Book,
  navBefore: (time: number) => Amount | null,
): entry is ParsedCash {
  if ((entry.kind !== 'rebate' && entry.kind !== 'other') || !entry.amount.isPositive()) return false;
  const price = book.prices.at(entry.asset, entry.time, entry.venue);
  if (price === null) return false;
  const nav = navBefore(entry.time) ?? ZERO;
  return entry.amount.times(price.value).gt(nav.times(LARGE_SHARE));
}

function toFlow(entry: ParsedTransfer | ParsedCash, book: Book): Flow {
  const price = book.prices.at(entry.asset, entry.time, entry.venue);
  return {
    id: entry.id,
    time: entry.time,
    venue: entry.venue,
    account: entry.account,
    direction: entry.kind === 'transfer' ? entry.direction : 'deposit',
    asset: entry.asset,
    amount: entry.amount,
    value: price && entry.amount.times(price.value),
    fee: entry.kind === 'transfer' ? entry.fee : null,
    unclassifiedCredit: entry.kind !== 'transfer',
  };
}

function toPoint(book: Book, flows: readonly Flow[], valueBefore: Amount | null): FlowPoint {
  const { time } = flows[0]!;
  // The value after the flow follows from its own price, so that too must be known to the minute.
  const toTheMinute = flows.every(
    (flow) =>
      book.delistedAssets.has(flow.asset) || book.prices.atMinute(flow.asset, time, flow.venue) !== null,
  );
  const fees = feesOf(book, flows);
  return {
    time,
    deposits: sumFlows(flows, 'deposit'),
    withdrawals: sumFlows(flows, 'withdrawal'),
    count: flows.length,
    priced: flows.every((flow) => flow.value !== null || book.delistedAssets.has(flow.asset)),
    valueBefore: toTheMinute && valueBefore !== null && fees !== null ? valueBefore.minus(fees) : null,
  };
}

/** Value of the flows' own fees at their minute; null: one cannot be valued. */
function feesOf(book: Book, flows: readonly Flow[]): Amount | null {
  let sum = ZERO;
  for (const { fee, time, venue } of flows) {
    if (fee === null || fee.amount.isZero()) continue;
    const price = book.prices.atMinute(fee.currency, time, venue);
    if (price === null) return null;
    sum = sum.plus(fee.amount.times(price.value));
  }
  return sum;
}
