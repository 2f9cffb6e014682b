/** The history that a question selects: by account, currency and cost method. */
import type { CostMethod } from '@perf-aggregator/analytics';
import type { SelectionParameters } from '@perf-aggregator/shared/messages/request';
import { SealedRefusal } from '../errors.ts';
import type { AccountState, SessionState } from '../sessions/formats/state.ts';

/** A history of a session. */
export interface Selection {
  /** Null: all accounts. */
  readonly account: string | null;
  readonly currency: string;
  readonly method: CostMethod;
}

/**
 * The selection that `parameters` name. When a session has one account, that account selects all.
 * @throws SealedRefusal `parameters_malformed` for an account that the session does not have
 */
export function selectionOf(state: SessionState, parameters: SelectionParameters): Selection {
  const { account, currency = state.reportingCurrency, method = 'fifo' } = parameters;
  if (account !== undefined && !state.accounts.some(({ access }) => access.account === account)) {
    throw new SealedRefusal('parameters_malformed', 'account: this session has no such account');
  }
  const isAll = account === undefined || state.accounts.length === 1;
  return { account: isAll ? null : account, currency, method };
}

/** The accounts that the selection includes. */
export function selectedAccounts(
  { accounts }: SessionState,
  { account }: Selection,
): readonly AccountState[] {
  return accounts.filter(({ access }) => account === null || access.account === account);
}
