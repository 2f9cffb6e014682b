/** The {@link CryptoBackend} of browsers: noble's audited JavaScript. */
import { gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { p384 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256, sha384 as nobleSha384 } from '@noble/hashes/sha2.js';
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

/** SHA-256 (FIPS 180-4). */
export const sha256: CryptoBackend['sha256'] = (message) => nobleSha256(message);

/** SHA-384 (FIPS 180-4). */
export const sha384: CryptoBackend['sha384'] = (message) => nobleSha384(message);

/** SHA-384 of a message that comes in pieces. */
export const createSha384: CryptoBackend['createSha384'] = () => {
  const hash = nobleSha384.create();
  return { update: (piece) => void hash.update(piece), digest: () => hash.digest() };
};

/** HMAC-SHA-256 (RFC 2104). */
export const hmacSha256: CryptoBackend['hmacSha256'] = (key, message) => hmac(nobleSha256, key, message);

/** HKDF-SHA-256 (RFC 5869). */
export const hkdfSha256: CryptoBackend['hkdfSha256'] = (secret, salt, info, length) =>
  hkdf(nobleSha256, secret, salt, info, length);

/** Seals by AES-256-GCM (NIST SP 800-38D). */
export const aesGcmSeal: CryptoBackend['aesGcmSeal'] = (key, nonce, plaintext, aad) => {
  requireLength(key, KEY_BYTES);
  requireLength(nonce, AES_GCM_NONCE_BYTES);
  return splitTag(gcm(key, nonce, aad).encrypt(plaintext));
};

/** Opens what AES-256-GCM sealed. @throws CryptoError `aead_open_failed` */
export const aesGcmOpen: CryptoBackend['aesGcmOpen'] = (key, nonce, { ciphertext, tag }, aad) => {
  try {
    requireLength(key, KEY_BYTES);
    requireLength(nonce, AES_GCM_NONCE_BYTES);
    requireLength(tag, AES_GCM_TAG_BYTES);
    return gcm(key, nonce, aad).decrypt(concatBytes(ciphertext, tag));
  } catch {
    throw new CryptoError('aead_open_failed', 'the box does not open');
  }
};

/** X25519 public key (RFC 7748). @throws CryptoError `key_invalid` */
export const x25519PublicKey: CryptoBackend['x25519PublicKey'] = (privateKey) => {
  requireLength(privateKey, KEY_BYTES);
  return x25519.getPublicKey(privateKey);
};

/** X25519 shared secret. @throws CryptoError `key_invalid`, `shared_secret_zero` */
export const x25519SharedSecret: CryptoBackend['x25519SharedSecret'] = (privateKey, publicKey) => {
  requireLength(privateKey, KEY_BYTES);
  requireLength(publicKey, KEY_BYTES);
  try {
    return x25519.getSharedSecret(privateKey, publicKey);
  } catch (cause) {
    throw new CryptoError('shared_secret_zero', 'the X25519 shared secret is zero', cause);
  }
};

/** Ed25519 public key (RFC 8032). @throws CryptoError `key_invalid` */
export const ed25519PublicKey: CryptoBackend['ed25519PublicKey'] = (seed) => {
  requireLength(seed, KEY_BYTES);
  return ed25519.getPublicKey(seed);
};

/** Ed25519 signature. @throws CryptoError `key_invalid` */
export const ed25519Sign: CryptoBackend['ed25519Sign'] = (seed, message) => {
  requireLength(seed, KEY_BYTES);
  return ed25519.sign(message, seed);
};

/** Whether an Ed25519 signature holds. */
export const ed25519Verify: CryptoBackend['ed25519Verify'] = (publicKey, message, signature) => {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
};

/** Whether an ECDSA P-384 signature with SHA-384 holds. */
export const p384Verify: CryptoBackend['p384Verify'] = (publicKey, message, signature) => {
  if (signature.length !== 96 || publicKey.length !== 97) return false;
  try {
    return p384.verify(signature, message, publicKey, { lowS: false, prehash: true, format: 'compact' });
  } catch {
    return false;
  }
};

/** noble-curves, noble-ciphers, noble-hashes. */
export const crypto: CryptoBackend = {
  sha256,
  sha384,
  createSha384,
  hmacSha256,
  hkdfSha256,
  aesGcmSeal,
  aesGcmOpen,
  x25519PublicKey,
  x25519SharedSecret,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  p384Verify,
};
