/** Titles for a service's codes, in our own words. The words of a service are never shown. */
import { isPublicCode, PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';

/** Titles of the sealed codes (docs/errors.md). */
const SEALED_TITLES: Readonly<Record<string, string>> = {
  payload_malformed: 'Fields of the submission are wrong, missing or unknown',
  duplicate_account: 'The same key, or two keys of the same account, were handed over',
  excessive_permissions: 'The key can trade; use a read-only one or allow trading keys',
  withdrawal_permission: 'The key can withdraw or send; use a read-only one',
  read_permission_missing: 'The key cannot read',
  parameters_malformed: 'Parameters of the query are wrong, or the session has no such account',
  period_empty: 'No whole UTC day lies in the period',
  asset_unpriced: 'The session has no price of the benchmark or of its currency in the one asked for',
  account_unreadable: 'The account cannot be read',
  exchange_unsupported: 'The venue or the type of account is not supported',
  exchange_region_refused: 'The venue refuses the address or region that the service asks from',
  exchange_not_offered: 'The venue does not offer an endpoint to an account of this kind',
  exchange_key_restricted: 'The venue refuses the key to this address, or for a part of the account',
  account_mode_unsupported: 'The account is in a mode that is not read yet',
  history_incomplete: 'Parts of the history of an account were not read, and the report would miss them',
  exchange_symbol_unknown: 'A symbol is not listed at the venue',
  exchange_auth: 'The venue does not accept the key, its signature or its address',
  exchange_rate_limited: 'The venue allows no more calls for now',
  exchange_unavailable: 'The venue or the way to it failed',
  exchange_clock: "The venue finds the enclave's clock wrong",
  exchange_bad_response: 'The answer of the venue is not what its documentation says',
  exchange_untrusted: 'The venue is not on the measured list, or its certificate was refused',
};

/** The code and title for a code that this version does not know. */
const UNKNOWN = {
  code: 'unknown',
  title: 'The service refused with a code that this version does not know',
} as const;

/** Sealed codes that have a title here. */
export const SEALED_TITLE_CODES: readonly string[] = Object.keys(SEALED_TITLES);

/** The code of a service's refusal and its title. An unknown code is not shown. */
export function titleOf(code: string): { readonly code: string; readonly title: string } {
  if (isPublicCode(code)) return { code, title: PUBLIC_FAILURES[code][1] };
  const title = Object.hasOwn(SEALED_TITLES, code) ? SEALED_TITLES[code] : undefined;
  return title === undefined ? UNKNOWN : { code, title };
}
