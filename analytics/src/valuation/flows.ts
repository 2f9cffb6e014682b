/**
 * External flows (docs/metrics.md §1): what crosses the boundary of the set of own accounts. Each is valued at its
 * instant.
 */
import { type Amount, parseDecimal, ZERO } from '../amount/decimal.ts';
import { toFineScale } from '../amount/scale.ts';
import type { ParsedCash, ParsedEntry, ParsedMoney, ParsedTransfer } from '../entries/parse.ts';
import type { UnreadWallets } from '../holdings/unread-wallets.ts';
import type { InternalTransfers } from '../matching/transfers.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { startOfDay } from '../time/calendar.ts';

/** A flow above this share of NAV is large. A credit above it is not income until it is classified. */
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
  /** In the reporting currency. Null: the asset has no price. */
  readonly value: Amount | null;
  /** The fee of the transfer itself, which is a loss of the account. Null: no fee. */
  readonly fee: ParsedMoney | null;
  /** Whether this is a rebate or other credit that is too large to count as income. */
  readonly unclassifiedCredit: boolean;
  /**
   * Whether this is the difference between a fill outside its market and the mark that books it. A better price is a
   * deposit, a worse price a withdrawal.
   */
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
   * NAV just before the flows, by minute marks, after the transfers' own fees. The fees belong to the segment that the
   * flow ends, because the formula makes withdrawals last. Null: the instant cannot be valued.
   */
  readonly valueBefore: Amount | null;
}

/** Rebates and other credits of one day. */
export interface DayCredits {
  /** Null: one credit has no price, and its asset is not delisted. */
  readonly known: Amount | null;
  /** Credits without a price count as 0. */
  readonly value: Amount;
}

export const NO_CREDITS: DayCredits = { known: ZERO, value: ZERO };

/** Whether an entry is a rebate or another credit. */
export function isCredit(entry: ParsedEntry): entry is ParsedCash {
  return (entry.kind === 'rebate' || entry.kind === 'other') && entry.amount.isPositive();
}

/** Whether a transfer comes from or goes to an account outside the set. */
export function isExternal(entry: ParsedEntry, internal: InternalTransfers): entry is ParsedTransfer {
  return entry.kind === 'transfer' && entry.counterWallet === undefined && !internal.has(entry);
}

/** The flow, at its value, of an external transfer or of a credit that may be a flow. */
export function toFlow(entry: ParsedTransfer | ParsedCash, prices: PriceBook): Flow {
  return {
    id: entry.id,
    time: entry.time,
    venue: entry.venue,
    account: entry.account,
    direction: entry.kind === 'transfer' ? entry.direction : 'deposit',
    asset: entry.asset,
    amount: entry.amount,
    value: flowValue(entry, prices),
    fee: entry.kind === 'transfer' ? entry.fee : null,
    unclassifiedCredit: entry.kind !== 'transfer',
    offMarket: entry.kind === 'transfer' && entry.offMarket === true,
  };
}

/** The sums of a day with one more credit. */
export function addCredit(
  { known, value }: DayCredits,
  credit: Flow,
  delistedAssets: ReadonlySet<string>,
): DayCredits {
  const own = credit.value ?? (delistedAssets.has(credit.asset) ? ZERO : null);
  return {
    known: known === null || own === null ? null : known.plus(own),
    value: value.plus(credit.value ?? ZERO),
  };
}

/**
 * External flows are the unmatched transfers from and to other accounts, and the credits (rebates and others) that come
 * to more than 1 % of NAV in a day or that have no price. Small credits of a day add up.
 * @param candidates - in order; every credit is among them
 * @param creditsOf - credits of the day of an instant
 * @param navBefore - the last known NAV at or before an instant; null or not positive: every credit is large
 */
export function externalFlows(
  candidates: readonly Flow[],
  creditsOf: (time: number) => DayCredits,
  navBefore: (time: number) => Amount | null,
): readonly Flow[] {
  let [day, areLarge] = [Number.NaN, false];
  return candidates.filter(({ unclassifiedCredit, time }) => {
    if (!unclassifiedCredit) return true;
    if (startOfDay(time) !== day) {
      const { known } = creditsOf(time);
      day = startOfDay(time);
      areLarge = known === null || known.gt((navBefore(time) ?? ZERO).times(LARGE_SHARE));
    }
    return areLarge;
  });
}

/**
 * Two flows of unread wallets: what came out of them beyond everything that had gone in, and how much of that went
 * back. They serve the lower bound ({@link Valuation.floor}). There, money that goes in is lost until it comes back,
 * and money that comes out is no profit. Null: there is neither.
 */
export function bookUnread(
  transfer: ParsedTransfer,
  unread: UnreadWallets,
  prices: PriceBook,
): FlowPoint | null {
  const amount = unread.book(transfer);
  if (amount.isZero()) return null;
  const { asset, time, venue } = transfer;
  const value = amount.times(prices.at(asset, time, venue)?.value ?? ZERO);
  const [deposits, withdrawals] = value.isNegative() ? [ZERO, value.neg()] : [value, ZERO];
  return { time, deposits, withdrawals, count: 1, priced: true, valueBefore: null };
}

/** The flows, grouped by instant. */
export function byInstant(flows: readonly Flow[]): readonly (readonly Flow[])[] {
  const groups: Flow[][] = [];
  for (const flow of flows) {
    const last = groups.at(-1);
    if (last !== undefined && last[0]!.time === flow.time) last.push(flow);
    else groups.push([flow]);
  }
  return groups;
}

/**
 * The flows of one instant as they link returns.
 * @param valueBefore - returns the value of the account just before, to the minute; null: not known
 */
export function toPoint(
  flows: readonly Flow[],
  prices: PriceBook,
  delistedAssets: ReadonlySet<string>,
  valueBefore: () => Amount | null,
): FlowPoint {
  const { time } = flows[0]!;
  // The value after the flow depends on the flow's own price. So that price must be known to the minute too.
  const toTheMinute = flows.every(
    (flow) => delistedAssets.has(flow.asset) || prices.atMinute(flow.asset, time, flow.venue) !== null,
  );
  const fees = toTheMinute ? feesOf(flows, prices) : null;
  const before = fees === null ? null : valueBefore();
  return {
    time,
    deposits: sumFlows(flows, 'deposit'),
    withdrawals: sumFlows(flows, 'withdrawal'),
    count: flows.length,
    priced: flows.every((flow) => flow.value !== null || delistedAssets.has(flow.asset)),
    valueBefore: fees === null || before === null ? null : before.minus(fees),
  };
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

/** Value of what moved, at its instant. Null: no price. */
function flowValue(
  { asset, amount, time, venue }: ParsedTransfer | ParsedCash,
  prices: PriceBook,
): Amount | null {
  const price = prices.at(asset, time, venue);
  return price && toFineScale(amount.times(price.value));
}

/** Value of the flows' own fees at their minute. Null: one of them cannot be valued. */
function feesOf(flows: readonly Flow[], prices: PriceBook): Amount | null {
  let sum = ZERO;
  for (const { fee, time, venue } of flows) {
    if (fee === null || fee.amount.isZero()) continue;
    const price = prices.atMinute(fee.currency, time, venue);
    if (price === null) return null;
    sum = sum.plus(fee.amount.times(price.value));
  }
  return sum;
}
