/** Unrealised profit of open positions at an instant (docs/metrics.md §6), in the reporting currency. */
import { type Amount, ZERO } from '../amount/decimal.ts';
import type { OpenPosition } from '../lots/open-position.ts';
import type { Subject } from '../matching/trading-rows.ts';
import type { PriceBook } from '../prices/price-book.ts';

/** The unrealised profit of one account's part of an open position. */
export interface Unrealized extends Subject {
  readonly pnl: Amount;
}

/**
 * Unrealised profit by venue, account and symbol. An asset's profit is divided among own accounts by what each acquired
 * less what it disposed of.
 * @returns null where an open position has no price
 */
export function unrealizedPnl(
  open: readonly OpenPosition[],
  prices: PriceBook,
  time: number,
  reportingCurrency: string,
): readonly Unrealized[] | null {
  const parts: Unrealized[] = [];
  for (const position of open) {
    const pnl = pnlOf(position, prices, time);
    if (pnl === null) return null;
    const { asset, contract } = position;
    const symbol = contract === null ? `${asset}/${reportingCurrency}` : asset;
    parts.push(...spread(position, pnl).map((part) => ({ ...part, symbol })));
  }
  return parts;
}

/** Prices of contracts are for one unit, in the reporting currency. Prices of inverse contracts are negative. */
function pnlOf(
  { asset, venue, contract, knownQuantity, cost }: OpenPosition,
  prices: PriceBook,
  time: number,
) {
  if (knownQuantity.isZero()) return ZERO;
  const price = prices.at(asset, time, venue ?? undefined)?.value;
  if (price === undefined) return null;
  const value = knownQuantity.times(price);
  if (contract === null) return value.minus(cost);
  const rate = prices.at(contract.settle, time, venue ?? undefined)?.value;
  if (rate === undefined) return null;
  const owed = cost.times(rate);
  return knownQuantity.isNegative() !== contract.inverse ? value.plus(owed) : value.minus(owed);
}

/** Divides in proportion to positive holdings. The last one gets the rounding difference. */
function spread({ shares, quantity }: OpenPosition, pnl: Amount) {
  const holders = shares.filter((share) => share.quantity.isPositive() === quantity.isPositive());
  const held = holders.length > 0 ? holders : shares;
  const total = held.reduce((sum, share) => sum.plus(share.quantity), ZERO);
  let left = pnl;
  return held.map(({ venue, account, quantity: own }, i) => {
    const isLast = i === held.length - 1 || total.isZero();
    const part = isLast ? left : pnl.times(own).dividedBy(total, SHARE_SCALE);
    left = left.minus(part);
    return { venue, account, pnl: part };
  });
}

/** Decimals of a share. */
const SHARE_SCALE = 40;
