import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../../src/codec/cbor-encode.ts';
import { TransportError } from '../../src/wire/errors.ts';
import { decodePong, encodePong, type Pong } from '../../src/wire/ping.ts';
import { codeOf } from '../codes.ts';

const PONG: Pong = {
  phase: 'serving',
  venues: [
    { venue: 'binance', at: 1_700_000_000_000, fault: null },
    { venue: 'other', at: 0, fault: 'exchange_unavailable' },
  ],
};

describe('when a pong is read', () => {
  it('it equals the written value', () => {
    expect(decodePong(encodePong(PONG))).toEqual(PONG);
    expect(decodePong(encodePong({ phase: 'boot', venues: [] }))).toEqual({ phase: 'boot', venues: [] });
  });

  it.each([
    ['no CBOR', new Uint8Array([0xff])],
    ['an unknown phase', encodeCbor({ phase: 'asleep', venues: [] })],
    ['more than it may hold', encodeCbor({ phase: 'boot', venues: [], secret: 1 })],
    ['a venue without an instant', encodeCbor({ phase: 'boot', venues: [{ venue: 'a', fault: null }] })],
    [
      'a fault of no end',
      encodeCbor({ phase: 'boot', venues: [{ venue: 'a', at: 1, fault: 'x'.repeat(65) }] }),
    ],
  ])('%s is malformed', (_, bytes) => {
    expect(codeOf(() => decodePong(bytes), TransportError)).toBe('frame_malformed');
  });
});
