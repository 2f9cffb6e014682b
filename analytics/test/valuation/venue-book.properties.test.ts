/** Compares the value of contracts with a venue book that uses average prices. */
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FillEntry } from '../../src/entries/entry.ts';
import { at, contractFill, mark, transfer } from '../entries/entries.ts';
import { build } from '../history/input.ts';

const LINEAR = 'BTC/USDT:USDT';
const INVERSE = 'BTC/USD:BTC';
const DAY = 86_400_000;

/** The book of a venue: a wallet, and a position at an average price. The average is harmonic for inverse contracts. */
class VenueBook {
  wallet: Decimal;
  #units = new Decimal(0);
  #entry = new Decimal(0);
  readonly #inverse: boolean;

  constructor(wallet: number, inverse: boolean) {
    this.wallet = new Decimal(wallet);
    this.#inverse = inverse;
  }

  trade({ side, quantity, price, fee }: FillEntry): void {
    const signed = new Decimal(quantity).times(side === 'buy' ? 1 : -1);
    const closes = this.#units.isZero() || this.#units.s === signed.s ? new Decimal(0) : this.#units.abs();
    const closed = Decimal.min(closes, signed.abs()).times(this.#units.s || 1);
    this.wallet = this.wallet.plus(this.#profit(closed, new Decimal(price))).minus(fee?.amount ?? 0);
    const left = this.#units.minus(closed);
    const added = signed.plus(closed);
    if (!added.isZero()) this.#entry = this.#average(left, added, new Decimal(price));
    this.#units = left.plus(added);
  }

  value(markPrice: Decimal): Decimal {
    return this.wallet.plus(this.#profit(this.#units, markPrice));
  }

  #profit(units: Decimal, price: Decimal): Decimal {
    if (units.isZero()) return new Decimal(0);
    const one = new Decimal(1);
    return this.#inverse
      ? units.times(one.div(this.#entry).minus(one.div(price)))
      : units.times(price.minus(this.#entry));
  }

  #average(left: Decimal, added: Decimal, price: Decimal): Decimal {
    if (left.isZero()) return price;
    const sum = left.plus(added);
    return this.#inverse
      ? sum.div(left.div(this.#entry).plus(added.div(price)))
      : left.times(this.#entry).plus(added.times(price)).div(sum);
  }
}

describe('when a venue keeps the same contract at average price', () => {
  const price = fc.integer({ min: 5000, max: 15_000 }).map((cents) => (cents / 100).toFixed(2));
  const trade = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    contracts: fc.integer({ min: 1, max: 30 }),
    price,
    fee: fc.integer({ min: -20, max: 50 }),
  });

  it.each([
    [LINEAR, false],
    [INVERSE, true],
  ])('its value equals that of our holdings of %s after every trade', (symbol, inverse) => {
    const start = at('2024-01-01');
    const settle = inverse ? 'BTC' : 'USDT';
    fc.assert(
      fc.property(fc.array(fc.tuple(trade, price), { minLength: 1, maxLength: 15 }), (days) => {
        const fills = days.map(([{ side, contracts, price: paid, fee }], i) =>
          contractFill(start + i * DAY + 5, side, String(contracts), symbol, paid, {
            fee: `${fee} ${settle}`,
          }),
        );
        const marks = days.map(([, close], i) => ({
          ...mark(start + (i + 1) * DAY, symbol, close),
          quote: inverse ? 'USD' : 'USDT',
        }));
        const values = build({
          entries: [transfer(start, 'deposit', `10000 ${settle}`), ...fills],
          marks,
          reportingCurrency: settle,
          asOf: start + days.length * DAY,
        }).nav;
        const venue = new VenueBook(10_000, inverse);
        fills.forEach((entry, i) => {
          venue.trade(entry);
          const expected = venue.value(new Decimal(marks[i]!.price));
          expect(expected.minus(values[i]!).abs().toNumber()).toBeLessThan(1e-12);
        });
      }),
    );
  });
});
