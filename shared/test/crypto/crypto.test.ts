import { concatBytes } from '@perf-aggregator/shared/bytes';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { CryptoError } from '@perf-aggregator/shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../codes.ts';
import { BACKENDS } from './backends.ts';

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const anyBytes = fc.uint8Array({ maxLength: 200 });
const NOTHING = new Uint8Array();
const [[, node], [, noble]] = BACKENDS;

// RFC 7748 §6.1.
const ALICE = '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a';
const ALICE_PUB = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
const BOB = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb';
const BOB_PUB = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
const SHARED = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';

// RFC 8032 §7.1, tests 1 to 3: seed, public key, message, signature.
const ED25519 = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

// RFC 5869 appendix A, tests 1 and 3: secret, salt, info, output.
const HKDF = [
  [
    '0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b',
    '000102030405060708090a0b0c',
    'f0f1f2f3f4f5f6f7f8f9',
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  ],
  [
    '0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b',
    '',
    '',
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  ],
] as const;

describe.each(BACKENDS)('when the vectors of the standards run on the %s back end', (_name, crypto) => {
  it('agrees with RFC 7748 on X25519', () => {
    expect(encodeHex(crypto.x25519PublicKey(decodeHex(ALICE)))).toBe(ALICE_PUB);
    expect(encodeHex(crypto.x25519PublicKey(decodeHex(BOB)))).toBe(BOB_PUB);
    expect(encodeHex(crypto.x25519SharedSecret(decodeHex(ALICE), decodeHex(BOB_PUB)))).toBe(SHARED);
    expect(encodeHex(crypto.x25519SharedSecret(decodeHex(BOB), decodeHex(ALICE_PUB)))).toBe(SHARED);
  });

  it.each(ED25519)('agrees with RFC 8032 on Ed25519: %s', (seed, publicKey, message, signature) => {
    expect(encodeHex(crypto.ed25519PublicKey(decodeHex(seed)))).toBe(publicKey);
    expect(encodeHex(crypto.ed25519Sign(decodeHex(seed), decodeHex(message)))).toBe(signature);
    expect(crypto.ed25519Verify(decodeHex(publicKey), decodeHex(message), decodeHex(signature))).toBe(true);
  });

  it.each(HKDF)('agrees with RFC 5869 on HKDF: %s %s', (secret, salt, info, output) => {
    const [a, b, c] = [decodeHex(secret), decodeHex(salt), decodeHex(info)];
    expect(encodeHex(crypto.hkdfSha256(a, b, c, output.length / 2))).toBe(output);
  });

  it('agrees with FIPS 180-4 on the empty message', () => {
    expect(encodeHex(crypto.sha256(NOTHING))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(encodeHex(crypto.sha384(NOTHING))).toBe(
      '38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b',
    );
  });
});

describe.each(BACKENDS)('when a box of the %s back end is changed', (_name, crypto) => {
  const box = fc.record({ key: exactly(32), nonce: exactly(12), plaintext: anyBytes, aad: anyBytes });

  it('it does not open, for any changed bit of key, nonce, box and additional data', () => {
    const flip = fc.record({ at: fc.nat(), bit: fc.nat(7) });
    fc.assert(
      fc.property(box, flip, ({ key, nonce, plaintext, aad }, { at, bit }) => {
        const sealed = crypto.aesGcmSeal(key, nonce, plaintext, aad);
        expect(crypto.aesGcmOpen(key, nonce, sealed, aad)).toEqual(plaintext);
        for (const part of [key, nonce, sealed.ciphertext, sealed.tag, aad]) {
          if (part.length === 0) continue;
          part[at % part.length]! ^= 1 << bit;
          const open = () => crypto.aesGcmOpen(key, nonce, sealed, aad);
          expect(codeOf(open, CryptoError)).toBe('aead_open_failed');
          part[at % part.length]! ^= 1 << bit;
        }
      }),
      { numRuns: 50 },
    );
  });

  it.each([0, 1, 15, 17])('it does not open with a tag of %i bytes', (length) => {
    const sealed = { ciphertext: NOTHING, tag: new Uint8Array(length) };
    const open = () => crypto.aesGcmOpen(new Uint8Array(32), new Uint8Array(12), sealed, NOTHING);
    expect(codeOf(open, CryptoError)).toBe('aead_open_failed');
  });
});

describe.each(BACKENDS)('when a key of the %s back end has another length', (_name, crypto) => {
  const nonce = new Uint8Array(12);

  it.each([0, 16, 24, 31, 33])('refuses %i bytes', (length) => {
    const key = new Uint8Array(length);
    const message = new Uint8Array(32);
    expect(codeOf(() => crypto.aesGcmSeal(key, nonce, message, NOTHING), CryptoError)).toBe('key_invalid');
    const sealed = { ciphertext: message, tag: new Uint8Array(16) };
    expect(codeOf(() => crypto.aesGcmOpen(key, nonce, sealed, NOTHING), CryptoError)).toBe(
      'aead_open_failed',
    );
    expect(codeOf(() => crypto.x25519PublicKey(key), CryptoError)).toBe('key_invalid');
    expect(codeOf(() => crypto.x25519SharedSecret(key, message), CryptoError)).toBe('key_invalid');
    expect(codeOf(() => crypto.x25519SharedSecret(message, key), CryptoError)).toBe('key_invalid');
    expect(codeOf(() => crypto.ed25519PublicKey(key), CryptoError)).toBe('key_invalid');
    expect(codeOf(() => crypto.ed25519Sign(key, message), CryptoError)).toBe('key_invalid');
    expect(crypto.ed25519Verify(key, message, new Uint8Array(64))).toBe(false);
    expect(crypto.p384Verify(key, message, new Uint8Array(96))).toBe(false);
  });

  it('refuses a nonce of 16 bytes', () => {
    const seal = () => crypto.aesGcmSeal(new Uint8Array(32), new Uint8Array(16), NOTHING, NOTHING);
    expect(codeOf(seal, CryptoError)).toBe('key_invalid');
  });
});

describe('when both back ends do the same operation', () => {
  it('gives the same bytes', () => {
    fc.assert(
      fc.property(exactly(32), exactly(32), exactly(12), anyBytes, (key, other, nonce, message) => {
        const results = [node, noble].map((crypto) => [
          crypto.sha256(message),
          crypto.sha384(message),
          crypto.hmacSha256(key, message),
          crypto.hkdfSha256(key, other, message, 77),
          ...Object.values(crypto.aesGcmSeal(key, nonce, message, other)),
          crypto.x25519PublicKey(key),
          crypto.x25519SharedSecret(key, crypto.x25519PublicKey(other)),
          crypto.ed25519PublicKey(key),
          crypto.ed25519Sign(key, message),
        ]);
        expect(results[0]!.map(encodeHex)).toEqual(results[1]!.map(encodeHex));
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same SHA-384 for a message in pieces as for the whole', () => {
    fc.assert(
      fc.property(fc.array(anyBytes, { maxLength: 8 }), (pieces) => {
        for (const crypto of [node, noble]) {
          const hash = crypto.createSha384();
          for (const piece of pieces) hash.update(piece);
          expect(encodeHex(hash.digest())).toBe(encodeHex(node.sha384(concatBytes(...pieces))));
        }
      }),
    );
  });

  it('verifies signatures of the other, and no others', () => {
    fc.assert(
      fc.property(exactly(32), anyBytes, (seed, message) => {
        const signature = node.ed25519Sign(seed, message);
        const other = concatBytes(message, Uint8Array.of(0));
        for (const crypto of [node, noble]) {
          expect(crypto.ed25519Verify(crypto.ed25519PublicKey(seed), message, signature)).toBe(true);
          expect(crypto.ed25519Verify(crypto.ed25519PublicKey(seed), other, signature)).toBe(false);
        }
      }),
      { numRuns: 20 },
    );
  });
});
