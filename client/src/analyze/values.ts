/** Single values of a file: exact decimals and instants. */
import { Amount } from '@perf-aggregator/analytics/amount/decimal';

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
/** The most digits of a value, and the largest shift of its point by an exponent. */
const MAX_DIGITS = 40;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MONTH = /^\d{4}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?$/;

/**
 * An exact decimal; exponents are allowed. A `number` is read as its shortest decimal text. Null: the value is not a
 * decimal.
 */
export function readDecimal(value: string | number): Amount | null {
  const [text, sign, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(String(value).trim()) ?? [];
  const digits = `${whole}${fraction}`;
  if (text === undefined || digits === '' || digits.length > MAX_DIGITS) return null;
  if (Math.abs(Number(exponent)) > MAX_DIGITS) return null;
  const scale = fraction.length - Number(exponent);
  const units = BigInt(sign === '-' ? `-${digits}` : digits);
  return scale >= 0 ? new Amount(units, scale) : new Amount(units * 10n ** BigInt(-scale), 0);
}

/** A finite number. Null: the text is not a finite number. */
export function readNumber(text: string): number | null {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed) || !/\d/.test(trimmed)) return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : null;
}

/**
 * An instant in ms UTC: `YYYY-MM`, `YYYY-MM-DD`, an ISO 8601 date and time (UTC unless it names an offset), or
 * milliseconds as an integer of 11 to 14 digits. Null: the text is none of these, or names a day that no calendar has.
 */
export function readInstant(value: string): number | null {
  const text = value.trim();
  if (/^\d{11,14}$/.test(text)) return Number(text);
  if (MONTH.test(text)) return checked(`${text}-01T00:00:00Z`, text);
  if (DAY.test(text)) return checked(`${text}T00:00:00Z`, text);
  if (!INSTANT.test(text)) return null;
  const iso = text.replace(' ', 'T');
  const time = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(time) ? null : time;
}

/** `Date.parse` reads 30 February as 1 March. The result must therefore be the same as the text. */
function checked(iso: string, written: string): number | null {
  const time = Date.parse(iso);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(written) ? time : null;
}
