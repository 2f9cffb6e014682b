import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../../shared/test/codes.ts';
import { Refusal } from '../../../src/errors.ts';
import {
  type AccountState,
  decodeState,
  encodeState,
  type SessionState,
  type StoredLog,
} from '../../../src/sessions/formats/state.ts';
import { stateBeforeBatches } from '../before-batches.ts';
import { initialCursor, stateOf } from '../states.ts';

const LOG: StoredLog = {
  tiles: new Uint8Array(64).fill(1),
  leaves: new Uint8Array(32).fill(2),
  tail: Uint8Array.of(1, 2, 3),
};

describe('when a session blob is read back', () => {
  it('it is the state that was written', () => {
    const state = stateOf({ version: 7, log: LOG, ledgerHead: 'ab'.repeat(32) });
    expect(decodeState(encodeState(state))).toEqual(state);
  });

  it('its keys and its log do not hold on to the plaintext that they came in', () => {
    const { requestKey, responseKey, log } = decodeState(encodeState(stateOf({ log: LOG }))) as SessionState;
    expect([requestKey, responseKey].map(({ buffer }) => buffer.byteLength)).toEqual([32, 32]);
    const parts = [log.tiles, log.leaves, log.tail!];
    expect(parts.map(({ buffer }) => buffer.byteLength)).toEqual([64, 32, 3]);
  });

  it('every part of an account is read', () => {
    const [account] = stateOf().accounts;
    const access = { ...account!.access, password: 'p', symbols: ['BTC/USDT'] };
    const state = stateOf({
      accounts: [{ ...account!, access, coverage: null, snapshot: null, cursor: null }],
    });
    expect(decodeState(encodeState(state))).toEqual(state);
  });

  it('a state of format 1 has an empty log, its old head, and the versions of its chunks', () => {
    const state = stateOf({ version: 9, ledgerHead: 'cd'.repeat(32) });
    const old = encodeCbor(stateBeforeBatches(state, [2, 9]) as CborValue);
    expect(decodeState(old)).toEqual({ state, chunkVersions: [2, 9] });
  });

  it('a cursor of version 2, which was of spot alone, starts at the beginning', () => {
    const read = decodeState(encodeState(withAccount({ cursor: { version: 2 } as never }))) as SessionState;
    expect(read.accounts[0]!.cursor).toBeNull();
  });

  it.each([
    ['a newer session', encodeState({ ...stateOf(), format: 3 as 2 })],
    ['a newer cursor', encodeState(withAccount({ cursor: { version: 4 } }))],
    ['an older cursor', encodeState(withAccount({ cursor: { version: 1 } }))],
  ])('%s is reported as another format', (_, plaintext) => {
    expect(codeOf(() => decodeState(plaintext), Refusal)).toBe('state_version_unsupported');
  });

  it.each([
    ['an unknown member', encodeState({ ...stateOf(), more: 1 } as SessionState)],
    ['no format', encodeState({ ...stateOf(), format: undefined } as unknown as SessionState)],
    ['a format that is no number', encodeState({ ...stateOf(), format: '1' } as unknown as SessionState)],
    ['a short key', encodeState(stateOf({ requestKey: new Uint8Array(31) }))],
    ['a session of format 1 with a log', encodeState({ ...stateOf(), format: 1 as 2 })],
    ['a session without a log', encodeState({ ...stateOf(), log: undefined } as unknown as SessionState)],
    [
      'a log without leaves',
      encodeState(stateOf({ log: { ...LOG, leaves: undefined as unknown as Uint8Array } })),
    ],
    ['a log with more', encodeState(stateOf({ log: { ...LOG, size: 1 } as StoredLog }))],
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
