/**
 * Fills outside their market (METRICS §1 "Position moves"): a position handed over at a price of one's choice, a block
 * trade, anything whose price lies outside the range of its minute. Such a fill is booked at the mark of its minute,
 * and what it was better for the account is a deposit, what it was worse a withdrawal: it can neither make a profit
 * nor hide a loss.
 *
 * Where nobody says the range of a minute nothing can be said of its fills; `checkedFillShare` tells how many were
 * compared. Not checked: whether a fill within the range was made against oneself or an accomplice.
 */
import { type Amount, ratio, ZERO } from '../ledger/decimal.ts';
import { costOf, type ParsedEntry, type ParsedFill, type ParsedTransfer } from '../ledger/parse.ts';
import type { MinuteRange } from './marks.ts';
import type { PriceBook } from './prices.ts';

/** How much of what was traded was traded on the market; shares of the traded value, null where that is zero. */
export interface FillConduct {
  /** Fills that are booked at the mark of their minute. */
  readonly positionMoves: number;
  readonly offMarketFillShare: number | null;
  /** Of fills that the venue calls block trades. */
  readonly blockTradeShare: number | null;
  /** Of fills whose minute has a range. */
  readonly checkedFillShare: number | null;
}

/** Entries as they are booked. */
export interface BookedEntries extends FillConduct {
  readonly entries: readonly ParsedEntry[];
}

/** Books fills outside their market at mark; everything else stays as it is. */
export function bookAtMark(entries: readonly ParsedEntry[], prices: PriceBook): BookedEntries {
  if (!prices.hasRanges && !entries.some((entry) => entry.kind === 'fill' && entry.block)) {
    const nothing = entries.some(({ kind }) => kind === 'fill') ? 0 : null;
    const shares = { offMarketFillShare: nothing, blockTradeShare: nothing, checkedFillShare: nothing };
    return { entries, positionMoves: 0, ...shares };
  }
  const booked: ParsedEntry[] = [];
  let positionMoves = 0;
  let [all, checked, moved, blocks] = [ZERO, ZERO, ZERO, ZERO];
  for (const entry of entries) {
    if (entry.kind !== 'fill') {
      booked.push(entry);
      continue;
    }
    const { quote, contract, time, venue } = entry;
    const range = prices.rangeOf(contract === null ? entry.base : entry.symbol, quote, time, venue);
    const value = entry.cost.times(prices.at(contract?.settle ?? quote, time, venue)?.value ?? ZERO);
    const parts = range === null ? [entry] : atMark(entry, range);
    booked.push(...parts);
    all = all.plus(value);
    if (entry.block) blocks = blocks.plus(value);
    if (range !== null) checked = checked.plus(value);
    if (parts.length === 1) continue;
    positionMoves += 1;
    moved = moved.plus(value);
  }
  return {
    entries: booked,
    positionMoves,
    offMarketFillShare: ratio(moved, all),
    blockTradeShare: ratio(blocks, all),
    checkedFillShare: ratio(checked, all),
  };
}

/** The fill itself; or the fill at mark and the difference. */
function atMark(fill: ParsedFill, { low, high, mark }: MinuteRange): readonly ParsedEntry[] {
  const { price, quantity, contract } = fill;
  if (!price.gt(high) && !low.gt(price)) return [fill];
  if (contract?.inverse && mark.isZero()) return [fill];
  const atPrice = fill.cost;
  const cost = costOf(quantity, mark, contract);
  const better = pays(fill) ? cost.minus(atPrice) : atPrice.minus(cost);
  return better.isZero() ? [fill] : [{ ...fill, price: mark, cost }, difference(fill, better)];
}

/** Whether a higher cost is worse: whoever buys pays it, but of inverse contracts whoever sells. */
function pays({ side, contract }: ParsedFill): boolean {
  return (side === 'buy') !== (contract?.inverse ?? false);
}

function difference(fill: ParsedFill, better: Amount): ParsedTransfer {
  const { id, time, venue, account, market, quote, contract } = fill;
  return {
    ...{ kind: 'transfer', id, time, venue, account, market },
    direction: better.isPositive() ? 'deposit' : 'withdrawal',
    asset: contract?.settle ?? quote,
    amount: better.abs(),
    ...{ fee: null, transactionHash: null, offMarket: true },
  };
}
