import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COST_METHODS } from '../../src/lots/method.ts';
import { Position, type PositionOptions, type Trade } from '../../src/lots/position.ts';
import { amount } from './trades.ts';

const anyTrade = fc
  .record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    // The quantities have several scales: a finer quantity rescales every open lot.
    quantity: fc.constantFrom('1', '2', '0.5', '3.25', '0.001'),
    price: fc.constantFrom(null, '10', '11.5', '9.125'),
    fee: fc.constantFrom('0', '0.1', '0.003'),
  })
  .map(({ side, quantity, price, fee }) => ({
    side,
    quantity: amount(quantity),
    price: price === null ? null : amount(price),
    fee: amount(fee),
  }));
type Untimed = Omit<Trade, 'time'>;

const anyOptions = fc.record<PositionOptions>({
  method: fc.constantFrom(...COST_METHODS),
  spot: fc.boolean(),
  feesInCostBasis: fc.boolean(),
});

/** Runs trades and records what each trade closed and left open. */
function play(position: Position, trades: readonly Untimed[], from: number): readonly string[] {
  const said: string[] = [];
  trades.forEach((trade, i) => {
    const closing = position.trade({ ...trade, time: from + i }, (part) =>
      said.push(`${part.quantity.toString()} of ${part.openTime} for ${part.openValue?.toString() ?? '?'}`),
    );
    said.push(
      closing === null ? 'opened' : `${closing.netPnl.toString()} ${closing.missingQuantity.toString()}`,
    );
  });
  return [...said, ...left(position)];
}

function left(position: Position): readonly string[] {
  return position
    .lots()
    .map(({ quantity, cost, time }) => `${quantity.toString()} at ${time} cost ${cost?.toString() ?? '?'}`);
}

describe('when a position is cloned', () => {
  it('both continue independently, after any number of clones', () => {
    const trades = fc.array(anyTrade, { maxLength: 12 });
    const cases = fc.tuple(anyOptions, trades, trades, trades, trades);
    fc.assert(
      fc.property(cases, ([options, first, second, other, last]) => {
        const position = new Position(options);
        play(position, first, 0);
        const kept = position.clone();
        const before = left(kept);
        const clone = position.clone();
        const afresh = (...pieces: readonly (readonly Untimed[])[]) => {
          const played = new Position(options);
          let from = 0;
          for (const piece of pieces.slice(0, -1)) {
            play(played, piece, from);
            from += piece.length;
          }
          return play(played, pieces.at(-1)!, from);
        };
        expect(play(position, second, first.length)).toEqual(afresh(first, second));
        expect(play(clone, other, first.length)).toEqual(afresh(first, other));
        expect(play(position.clone(), last, first.length + second.length)).toEqual(
          afresh(first, second, last),
        );
        expect(left(kept)).toEqual(before);
        expect(play(kept, last, first.length)).toEqual(afresh(first, last));
      }),
    );
  });
});
