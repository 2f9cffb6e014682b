import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Refusal } from '../../src/errors.ts';
import { decodeState, encodeState } from '../../src/sessions/state.ts';
import { stateOf } from './states.ts';

describe('when a session blob is read back', () => {
  it('it is the state that was written', () => {
    const state = stateOf({ version: 7, chunkVersions: [1, 7], ledgerHead: 'ab'.repeat(32) });
    expect(decodeState(encodeState(state))).toEqual(state);
  });

  it.each([
    ['a newer format', encodeState({ ...stateOf(), format: 2 as 1 })],
    ['an unknown member', encodeCbor({ ...JSON.parse(JSON.stringify(stateOf())), more: 1 })],
    ['a short key', encodeState(stateOf({ requestKey: new Uint8Array(31) }))],
    ['no CBOR', Uint8Array.of(0xff)],
    ['nothing', new Uint8Array()],
  ])('%s is said to be another format', (_, plaintext) => {
    expect(codeOf(() => decodeState(plaintext), Refusal)).toBe('state_version_unsupported');
  });
});
