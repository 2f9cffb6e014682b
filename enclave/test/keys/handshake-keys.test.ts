import { crypto } from '@perf-aggregator/shared/crypto';
import { systemRandom } from '@perf-aggregator/shared/random';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Refusal } from '../../src/errors.ts';
import { HandshakeKeys } from '../../src/keys/handshake-keys.ts';

const HOUR = 3_600_000;
const ZEROS = new Uint8Array(32);
const clock = { time: 0, now: () => clock.time };
let keys: HandshakeKeys;

beforeEach(() => {
  clock.time = Date.UTC(2026, 10, 22);
  keys = new HandshakeKeys(clock, systemRandom);
});

function ephemeral(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

describe('when an hour has not passed', () => {
  it('the key stays, and its private part belongs to it', () => {
    const first = keys.publicKey();
    clock.time += HOUR - 1;
    expect(keys.publicKey()).toEqual(first);
    expect(crypto.x25519PublicKey(keys.privateKey(first))).toEqual(first);
  });
});

describe('when an hour has passed', () => {
  it('quotes carry a new key while the old one still opens submissions', () => {
    const first = keys.publicKey();
    const opener = crypto.x25519PublicKey(keys.privateKey(first));
    clock.time += HOUR;
    const second = keys.publicKey();
    expect(second).not.toEqual(first);
    expect(crypto.x25519PublicKey(keys.privateKey(first))).toEqual(opener);
    expect(crypto.x25519PublicKey(keys.privateKey(second))).toEqual(second);
  });

  it('a submission under the old key is still refused when it comes again', () => {
    const first = keys.publicKey();
    keys.admit(first, ephemeral(1));
    clock.time += HOUR;
    keys.publicKey();
    expect(codeOf(() => keys.admit(first, ephemeral(1)), Refusal)).toBe('replayed_submission');
    expect(() => keys.admit(first, ephemeral(2))).not.toThrow();
  });
});

describe('when two hours have passed', () => {
  it.each([
    ['asked for every hour', [HOUR, HOUR]],
    ['asked for only late in the second hour', [2 * HOUR - 1, 1]],
    ['never asked for', [2 * HOUR]],
  ])('a key %s is forgotten and zeroed', (_, steps) => {
    const first = keys.publicKey();
    const secret = keys.privateKey(first);
    expect(secret).not.toEqual(ZEROS);
    for (const step of steps) {
      clock.time += step;
      keys.publicKey();
    }
    expect(secret).toEqual(ZEROS);
    expect(codeOf(() => keys.privateKey(first), Refusal)).toBe('unknown_handshake_key');
    expect(codeOf(() => keys.admit(first, ephemeral(1)), Refusal)).toBe('unknown_handshake_key');
  });
});

describe('when a submission is noted', () => {
  it('the same ephemeral key is refused under the same handshake key only', () => {
    const first = keys.publicKey();
    keys.admit(first, ephemeral(1));
    expect(codeOf(() => keys.admit(first, ephemeral(1)), Refusal)).toBe('replayed_submission');
    clock.time += HOUR;
    expect(() => keys.admit(keys.publicKey(), ephemeral(1))).not.toThrow();
  });

  it('a key that was never drawn is unknown', () => {
    expect(codeOf(() => keys.privateKey(ephemeral(9)), Refusal)).toBe('unknown_handshake_key');
    expect(codeOf(() => keys.privateKey(new Uint8Array()), Refusal)).toBe('unknown_handshake_key');
  });

  it("the size of the set is its owner's to choose, each key having its own", () => {
    keys = new HandshakeKeys(clock, systemRandom, 1);
    const first = keys.publicKey();
    keys.admit(first, ephemeral(1));
    expect(codeOf(() => keys.admit(first, ephemeral(2)), Refusal)).toBe('replay_set_full');
    clock.time += HOUR;
    expect(() => keys.admit(keys.publicKey(), ephemeral(2))).not.toThrow();
  });

  it('a full set refuses new submissions and says when to come again', () => {
    const first = keys.publicKey();
    const name = new Uint8Array(32);
    const view = new DataView(name.buffer);
    for (let count = 0; count < 65_536; count++) {
      view.setUint32(0, count);
      keys.admit(first, name);
    }
    view.setUint32(0, 65_536);
    const attempt = () => keys.admit(first, name);
    expect(codeOf(attempt, Refusal)).toBe('replay_set_full');
    expect(attempt).toThrow(expect.objectContaining({ retryAfterMs: HOUR }));
  });
});
