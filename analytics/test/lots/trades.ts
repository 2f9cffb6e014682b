/** Runs the trades of a fixture, given as numbers or text, through one position. */
import { type Amount, formatMoney, parseDecimal, ZERO } from '../../src/amount/decimal.ts';
import type { Closing } from '../../src/lots/closing.ts';
import { Position, type PositionOptions } from '../../src/lots/position.ts';

export interface WrittenTrade {
  readonly side: 'buy' | 'sell';
  readonly quantity: number | string;
  readonly price: number | string;
  readonly fee: number | string;
}

export interface Played {
  readonly position: Position;
  /** One value for each trade. Null: the trade only opened. */
  readonly closings: readonly (Closing | null)[];
  readonly realizedPnl: Amount;
  readonly fees: Amount;
  readonly missingQuantity: Amount;
  /** Quantity and cost after each trade. */
  readonly after: readonly { readonly quantity: Amount; readonly cost: Amount }[];
}

export const amount = (value: number | string): Amount => parseDecimal(String(value), 'a fixture');

export function play(trades: readonly WrittenTrade[], options: PositionOptions): Played {
  const position = new Position(options);
  const closings: (Closing | null)[] = [];
  const after: { quantity: Amount; cost: Amount }[] = [];
  let [realizedPnl, fees, missingQuantity] = [ZERO, ZERO, ZERO];
  for (const [time, { side, quantity, price, fee }] of trades.entries()) {
    const trade = { side, quantity: amount(quantity), price: amount(price), fee: amount(fee), time };
    const closing = position.trade(trade);
    closings.push(closing);
    fees = fees.plus(trade.fee);
    if (closing !== null) {
      realizedPnl = realizedPnl.plus(closing.realizedPnl);
      missingQuantity = missingQuantity.plus(closing.missingQuantity);
    }
    after.push({ quantity: position.quantity, cost: position.cost });
  }
  return { position, closings, realizedPnl, fees, missingQuantity, after };
}

/** `cost / |quantity|` with 12 decimals; null when the position is flat. */
export function averageEntryPrice({ quantity, cost }: Pick<Position, 'quantity' | 'cost'>): string | null {
  return quantity.isZero() ? null : formatMoney(cost.dividedBy(quantity.abs(), 40));
}
