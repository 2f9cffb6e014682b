/** What fills closed, for round trips and trade statistics. */
import { type Amount, toNumber, ZERO } from '../amount/decimal.ts';
import type { ParsedFill } from '../entries/parse.ts';
import type { ClosedPart } from './position.ts';

/** One fill that closed lots. Money in the reporting currency at the time of the fill. */
export interface ClosedTrade {
  readonly venue: string;
  readonly account: string;
  /** The wallet of the fill. Order ids are unique in it. */
  readonly wallet: string;
  readonly symbol: string;
  readonly orderId: string | null;
  /** Time of the fill, ms UTC. */
  readonly time: number;
  /** Opening time of the closed lots: the mean, weighted by quantity. */
  readonly openTime: number;
  /** Whether the lots were bought, or sold short. */
  readonly direction: 'long' | 'short';
  /** Quantity closed against lots of known cost. For contracts, in contracts. */
  readonly quantity: Amount;
  readonly openValue: Amount;
  readonly closeValue: Amount;
  /** Gross of fees. */
  readonly realizedPnl: Amount;
  /** The fill's own fee and a proportional share of the lots' fees. */
  readonly fees: Amount;
  /** Σ quantity × ms held. */
  readonly heldQuantityMs: Amount;
}

/** Sums of the parts of known cost, in the currency of their values. */
export class ClosedParts {
  quantity = ZERO;
  openValue = ZERO;
  closeValue = ZERO;
  #weight = 0;
  #weightedOpenTime = 0;

  /** Adds one part. Bound, so that it can be passed as a function. */
  readonly add = ({ quantity, openTime, openValue, closeValue }: ClosedPart): void => {
    if (openValue === null || closeValue === null) return;
    this.quantity = this.quantity.plus(quantity);
    this.openValue = this.openValue.plus(openValue);
    this.closeValue = this.closeValue.plus(closeValue);
    const weight = toNumber(quantity);
    this.#weight += weight;
    this.#weightedOpenTime += weight * openTime;
  };

  /** Mean opening time, weighted by quantity. */
  get openTime(): number {
    return Math.round(this.#weightedOpenTime / this.#weight);
  }

  isEmpty(): boolean {
    return this.quantity.isZero();
  }
}

/**
 * The trade of a fill that closed `parts`.
 * @param price - of the currency of the parts' values; left out where that is the reporting currency
 */
export function toClosedTrade(
  fill: ParsedFill,
  parts: ClosedParts,
  { realizedPnl, fees, heldQuantityMs }: Pick<ClosedTrade, 'realizedPnl' | 'fees' | 'heldQuantityMs'>,
  price?: Amount,
): ClosedTrade {
  return {
    venue: fill.venue,
    account: fill.account,
    wallet: fill.wallet,
    symbol: fill.symbol,
    orderId: fill.orderId,
    time: fill.time,
    realizedPnl,
    fees,
    heldQuantityMs,
    openTime: parts.openTime,
    direction: fill.side === 'sell' ? 'long' : 'short',
    quantity: parts.quantity,
    openValue: price === undefined ? parts.openValue : parts.openValue.times(price),
    closeValue: price === undefined ? parts.closeValue : parts.closeValue.times(price),
  };
}
