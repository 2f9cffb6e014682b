/** The {@link CryptoBackend} of browsers: noble's audited JavaScript. */
import { gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { p384 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import {
  AES_GCM_NONCE_BYTES,
  AES_GCM_TAG_BYTES,
  type CryptoBackend,
  KEY_BYTES,
  requireLength,
  splitTag,
} from './port.ts';

/** noble-curves, noble-ciphers, noble-hashes. */
export const crypto: CryptoBackend = {
  sha256: (message) => sha256(message),
  sha384: (message) => sha384(message),
  createSha384() {
    const hash = sha384.create();
    return { update: (piece) => void hash.update(piece), digest: () => hash.digest() };
  },
  hmacSha256: (key, message) => hmac(sha256, key, message),
  hkdfSha256: (secret, salt, info, length) => hkdf(sha256, secret, salt, info, length),
  aesGcmSeal(key, nonce, plaintext, aad) {
    requireLength(key, KEY_BYTES);
    requireLength(nonce, AES_GCM_NONCE_BYTES);
    return splitTag(gcm(key, nonce, aad).encrypt(plaintext));
  },
  aesGcmOpen(key, nonce, { ciphertext, tag }, aad) {
    try {
      requireLength(key, KEY_BYTES);
      requireLength(nonce, AES_GCM_NONCE_BYTES);
      requireLength(tag, AES_GCM_TAG_BYTES);
      return gcm(key, nonce, aad).decrypt(concatBytes(ciphertext, tag));
    } catch {
      throw new CryptoError('aead_open_failed', 'the box does not open');
    }
  },
  x25519PublicKey(privateKey) {
    requireLength(privateKey, KEY_BYTES);
    return x25519.getPublicKey(privateKey);
  },
  x25519SharedSecret(privateKey, publicKey) {
    requireLength(privateKey, KEY_BYTES);
    requireLength(publicKey, KEY_BYTES);
    try {
      return x25519.getSharedSecret(privateKey, publicKey);
    } catch (cause) {
      throw new CryptoError('shared_secret_zero', 'the X25519 shared secret is zero', cause);
    }
  },
  ed25519PublicKey(seed) {
    requireLength(seed, KEY_BYTES);
    return ed25519.getPublicKey(seed);
  },
  ed25519Sign(seed, message) {
    requireLength(seed, KEY_BYTES);
    return ed25519.sign(message, seed);
  },
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
