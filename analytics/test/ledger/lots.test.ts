import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Amount, formatDecimal, parseDecimal, ZERO } from '../../src/ledger/decimal.ts';
import { type Lot, LotBook } from '../../src/ledger/lots.ts';
import { amount } from './entries.ts';

function take(book: LotBook, quantity: string): { parts: string[]; missing: string } {
  const parts: string[] = [];
  const missing = book.remove('A', parseDecimal(quantity, 'q'), (lot: Lot) => {
    parts.push(`${formatDecimal(lot.quantity)}@${lot.price === null ? '?' : formatDecimal(lot.price)}`);
  });
  return { parts, missing: formatDecimal(missing) };
}

function bookOf(...lots: readonly (readonly [quantity: string, price: string])[]): LotBook {
  const book = new LotBook();
  lots.forEach(([quantity, price], time) => {
    book.add('A', { time, quantity: parseDecimal(quantity, 'q'), price: parseDecimal(price, 'p') });
  });
  return book;
}

describe('when lots are taken', () => {
  it('takes the oldest first and splits the last', () => {
    const book = bookOf(['10', '10'], ['20', '11'], ['30', '12']);
    expect(take(book, '6')).toEqual({ parts: ['6@10'], missing: '0' });
    expect(take(book, '6')).toEqual({ parts: ['4@10', '2@11'], missing: '0' });
    expect(take(book, '18')).toEqual({ parts: ['18@11'], missing: '0' });
  });

  it('says what is missing beyond the inventory', () => {
    expect(take(bookOf(['1', '5']), '1.5')).toEqual({ parts: ['1@5'], missing: '0.5' });
    expect(take(new LotBook(), '2')).toEqual({ parts: [], missing: '2' });
  });

  it('stays linear over many lots and still lists the open ones', () => {
    const book = new LotBook();
    for (let time = 0; time < 5000; time++) {
      book.add('A', { time, quantity: amount(1), price: amount(time) });
      if (time % 2 === 1) take(book, '1.5');
    }
    const [, open] = book.open()[0]!;
    expect(formatDecimal(open.reduce((sum, lot) => sum.plus(lot.quantity), ZERO))).toBe('1250');
    expect(open[0]?.time).toBe(3750);
  });
});

describe('when any lots are added and taken', () => {
  it('conserves the quantity', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 10 ** 9 })), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (moves) => {
        const book = new LotBook();
        let [added, taken, missing]: [Amount, Amount, Amount] = [ZERO, ZERO, ZERO];
        moves.forEach(([isAdd, size], time) => {
          const quantity = amount((size / 1e8).toFixed(8));
          if (isAdd) {
            book.add('A', { time, quantity, price: null });
            added = added.plus(quantity);
          } else {
            const rest = book.remove('A', quantity, (lot) => {
              taken = taken.plus(lot.quantity);
            });
            missing = missing.plus(rest);
            expect(rest.gt(quantity)).toBe(false);
          }
        });
        const open = book.open().flatMap(([, lots]) => lots);
        const left = open.reduce((sum, lot) => sum.plus(lot.quantity), ZERO);
        expect(left.plus(taken).eq(added)).toBe(true);
        expect(missing.isNegative()).toBe(false);
      }),
    );
  });
});
