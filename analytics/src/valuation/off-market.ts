/**
 * Fills outside their market (docs/metrics.md §1 "Position moves"): a position handed over at a chosen price, a block
 * trade, or any fill whose price lies outside the range of its minute. Such a fill is booked at the mark of its minute.
 * The difference is a deposit when the price was better for the account, and a withdrawal when it was worse. So the
 * fill can neither make a profit nor hide a loss.
 *
 * Where no source gives the range of a minute, its fills cannot be judged. `checkedFillShare` states how many were
 * compared. Not checked: whether a fill within the range was made with the account itself or an accomplice.
 */
import { type Amount, ratio, ZERO } from '../amount/decimal.ts';
import { costOf, type ParsedEntry, type ParsedFill, type ParsedTransfer } from '../entries/parse.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { MinuteRange } from '../prices/read-mark.ts';

/** How much was traded on the market. Shares of the traded value; null where that value is zero. */
export interface FillConduct {
  /** Fills that are booked at the mark of their minute. */
  readonly positionMoves: number;
  readonly offMarketFillShare: number | null;
  /** Share of fills that the venue calls block trades. */
  readonly blockTradeShare: number | null;
  /** Share of fills whose minute has a range. */
  readonly checkedFillShare: number | null;
}

/** Books entries in order, and sums up how their fills were made. */
export class OffMarketBooking {
  #hasFills = false;
  #hasBlocks = false;
  #positionMoves = 0;
  #all = ZERO;
  #checked = ZERO;
  #moved = ZERO;
  #blocks = ZERO;

  /** A copy with the same sums. Neither copy changes the other. */
  clone(): OffMarketBooking {
    const copy = new OffMarketBooking();
    copy.#hasFills = this.#hasFills;
    copy.#hasBlocks = this.#hasBlocks;
    copy.#positionMoves = this.#positionMoves;
    copy.#all = this.#all;
    copy.#checked = this.#checked;
    copy.#moved = this.#moved;
    copy.#blocks = this.#blocks;
    return copy;
  }

  /** Books a fill outside its market at mark, with the difference. Returns any other entry unchanged. */
  book(entry: ParsedEntry, prices: PriceBook): readonly ParsedEntry[] {
    if (entry.kind !== 'fill') return [entry];
    const { quote, contract, time, venue } = entry;
    const range = prices.rangeOf(contract === null ? entry.base : entry.symbol, quote, time, venue);
    const value = entry.cost.times(prices.at(contract?.settle ?? quote, time, venue)?.value ?? ZERO);
    this.#hasFills = true;
    this.#all = this.#all.plus(value);
    if (entry.block) {
      this.#hasBlocks = true;
      this.#blocks = this.#blocks.plus(value);
    }
    if (range === null) return [entry];
    this.#checked = this.#checked.plus(value);
    const parts = atMark(entry, range);
    if (parts.length === 1) return parts;
    this.#positionMoves += 1;
    this.#moved = this.#moved.plus(value);
    return parts;
  }

  /** @param hasRanges - whether any source gives the range of a minute */
  conduct(hasRanges: boolean): FillConduct {
    if (!hasRanges && !this.#hasBlocks) {
      const nothing = this.#hasFills ? 0 : null;
      const shares = { offMarketFillShare: nothing, blockTradeShare: nothing, checkedFillShare: nothing };
      return { positionMoves: 0, ...shares };
    }
    return {
      positionMoves: this.#positionMoves,
      offMarketFillShare: ratio(this.#moved, this.#all),
      blockTradeShare: ratio(this.#blocks, this.#all),
      checkedFillShare: ratio(this.#checked, this.#all),
    };
  }
}

/** The fill itself, or the fill at mark and the difference. */
function atMark(fill: ParsedFill, { low, high, mark }: MinuteRange): readonly ParsedEntry[] {
  const { price, quantity, contract } = fill;
  if (!price.gt(high) && !low.gt(price)) return [fill];
  if (contract?.inverse && mark.isZero()) return [fill];
  const atPrice = fill.cost;
  const cost = costOf(quantity, mark, contract);
  const better = pays(fill) ? cost.minus(atPrice) : atPrice.minus(cost);
  return better.isZero() ? [fill] : [{ ...fill, price: mark, cost }, difference(fill, better)];
}

/** Whether a higher cost is worse. The buyer pays the cost, except for inverse contracts, where the seller pays it. */
function pays({ side, contract }: ParsedFill): boolean {
  return (side === 'buy') !== (contract?.inverse ?? false);
}

function difference(fill: ParsedFill, better: Amount): ParsedTransfer {
  const { id, time, venue, account, wallet, market, quote, contract } = fill;
  return {
    ...{ kind: 'transfer', id, time, venue, account, wallet, market },
    direction: better.isPositive() ? 'deposit' : 'withdrawal',
    asset: contract?.settle ?? quote,
    amount: better.abs(),
    ...{ fee: null, transactionHash: null, offMarket: true },
  };
}
