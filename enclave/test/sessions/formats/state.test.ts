import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../../shared/test/codes.ts';
import { Refusal } from '../../../src/errors.ts';
import {
  type AccountState,
  decodeState,
  encodeState,
  type SessionState,
} from '../../../src/sessions/formats/state.ts';
import { initialCursor, stateOf } from '../states.ts';

describe('when a session blob is read back', () => {
  it('it equals the written state', () => {
    const state = stateOf({ version: 7, chunkVersions: [1, 7], ledgerHead: 'ab'.repeat(32) });
    expect(decodeState(encodeState(state))).toEqual(state);
  });

  it('its keys do not share memory with the plaintext', () => {
    const { requestKey, responseKey } = decodeState(encodeState(stateOf()));
    expect([requestKey, responseKey].map(({ buffer }) => buffer.byteLength)).toEqual([32, 32]);
  });

  it('every part of an account is read', () => {
    const [account] = stateOf().accounts;
    const access = { ...account!.access, password: 'p', symbols: ['BTC/USDT'] };
    const state = stateOf({
      accounts: [{ ...account!, access, coverage: null, snapshot: null, cursor: null }],
    });
    expect(decodeState(encodeState(state))).toEqual(state);
  });

  it.each([
    ['a newer session', encodeState({ ...stateOf(), format: 2 as 1 })],
    ['a newer cursor', encodeState(withAccount({ cursor: { version: 3 } }))],
    ['an older cursor', encodeState(withAccount({ cursor: { version: 1 } }))],
  ])('%s is reported as another format', (_, plaintext) => {
    expect(codeOf(() => decodeState(plaintext), Refusal)).toBe('state_version_unsupported');
  });

  it.each([
    ['an unknown member', encodeState({ ...stateOf(), more: 1 } as SessionState)],
    ['no format', encodeState({ ...stateOf(), format: undefined } as unknown as SessionState)],
    ['a format that is no number', encodeState({ ...stateOf(), format: '1' } as unknown as SessionState)],
    ['a short key', encodeState(stateOf({ requestKey: new Uint8Array(31) }))],
    ['a ledger head that is none', encodeState(stateOf({ ledgerHead: 'g'.repeat(64) }))],
    ['an account without a secret', encodeState(withAccess({ apiSecret: undefined as unknown as string }))],
    ['an account of an unknown venue', encodeState(withAccess({ venue: 'other' as 'binance' }))],
    ['an account with more', encodeState(withAccount({ more: 1 } as Partial<AccountState>))],
    ['a progress of more than all', encodeState(withAccount({ progress: 1.5 }))],
    ['a balance without an amount', encodeState(withAccount({ snapshot: NO_TOTAL }))],
    ['a coverage without an end', encodeState(withAccount({ coverage: NO_END }))],
    ['a cursor without a version', encodeState(withAccount({ cursor: { at: 1 } }))],
    ['a cursor of another shape', encodeState(withAccount({ cursor: { ...initialCursor(), flows: [1.5] } }))],
    ['no map', encodeCbor([1])],
    ['no CBOR', Uint8Array.of(0xff)],
    ['nothing', new Uint8Array()],
  ])('%s is rejected', (_, plaintext) => {
    expect(codeOf(() => decodeState(plaintext), Refusal)).toBe('state_rejected');
  });
});

const NO_TOTAL = { time: 1, balances: [{ asset: 'BTC' }] } as unknown as AccountState['snapshot'];
const NO_END = { ...stateOf().accounts[0]!.coverage, to: undefined } as unknown as AccountState['coverage'];

function withAccount(changes: Partial<AccountState>): SessionState {
  return stateOf({ accounts: [{ ...stateOf().accounts[0]!, ...changes }] });
}

function withAccess(changes: Partial<AccountState['access']>): SessionState {
  return withAccount({ access: { ...stateOf().accounts[0]!.access, ...changes } });
}
