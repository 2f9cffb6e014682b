/**
 * Exact values from a venue's answers. Numbers of an answer are text when they come here (`ccxt/lossless-json.ts`), so
 * no digit is lost.
 */
import type { Decimal } from '@perf-aggregator/analytics/amount/decimal';
import { ExchangeError } from './errors.ts';

/** No exponent beyond this. It bounds the text that an exponent can make. */
const MAX_EXPONENT = 40;
const NUMBER = /^(-?)0*(\d+?)(?:\.(?=\d)(\d*?)0*)?(?:[eE]([+-]?\d{1,3}))?$/;

/** Instants of venues lie between these. A number in another unit does not. */
const EARLIEST = Date.UTC(2009, 0, 3);
const LATEST = Date.UTC(2100, 0, 1);

/** How many of a unit are in one millisecond, as a power of ten; seconds have fewer. */
const UNITS = { s: -3, ms: 0, us: 3, ns: 6 } as const;
export type TimeUnit = keyof typeof UNITS;

/**
 * The canonical text of a venue's decimal: no exponent, no plus, no trailing zeros, no minus zero. An exponent moves
 * the point and loses no digit.
 * @throws ExchangeError `exchange_bad_response`
 */
export function toDecimal(value: unknown, field: string): Decimal {
  const text = typeof value === 'number' ? String(value) : value;
  const match = typeof text === 'string' && text.length <= 100 ? NUMBER.exec(text) : null;
  if (!match) throw malformed(field);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  if (Math.abs(shift) > MAX_EXPONENT) throw malformed(field);
  const magnitude =
    shift === 0 ? joined(whole, fraction) : shifted(whole + fraction, fraction.length - shift);
  return sign && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

/** `digits` / 10^scale. */
function shifted(digits: string, scale: number): string {
  if (scale <= 0) return joined(digits + '0'.repeat(-scale), '');
  const padded = digits.padStart(scale + 1, '0');
  return joined(padded.slice(0, -scale), padded.slice(-scale));
}

function joined(whole: string, fraction: string): string {
  const digits = whole.replace(/^0+(?=\d)/, '');
  const decimals = fraction.replace(/0+$/, '');
  return decimals === '' ? digits : `${digits}.${decimals}`;
}

/**
 * A venue's identifier or other short text.
 * @throws ExchangeError `exchange_bad_response`
 */
export function toText(value: unknown, field: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 256) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  throw malformed(field);
}

/**
 * A short text that may be absent or empty.
 * @throws ExchangeError `exchange_bad_response`
 */
export function toOptionalText(value: unknown, field: string): string {
  return value === undefined || value === null || value === '' ? '' : toText(value, field);
}

/**
 * An instant in ms, from a number of `unit`. Fractions of a millisecond are dropped.
 * @throws ExchangeError `exchange_bad_response`, also for an instant that no venue can mean, as one in another unit
 */
export function toInstant(value: unknown, field: string, unit: TimeUnit = 'ms'): number {
  const text = typeof value === 'number' ? String(value) : value;
  const match = typeof text === 'string' ? /^(\d{1,19})(?:\.(\d{1,9}))?$/.exec(text) : null;
  if (!match) throw malformed(field);
  const [, whole = '', fraction = ''] = match;
  const power = UNITS[unit];
  const digits =
    power > 0 ? whole.slice(0, -power) : `${whole}${fraction.padEnd(-power, '0').slice(0, -power)}`;
  return inRange(Number(digits), field);
}

/**
 * The instant of `2021-04-15 12:09:16` in UTC.
 * @throws ExchangeError `exchange_bad_response`
 */
export function toUtc(value: unknown, field: string): number {
  const match = typeof value === 'string' ? /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(value) : null;
  return inRange(match ? Date.parse(`${match[1]}T${match[2]}Z`) : Number.NaN, field);
}

function inRange(instant: number, field: string): number {
  if (Number.isSafeInteger(instant) && instant >= EARLIEST && instant < LATEST) return instant;
  throw new ExchangeError('exchange_bad_response', `${field} is no instant in the expected unit`);
}

/** @throws ExchangeError `exchange_bad_response` */
export function toBoolean(value: unknown, field: string): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw malformed(field);
}

/**
 * What a table says of a venue's word.
 * @throws ExchangeError `exchange_bad_response` for a word that is not in it
 */
export function toKnown<T>(words: Readonly<Record<string, T>>, value: unknown, field: string): T {
  const word = toText(value, field);
  if (!Object.hasOwn(words, word)) throw malformed(field);
  return words[word] as T;
}

/**
 * The members of an object of an answer.
 * @throws ExchangeError `exchange_bad_response`
 */
export function fieldsOf(raw: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw malformed(what);
  return raw as Readonly<Record<string, unknown>>;
}

/**
 * A list of an answer. An object is no list, so a wrong answer cannot look empty.
 * @throws ExchangeError `exchange_bad_response`
 */
export function listOf(raw: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(raw)) throw malformed(what);
  return raw as readonly unknown[];
}

/** The fault of an answer that has another form than its documentation says. */
export function malformed(what: string): ExchangeError {
  return new ExchangeError('exchange_bad_response', `${what} is missing or malformed`);
}
