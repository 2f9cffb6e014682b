/**
 * Exact money (METRICS §0 "money"). An {@link Amount} is added, subtracted and multiplied without rounding:
 * parsed numbers have at most 40 + 40 digits and no formula here multiplies more than three of them, so 300
 * significant digits hold every result. Nothing here divides; ratios are doubles (`toNumber`).
 */
import { Decimal as Big } from 'decimal.js';
import { InputError, type InputErrorCode } from '../errors.ts';
import type { Decimal } from './entry.ts';

const Exact = Big.clone({
  precision: 300,
  rounding: Big.ROUND_HALF_EVEN,
  toExpNeg: -9e15,
  toExpPos: 9e15,
});

/** An exact decimal number. Immutable. */
export type Amount = Big;

export const ZERO: Amount = new Exact(0);
export const ONE: Amount = new Exact(1);

const DECIMAL = /^-?\d{1,40}(?:\.\d{1,40})?$/;

/** Decimals of money in reports (METRICS §6 "Rounding"). */
const MONEY_DECIMALS = 12;

/**
 * Reads a decimal: optional minus, 1 to 40 digits, optionally a point and 1 to 40 digits; no exponent.
 * @param what - names the field in the error; the value itself is account data and stays out of it
 * @throws InputError `ledger_decimal_malformed`, or `code` when given
 */
export function parseDecimal(
  text: Decimal,
  what: string,
  code: InputErrorCode = 'ledger_decimal_malformed',
): Amount {
  if (typeof text !== 'string' || !DECIMAL.test(text)) throw new InputError(code, `${what} is not a decimal`);
  return new Exact(text);
}

/** The amount of a double that stands for exactly its shortest decimal text (`analyze` on plain numbers). */
export function fromNumber(value: number): Amount {
  return new Exact(value);
}

/** All digits, never an exponent. */
export function formatDecimal(amount: Amount): Decimal {
  return amount.toFixed();
}

/** Rounded to 12 decimals, half to even (METRICS §6). */
export function formatMoney(amount: Amount): Decimal {
  return amount.toDecimalPlaces(MONEY_DECIMALS, Big.ROUND_HALF_EVEN).toFixed();
}

/** The nearest double. */
export function toNumber(amount: Amount): number {
  return amount.toNumber();
}

/** `part / whole` as a double; null when `whole` is not positive. */
export function ratio(part: Amount, whole: Amount): number | null {
  return whole.gt(ZERO) ? toNumber(part) / toNumber(whole) : null;
}
