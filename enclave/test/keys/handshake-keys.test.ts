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
  it('quotes have a new key while the old one still opens submissions', () => {
    const first = keys.publicKey();
    const opener = crypto.x25519PublicKey(keys.privateKey(first));
    clock.time += HOUR;
    const second = keys.publicKey();
    expect(second).not.toEqual(first);
    expect(crypto.x25519PublicKey(keys.privateKey(first))).toEqual(opener);
    expect(crypto.x25519PublicKey(keys.privateKey(second))).toEqual(second);
  });

  it('a repeated submission under the old key is still refused', () => {
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
  ])('a key %s is removed and overwritten with zeros', (_, steps) => {
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

describe('when a submission is recorded', () => {
  it('the same ephemeral key is refused only under the same handshake key', () => {
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

  it('the last submission of a key causes the next key, and a full key accepts no more', () => {
    keys = new HandshakeKeys(clock, systemRandom, 2);
    const first = keys.publicKey();
    keys.admit(first, ephemeral(1));
    expect(keys.publicKey()).toEqual(first);
    keys.admit(first, ephemeral(2));
    const second = keys.publicKey();
    expect(second).not.toEqual(first);
    // A submission that it accepted before gets another code than a new one: a new quote helps only the new one.
    expect(codeOf(() => keys.admit(first, ephemeral(1)), Refusal)).toBe('replayed_submission');
    expect(codeOf(() => keys.admit(first, ephemeral(3)), Refusal)).toBe('unknown_handshake_key');
    keys.admit(second, ephemeral(3));
  });

  it('a key that was replaced early is overwritten with zeros when the next one is replaced', () => {
    keys = new HandshakeKeys(clock, systemRandom, 1);
    const first = keys.publicKey();
    const secret = keys.privateKey(first);
    keys.admit(first, ephemeral(1));
    expect(secret.some((byte) => byte !== 0)).toBe(true);
    keys.admit(keys.publicKey(), ephemeral(1));
    expect(secret.every((byte) => byte === 0)).toBe(true);
    expect(codeOf(() => keys.privateKey(first), Refusal)).toBe('unknown_handshake_key');
  });

  it('a key that was replaced early ends two hours after its creation, like any other', () => {
    keys = new HandshakeKeys(clock, systemRandom, 1);
    const first = keys.publicKey();
    keys.admit(first, ephemeral(1));
    clock.time += HOUR - 1;
    keys.privateKey(first);
    clock.time += HOUR + 1;
    expect(codeOf(() => keys.privateKey(first), Refusal)).toBe('unknown_handshake_key');
  });

  it('by default a key accepts 65,536 submissions', () => {
    const first = keys.publicKey();
    const name = new Uint8Array(32);
    const view = new DataView(name.buffer);
    for (let count = 0; count < 65_536; count++) {
      view.setUint32(0, count);
      if (count === 65_535) expect(keys.publicKey()).toEqual(first);
      keys.admit(first, name);
    }
    expect(keys.publicKey()).not.toEqual(first);
  });
});
