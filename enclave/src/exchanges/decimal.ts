/** Exact decimals from a venue's answers. */
import type { Decimal } from '@perf-aggregator/analytics/amount/decimal';
import { ExchangeError } from './errors.ts';

/**
 * The canonical text of a venue's decimal: no exponent, no plus, no trailing zeros, no minus zero. Text is
 * taken digit by digit; a JSON number only where its own shortest text has no exponent.
 * @throws ExchangeError `exchange_bad_response`
 */
export function toDecimal(value: unknown, field: string): Decimal {
  const text = typeof value === 'number' ? String(value) : value;
  const match = typeof text === 'string' ? /^(-?)0*(\d+?)(?:\.(?=\d)(\d*?)0*)?$/.exec(text) : null;
  if (!match) throw new ExchangeError('exchange_bad_response', `${field} is not a plain decimal`);
  const [, sign, whole, fraction] = match;
  const magnitude = fraction ? `${whole}.${fraction}` : `${whole}`;
  return sign && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

/**
 * A venue's identifier or other short text.
 * @throws ExchangeError `exchange_bad_response`
 */
export function toText(value: unknown, field: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 256) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  throw new ExchangeError('exchange_bad_response', `${field} is missing or malformed`);
}

/**
 * An instant in ms.
 * @throws ExchangeError `exchange_bad_response`
 */
export function toInstant(value: unknown, field: string): number {
  const instant = typeof value === 'string' && /^\d{13}$/.test(value) ? Number(value) : value;
  if (typeof instant === 'number' && Number.isSafeInteger(instant) && instant > 0) return instant;
  throw new ExchangeError('exchange_bad_response', `${field} is not an instant in ms`);
}
