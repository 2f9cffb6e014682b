/** Whole units of scales: how a position turns amounts into integers and back. */
import { Amount, ONE } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import { divideHalfEven, multiply, powerOfTen, type Whole } from '../amount/whole.ts';

export interface ContractTerms {
  /** Units of the underlying (linear) or of the quote (inverse) for one contract. 1 when left out. */
  readonly contractSize?: Amount;
  /** Whether a contract is worth contractSize / price, in base. */
  readonly inverse?: boolean;
}

/**
 * Scales of one position. Quantities and prices keep the finest scale so far. Values are exact products of the two, or
 * units of 10^−40 where a value was divided.
 */
export class Units {
  readonly #contractSize: Amount;
  readonly #contractScale: number;
  readonly #inverse: boolean;
  readonly #exact: boolean;
  #quantityScale = 0;
  #priceScale = 0;

  /** @param exact - whether values are products; inverse contracts cannot be */
  constructor({ contractSize = ONE, inverse = false }: ContractTerms, exact: boolean) {
    this.#contractSize = contractSize;
    this.#contractScale = contractSize.scale;
    this.#inverse = inverse;
    this.#exact = exact && !inverse;
  }

  /** Whether values are exact products of quantity and price. */
  get areExact(): boolean {
    return this.#exact;
  }

  get quantityScale(): number {
    return this.#quantityScale;
  }

  get valueScale(): number {
    return this.#exact ? this.#quantityScale + this.#priceScale : FINE_SCALE;
  }

  /**
   * Makes room for the decimals of an input.
   * @returns by how many decimals quantities and prices must be shifted, if at all
   */
  widen(quantity: Amount, price: Amount | null): { quantity: Whole; price: Whole } | null {
    const priceScale = price === null ? 0 : price.scale + this.#contractScale;
    if (quantity.scale <= this.#quantityScale && priceScale <= this.#priceScale) return null;
    return this.#widenTo(quantity.scale, priceScale);
  }

  #widenTo(quantityScale: number, priceScale: number): { quantity: Whole; price: Whole } {
    const byQuantity = quantityScale - this.#quantityScale;
    const byPrice = priceScale - this.#priceScale;
    this.#quantityScale += Math.max(0, byQuantity);
    this.#priceScale += Math.max(0, byPrice);
    return { quantity: powerOfTen(Math.max(0, byQuantity)), price: powerOfTen(Math.max(0, byPrice)) };
  }

  ofQuantity(quantity: Amount): Whole {
    return quantity.unitsAt(this.#quantityScale);
  }

  /** Linear contracts: the price of a whole contract. */
  ofPrice(price: Amount): Whole {
    if (this.#inverse || this.#contractSize === ONE) return price.unitsAt(this.#priceScale);
    return price.times(this.#contractSize).unitsAt(this.#priceScale);
  }

  /** Value of `quantity` at `price`, all in units. */
  value(quantity: Whole, price: Whole): Whole {
    if (this.#exact) return multiply(quantity, price);
    if (!this.#inverse)
      return this.#toFine(multiply(quantity, price), this.#quantityScale + this.#priceScale);
    const contracts = this.toQuantity(quantity).times(this.#contractSize);
    return contracts.dividedBy(new Amount(price, this.#priceScale), FINE_SCALE).unitsAt(FINE_SCALE);
  }

  clone(): Units {
    const copy = new Units({ contractSize: this.#contractSize, inverse: this.#inverse }, this.#exact);
    copy.#quantityScale = this.#quantityScale;
    copy.#priceScale = this.#priceScale;
    return copy;
  }

  toQuantity(units: Whole): Amount {
    return new Amount(units, this.#quantityScale);
  }

  toValue(units: Whole): Amount {
    return new Amount(units, this.valueScale);
  }

  #toFine(units: Whole, scale: number): Whole {
    if (scale <= FINE_SCALE) return multiply(units, powerOfTen(FINE_SCALE - scale));
    return divideHalfEven(units, powerOfTen(scale - FINE_SCALE));
  }
}
