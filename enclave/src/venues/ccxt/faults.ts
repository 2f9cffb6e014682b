/**
 * Maps ccxt's errors to closed codes. ccxt's messages hold the signed URL, so no message and no error of ccxt leaves
 * this file. Only the class name, the venue's numeric code and the egress code leave it.
 */
import { ExchangeError, type ExchangeErrorCode } from '../errors.ts';
import {
  AuthenticationError,
  BadResponse,
  BadSymbol,
  BaseError,
  DDoSProtection,
  InvalidNonce,
  NetworkError,
  NullResponse,
  RateLimitExceeded,
} from './library.ts';

/** Egress codes that mean a party other than the venue, or a forbidden host, was on the line. */
const UNTRUSTED = new Set([
  'egress_host_denied',
  'egress_url_refused',
  'egress_redirect_refused',
  'egress_tls',
  'egress_pin_mismatch',
]);
const UNREADABLE = new Set(['egress_response_too_large', 'egress_response_malformed']);

/** Whether an egress code says that a host, or the way to it, is down. Too many connections of our own do not. */
export function isWayDown(code: string): boolean {
  return code !== 'egress_overloaded' && egressFault(code) === 'exchange_unavailable';
}

/** Codes after which the same idempotent call may succeed. */
export function isRetryable(error: ExchangeError): boolean {
  return error.code === 'exchange_unavailable' || error.code === 'exchange_rate_limited';
}

/** Codes that concern one account or one request. The venue itself is well. */
const OF_ACCOUNT: ReadonlySet<ExchangeErrorCode> = new Set([
  'exchange_auth',
  'exchange_key_restricted',
  'exchange_clock',
  'exchange_symbol_unknown',
  'exchange_not_offered',
]);

/** Whether the fault is of the venue or of the way to it, and so concerns every account. */
export function isOfVenue({ code }: ExchangeError): boolean {
  return !OF_ACCOUNT.has(code);
}

/**
 * Whether an answer concerns the requesting address and not its key: 451 (RFC 7725), by which Binance refuses whole
 * countries, or 403 without the venue's own error code, which comes from a firewall in front of the venue.
 */
export function isRegionRefusal(status: number, body: string): boolean {
  if (status === 451) return true;
  return status === 403 && !isVenueRefusal(body);
}

/** The refusal of an address: `exchange_region_refused`. */
export function regionRefused(status: number): ExchangeError {
  return new ExchangeError(
    'exchange_region_refused',
    `HTTP ${status}: the venue refuses the address that this service asks from, or its region; the key was not judged`,
  );
}

/** Whether the body is a JSON object with a code, which is how venues refuse keys. */
function isVenueRefusal(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && Object.hasOwn(value, 'code');
  } catch {
    return false;
  }
}

/** The coded error for the error that `operation` threw. */
export function toExchangeError(
  error: unknown,
  operation: string,
  venueCodes: Readonly<Record<string, ExchangeErrorCode>>,
): ExchangeError {
  if (error instanceof ExchangeError) return error;
  const message = error instanceof Error ? error.message : '';
  const venueCode = /"code"\s*:\s*"?(-?\d{1,6})\b/.exec(message)?.[1];
  const egressCode = /\[(egress_[a-z_]+)\]$/.exec(message)?.[1];
  const code = egressFault(egressCode) ?? known(venueCodes, venueCode) ?? classFault(error);
  const name = error instanceof BaseError ? error.constructor.name : 'unexpected fault';
  const detail = [name, venueCode, egressCode].filter((part) => part !== undefined).join(' ');
  return new ExchangeError(code, `${operation}: ${detail}`);
}

function egressFault(code: string | undefined): ExchangeErrorCode | undefined {
  if (code === undefined) return undefined;
  if (UNTRUSTED.has(code)) return 'exchange_untrusted';
  return UNREADABLE.has(code) ? 'exchange_bad_response' : 'exchange_unavailable';
}

function known(
  venueCodes: Readonly<Record<string, ExchangeErrorCode>>,
  code: string | undefined,
): ExchangeErrorCode | undefined {
  return code !== undefined && Object.hasOwn(venueCodes, code) ? venueCodes[code] : undefined;
}

/** The order matters: in ccxt a rate limit is a network error, and so is a bad nonce. */
function classFault(error: unknown): ExchangeErrorCode {
  if (error instanceof DDoSProtection || error instanceof RateLimitExceeded) return 'exchange_rate_limited';
  if (error instanceof InvalidNonce) return 'exchange_clock';
  if (error instanceof BadResponse || error instanceof NullResponse) return 'exchange_bad_response';
  if (error instanceof NetworkError) return 'exchange_unavailable';
  if (error instanceof BadSymbol) return 'exchange_symbol_unknown';
  if (error instanceof AuthenticationError) return 'exchange_auth';
  return 'exchange_bad_response';
}
