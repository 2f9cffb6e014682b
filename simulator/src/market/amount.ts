/**
 * Exact amounts of the simulated world: integers, never floats. An amount of an asset counts units of 1e-8 (Binance's
 * precision for every asset here). A price counts ticks of 0.01 USDT.
 */

const UNIT_DIGITS = 8;
/** Decimals of a price in ticks. */
export const TICK_DIGITS = 2;

/** Units (1e-8) in one whole. */
export const UNIT = 10n ** BigInt(UNIT_DIGITS);
/** Ticks in one USDT. */
export const TICKS = 10n ** BigInt(TICK_DIGITS);
/** Scale of an amount in units times a price in ticks. */
export const VALUE = UNIT * TICKS;

/** Units of a decimal text. More than 8 fractional digits are refused. @throws RangeError */
export function parseAmount(text: string): bigint {
  return parseScaled(text, UNIT_DIGITS);
}

/** Ticks of a price text with at most 2 fractional digits. @throws RangeError */
export function parsePrice(text: string): bigint {
  return parseScaled(text, TICK_DIGITS);
}

/** Ticks at or below a price text with any number of digits. @throws RangeError */
export function floorPrice(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return parseScaled(`${whole}.${fraction.slice(0, TICK_DIGITS).padEnd(TICK_DIGITS, '0')}`, TICK_DIGITS);
}

/** Canonical text of an amount in units: no trailing zeros. */
export function formatAmount(units: bigint): string {
  return formatScaled(units, UNIT_DIGITS);
}

/** Canonical text of a price in ticks. */
export function formatPrice(ticks: bigint): string {
  return formatScaled(ticks, TICK_DIGITS);
}

/** Canonical text of `value / 10^digits`. */
export function formatScaled(value: bigint, digits: number): string {
  return fixed(value, digits).replace(/\.?0+$/, '');
}

/** Text of an amount with all 8 digits, as Binance prints it. */
export function fixed8(units: bigint): string {
  return fixed(units, UNIT_DIGITS);
}

/** Quote units (1e-8) of a quantity in units at a price in ticks. Exact on lot steps, otherwise cut. */
export function quoteOf(quantity: bigint, price: bigint): bigint {
  return (quantity * price) / TICKS;
}

/** The largest of some amounts or prices. */
export function largest(first: bigint, ...rest: readonly bigint[]): bigint {
  let result = first;
  for (const value of rest) if (value > result) result = value;
  return result;
}

/** The smallest of some amounts or prices. */
export function smallest(first: bigint, ...rest: readonly bigint[]): bigint {
  let result = first;
  for (const value of rest) if (value < result) result = value;
  return result;
}

function parseScaled(text: string, digits: number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[3] ?? '';
  if (!match || fraction.length > digits) throw new RangeError(`not a decimal of ${digits} digits: ${text}`);
  const magnitude = BigInt(`${match[2]}${fraction.padEnd(digits, '0')}`);
  return match[1] ? -magnitude : magnitude;
}

function fixed(value: bigint, digits: number): string {
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, '0');
  return `${value < 0n ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
