/** The {@link CryptoBackend} of browsers: noble's audited JavaScript. */
import { gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { p384 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { CryptoError } from '../errors.ts';
import type { CryptoBackend } from './port.ts';

/** noble-curves, noble-ciphers, noble-hashes. */
export const crypto: CryptoBackend = {
  sha256: (message) => sha256(message),
  sha384: (message) => sha384(message),
  hmacSha256: (key, message) => hmac(sha256, key, message),
  hkdfSha256: (secret, salt, info, length) => hkdf(sha256, secret, salt, info, length),
  aesGcmSeal: (key, nonce, plaintext, aad) => gcm(key, nonce, aad).encrypt(plaintext),
  aesGcmOpen(key, nonce, sealed, aad) {
    try {
      return gcm(key, nonce, aad).decrypt(sealed);
    } catch {
      throw new CryptoError('aead_open_failed', 'the box does not open');
    }
  },
  x25519PublicKey: (privateKey) => x25519.getPublicKey(privateKey),
  x25519SharedSecret(privateKey, publicKey) {
    if (privateKey.length !== 32 || publicKey.length !== 32) {
      throw new CryptoError('key_invalid', 'an X25519 key has 32 bytes');
    }
    try {
      return x25519.getSharedSecret(privateKey, publicKey);
    } catch (cause) {
      throw new CryptoError('shared_secret_zero', 'the X25519 shared secret is zero', cause);
    }
  },
  ed25519PublicKey: (seed) => ed25519.getPublicKey(seed),
  ed25519Sign: (seed, message) => ed25519.sign(message, seed),
  ed25519Verify(publicKey, message, signature) {
    try {
      return ed25519.verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false;
    }
  },
  p384Verify(publicKey, message, signature) {
    if (signature.length !== 96 || publicKey.length !== 97) return false;
    try {
      return p384.verify(signature, message, publicKey, { lowS: false, prehash: true, format: 'compact' });
    } catch {
      return false;
    }
  },
};
