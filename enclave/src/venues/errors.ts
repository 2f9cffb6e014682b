/** What may go wrong with an exchange, as closed codes (docs/design.md §8). */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link ExchangeError}. */
export const EXCHANGE_ERROR_CODES = [
  'exchange_unsupported',
  'exchange_symbol_unknown',
  'exchange_auth',
  /** The venue knows the key, but not for this address, or not for this part of the account. */
  'exchange_key_restricted',
  'exchange_rate_limited',
  'exchange_unavailable',
  'exchange_clock',
  /** The venue does not offer this to an account of this kind. Only the engine sees it. */
  'exchange_not_offered',
  'exchange_bad_response',
  /** The host is not on the measured allowlist, its certificate was refused, or it redirected: never retried. */
  'exchange_untrusted',
  /** The venue refuses the address that it sees, or its region (HTTP 451, or 403 from a firewall): never retried. */
  'exchange_region_refused',
] as const;
export type ExchangeErrorCode = (typeof EXCHANGE_ERROR_CODES)[number];

/** An exchange did not answer as needed. The message never holds a URL, a header or a key. */
export class ExchangeError extends CodedError<ExchangeErrorCode> {}
