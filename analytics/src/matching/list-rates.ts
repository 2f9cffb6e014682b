/** Prices of currencies from the trades of a list: the last trade of each pair so far. */
import { type Amount, ONE } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import { parseSymbol } from '../entries/symbol.ts';

/** Prices of the spot pairs that were traded so far. */
export class ListRates {
  /** By base and quote; the inverse of a pair by quote and base, to 40 decimals. */
  readonly #last = new Map<string, Map<string, Amount>>();

  /** Notes a trade at a price. A contract, or a symbol that names no pair, gives no price. */
  note(symbol: string, price: Amount): void {
    const { base, quote, spot } = parseSymbol(symbol);
    if (!spot || base === null || quote === null || !price.isPositive()) return;
    this.#set(base, quote, price);
    this.#set(quote, base, ONE.dividedBy(price, FINE_SCALE));
  }

  /**
   * One `currency` in `other`: by the last trade of the pair, or else over a third currency. Null: no trade prices it.
   */
  rate(currency: string, other: string): Amount | null {
    if (currency === other) return ONE;
    const known = this.#last.get(currency);
    const direct = known?.get(other);
    if (direct !== undefined || known === undefined) return direct ?? null;
    const between = [...known.keys()].filter((third) => this.#last.get(third)?.has(other)).sort();
    const [third] = between;
    return third === undefined ? null : known.get(third)!.times(this.#last.get(third)!.get(other)!);
  }

  #set(from: string, to: string, price: Amount): void {
    const known = this.#last.get(from) ?? new Map<string, Amount>();
    known.set(to, price);
    this.#last.set(from, known);
  }
}
