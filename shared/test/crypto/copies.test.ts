/** Searches arrays for copies of keys and plaintexts that the node:crypto back end leaves. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { equalBytes } from '../../src/bytes.ts';
import { crypto } from '../../src/crypto/node.ts';
import { CryptoError } from '../../src/errors.ts';
import { codeOf } from '../codes.ts';

const SECRET = new Uint8Array(32).map((_, index) => 0x40 + index);
const NONCE = new Uint8Array(12);
const NOTHING = new Uint8Array();

// Our code copies bytes only with `set`. The test records every target array of `set`.
const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'set')!;
let copies: Uint8Array[] = [];

beforeEach(() => {
  copies = [];
  Object.defineProperty(Uint8Array.prototype, 'set', {
    configurable: true,
    value(this: Uint8Array, source: ArrayLike<number>, offset?: number) {
      copies.push(this);
      (set.value as typeof Uint8Array.prototype.set).call(this, source, offset);
    },
  });
});
afterEach(() => {
  Reflect.deleteProperty(Uint8Array.prototype, 'set');
});

/** The target arrays that still contain the secret. */
function holding(secret: Uint8Array): Uint8Array[] {
  return copies.filter((copy) =>
    copy.some((_, at) => equalBytes(copy.subarray(at, at + secret.length), secret)),
  );
}

describe('when a private key was used', () => {
  it('the search finds an existing copy', () => {
    new Uint8Array(40).set(SECRET, 8);
    expect(holding(SECRET)).toHaveLength(1);
  });

  it.each<[string, () => unknown]>([
    ['x25519PublicKey', () => crypto.x25519PublicKey(SECRET)],
    ['x25519SharedSecret', () => crypto.x25519SharedSecret(SECRET, crypto.x25519PublicKey(SECRET.slice(0)))],
    ['ed25519PublicKey', () => crypto.ed25519PublicKey(SECRET)],
    ['ed25519Sign', () => crypto.ed25519Sign(SECRET, NOTHING)],
    ['hkdfSha256', () => crypto.hkdfSha256(SECRET, NOTHING, NOTHING, 32)],
    ['aesGcmSeal', () => crypto.aesGcmSeal(SECRET, NONCE, NOTHING, NOTHING)],
  ])('%s leaves no copy of it', (name, use) => {
    use();
    expect(copies.length > 0).toBe(name !== 'hkdfSha256' && name !== 'aesGcmSeal');
    expect(holding(SECRET)).toEqual([]);
  });
});

describe('when a box was opened', () => {
  const key = new Uint8Array(32).fill(1);

  it('the caller gets the complete plaintext', () => {
    const sealed = crypto.aesGcmSeal(key, NONCE, SECRET, NOTHING);
    expect(crypto.aesGcmOpen(key, NONCE, sealed, NOTHING)).toEqual(SECRET);
    expect(holding(SECRET)).toEqual([]);
  });

  it('an altered box reveals nothing', () => {
    const sealed = crypto.aesGcmSeal(key, NONCE, SECRET, NOTHING);
    sealed.ciphertext[0]! ^= 1;
    expect(codeOf(() => crypto.aesGcmOpen(key, NONCE, sealed, NOTHING), CryptoError)).toBe(
      'aead_open_failed',
    );
    expect(holding(SECRET.subarray(1))).toEqual([]);
  });
});
