import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { SealedRefusal } from '../../src/errors.ts';
import { selectedAccounts, selectionOf } from '../../src/reading/selection.ts';
import { accountsOf } from '../operations/reads.ts';
import { stateOf } from '../sessions/states.ts';

const both = stateOf({ accounts: accountsOf(), reportingCurrency: 'EUR' });
const single = stateOf({ accounts: accountsOf().slice(0, 1) });
const namesOf = (accounts: ReturnType<typeof selectedAccounts>) =>
  accounts.map(({ access }) => access.account);

describe('when a history is selected', () => {
  it('the defaults are those of the session: all accounts, its currency, first in first out', () => {
    const selection = selectionOf(both, {});
    expect(selection).toEqual({ account: null, currency: 'EUR', method: 'fifo' });
    expect(namesOf(selectedAccounts(both, selection))).toEqual(['a0', 'a1']);
  });

  it('one account of several is selected alone', () => {
    const selection = selectionOf(both, { account: 'a1', currency: 'BTC', method: 'average' });
    expect(selection).toEqual({ account: 'a1', currency: 'BTC', method: 'average' });
    expect(namesOf(selectedAccounts(both, selection))).toEqual(['a1']);
  });

  it('the only account of a session is the same as all accounts', () => {
    expect(selectionOf(single, { account: 'a0' })).toEqual(selectionOf(single, {}));
  });

  it('an account that the session does not have is refused, with one account and with several', () => {
    for (const state of [both, single]) {
      expect(codeOf(() => selectionOf(state, { account: 'a7' }), SealedRefusal)).toBe('parameters_malformed');
    }
  });
});
