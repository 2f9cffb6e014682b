/**
 * Which accounts a session may have: known venues, keys that cannot withdraw, each account once. The accounts are
 * checked with their venues one after the other. After a refusal no further account is checked, so that a bad
 * submission costs little.
 */
import type { SubmissionPayload } from '@perf-aggregator/shared/messages/submission';
import { SealedRefusal } from '../errors.ts';
import type { AccountState } from '../sessions/formats/state.ts';
import { ExchangeError } from '../venues/errors.ts';
import {
  type AccountInspection,
  type Exchanges,
  type InspectionBounds,
  VENUES,
  type Venue,
  type VenueAccount,
} from '../venues/port.ts';

/** The limits of an admission. */
export interface AdmissionBounds extends InspectionBounds {
  /** Pays for one account. @throws Refusal `rate_limited` */
  readonly spend: () => void;
}

/**
 * Checks the accounts of a payload with their venues.
 * @throws SealedRefusal `account_mode_unsupported`, `duplicate_account`, `excessive_permissions`, `withdrawal_permission`,
 *   `read_permission_missing`; Refusal `rate_limited`; ExchangeError; the reason of the signal in `bounds`
 */
export async function admitAccounts(
  exchanges: Exchanges,
  payload: SubmissionPayload,
  bounds: AdmissionBounds,
): Promise<AccountState[]> {
  const accounts = payload.accounts.map(toVenueAccount);
  refuseRepeated(accounts.map(({ venue, apiKey }) => `${venue} ${apiKey}`));
  const admitted: AccountState[] = [];
  const known: string[] = [];
  for (const access of accounts) {
    bounds.spend();
    const inspection = await exchanges.inspect(access, bounds);
    refuseMode(access.account, inspection);
    refusePermissions(access.account, inspection, payload.allowTradingKeys);
    if (inspection.uid !== null) known.push(`${access.venue} ${inspection.uid}`);
    refuseRepeated(known);
    admitted.push(unread(access, inspection));
  }
  return admitted;
}

function unread(access: VenueAccount, inspection: AccountInspection): AccountState {
  return {
    access,
    inspection,
    cursor: null,
    snapshot: null,
    coverage: null,
    progress: 0,
    complete: false,
    failure: null,
    failures: 0,
    quietReadings: 0,
  };
}

function toVenueAccount(account: SubmissionPayload['accounts'][number], index: number): VenueAccount {
  const venue = VENUES.find((known) => known === account.exchange) as Venue | undefined;
  if (!venue)
    throw new ExchangeError('exchange_unsupported', `accounts.${index}.exchange: not a known venue`);
  if (
    account.accountType !== 'spot' ||
    account.walletAddress !== undefined ||
    account.subaccount !== undefined
  ) {
    throw new ExchangeError(
      'exchange_unsupported',
      `accounts.${index}: only spot accounts with an API key are read`,
    );
  }
  return {
    account: `a${index}`,
    venue,
    accountType: 'spot',
    apiKey: account.apiKey,
    apiSecret: account.apiSecret,
    ...(account.password === undefined ? {} : { password: account.password }),
    sandbox: account.sandbox,
    ...(account.symbols === undefined ? {} : { symbols: account.symbols }),
  };
}

function refuseRepeated(names: readonly string[]): void {
  if (new Set(names).size < names.length) {
    throw new SealedRefusal('duplicate_account', 'the same account of the same venue was given twice');
  }
}

function refuseMode(account: string, { mode }: AccountInspection): void {
  if (mode === 'classic') return;
  throw new SealedRefusal('account_mode_unsupported', `${account}: accounts of ${mode} are not read`);
}

function refusePermissions(account: string, key: AccountInspection, allowTrading: boolean): void {
  if (key.canWithdraw === 'yes') {
    throw new SealedRefusal(
      'withdrawal_permission',
      `${account}: this key can withdraw; such keys are never accepted`,
    );
  }
  if (key.canTrade === 'yes' && !allowTrading) {
    throw new SealedRefusal(
      'excessive_permissions',
      `${account}: this key can trade; use a read-only key, or say allowTradingKeys`,
    );
  }
  if (key.canRead === 'no')
    throw new SealedRefusal('read_permission_missing', `${account}: this key cannot read`);
}
