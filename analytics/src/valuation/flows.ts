/** External flows (METRICS §1): what crosses the boundary of the set of own accounts, valued at its instant. */
import { type Amount, parseDecimal, ZERO } from '../ledger/decimal.ts';
import type { ParsedCash, ParsedEntry, ParsedMoney, ParsedTransfer } from '../ledger/parse.ts';
import { UnreadWallets } from '../ledger/unread-wallets.ts';
import { startOfDay } from './calendar.ts';
import { type Book, valueAtMinutes } from './nav.ts';
import { toValueScale } from './value-scale.ts';

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
  /** What a fill outside its market was better (a deposit) or worse than the mark at which it is booked. */
  readonly offMarket: boolean;
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
 * Unmatched transfers from and to elsewhere, and rebates and other credits that come to more than 1 % of NAV in a day
 * (small ones add up), or that nothing prices.
 * @param navBefore - the last known NAV at or before an instant; null or not positive: every credit is large
 */
export function externalFlows(book: Book, navBefore: (time: number) => Amount | null): readonly Flow[] {
  const creditsOf = creditsByDay(book);
  const isLarge = (credit: ParsedCash) => {
    const credits = creditsOf(credit.time);
    return credits === null || credits.gt((navBefore(credit.time) ?? ZERO).times(LARGE_SHARE));
  };
  const flows: Flow[] = [];
  for (const entry of book.entries) {
    if (isExternal(entry, book) || (isCredit(entry) && isLarge(entry))) flows.push(toFlow(entry, book));
  }
  return flows;
}

/** Value of all rebates and other credits, whether flows or income; those without a price count as 0. */
export function creditsValue(book: Book, until: number): Amount {
  let sum = ZERO;
  for (const entry of book.entries) {
    if (isCredit(entry) && entry.time < until) sum = sum.plus(flowValue(entry, book) ?? ZERO);
  }
  return sum;
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

function isCredit(entry: ParsedEntry): entry is ParsedCash {
  return (entry.kind === 'rebate' || entry.kind === 'other') && entry.amount.isPositive();
}

/** Value of the credits of the day of an instant; null: one has no price, and is not of a delisted asset. */
function creditsByDay(book: Book): (time: number) => Amount | null {
  const days = new Map<number, Amount | null>();
  for (const entry of book.entries) {
    if (!isCredit(entry)) continue;
    const day = startOfDay(entry.time);
    const worthless = book.delistedAssets.has(entry.asset) ? ZERO : null;
    const [sum, value] = [days.get(day), flowValue(entry, book) ?? worthless];
    days.set(day, sum === null || value === null ? null : (sum ?? ZERO).plus(value));
  }
  return (time) => days.get(startOfDay(time)) ?? null;
}

/** Value of what moved, at its instant; null: no price. */
function flowValue({ asset, amount, time, venue }: ParsedTransfer | ParsedCash, book: Book): Amount | null {
  const price = book.prices.at(asset, time, venue);
  return price && toValueScale(amount.times(price.value));
}

function toFlow(entry: ParsedTransfer | ParsedCash, book: Book): Flow {
  return {
    id: entry.id,
    time: entry.time,
    venue: entry.venue,
    account: entry.account,
    direction: entry.kind === 'transfer' ? entry.direction : 'deposit',
    asset: entry.asset,
    amount: entry.amount,
    value: flowValue(entry, book),
    fee: entry.kind === 'transfer' ? entry.fee : null,
    unclassifiedCredit: entry.kind !== 'transfer',
    offMarket: entry.kind === 'transfer' && entry.offMarket === true,
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
