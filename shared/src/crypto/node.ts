/** The {@link CryptoBackend} of Node: node:crypto (OpenSSL). */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { concatBytes, wipe } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import {
  AES_GCM_NONCE_BYTES,
  AES_GCM_TAG_BYTES,
  type CryptoBackend,
  KEY_BYTES,
  requireLength,
} from './port.ts';

// DER prefixes of RFC 8410 keys and of an uncompressed P-384 SubjectPublicKeyInfo (RFC 5480).
const X25519_PRIVATE = der('302e020100300506032b656e04220420');
const ED25519_PRIVATE = der('302e020100300506032b657004220420');
const P384_PUBLIC = der('3076301006072a8648ce3d020106052b81040022036200');

/** SHA-256 (FIPS 180-4). */
export const sha256: CryptoBackend['sha256'] = (message) =>
  plain(createHash('sha256').update(message).digest());

/** SHA-384 (FIPS 180-4). */
export const sha384: CryptoBackend['sha384'] = (message) =>
  plain(createHash('sha384').update(message).digest());

/** SHA-384 of a message that comes in pieces. */
export const createSha384: CryptoBackend['createSha384'] = () => {
  const hash = createHash('sha384');
  return { update: (piece) => void hash.update(piece), digest: () => plain(hash.digest()) };
};

/** HMAC-SHA-256 (RFC 2104). */
export const hmacSha256: CryptoBackend['hmacSha256'] = (key, message) =>
  plain(createHmac('sha256', key).update(message).digest());

/** HKDF-SHA-256 (RFC 5869). */
export const hkdfSha256: CryptoBackend['hkdfSha256'] = (secret, salt, info, length) =>
  new Uint8Array(hkdfSync('sha256', secret, salt, info, length));

/** Seals by AES-256-GCM (NIST SP 800-38D). */
export const aesGcmSeal: CryptoBackend['aesGcmSeal'] = (key, nonce, plaintext, aad) => {
  requireLength(key, KEY_BYTES);
  requireLength(nonce, AES_GCM_NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(aad);
  // GCM has no blocks to finish, so `update` returns the whole ciphertext.
  const ciphertext = plain(cipher.update(plaintext));
  cipher.final();
  return { ciphertext, tag: plain(cipher.getAuthTag()) };
};

/** Opens what AES-256-GCM sealed. @throws CryptoError `aead_open_failed` */
export const aesGcmOpen: CryptoBackend['aesGcmOpen'] = (key, nonce, { ciphertext, tag }, aad) => {
  try {
    requireLength(key, KEY_BYTES);
    requireLength(nonce, AES_GCM_NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: AES_GCM_TAG_BYTES });
    decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    // Here too `update` returns everything. No caller gets it before `final` agrees.
    const plaintext = decipher.update(ciphertext);
    try {
      decipher.final();
      return new Uint8Array(plaintext);
    } finally {
      wipe(plaintext);
    }
  } catch {
    throw new CryptoError('aead_open_failed', 'the box does not open');
  }
};

/** X25519 public key (RFC 7748). @throws CryptoError `key_invalid` */
export const x25519PublicKey: CryptoBackend['x25519PublicKey'] = (privateKey) =>
  rawPublic(privateObject(X25519_PRIVATE, privateKey));

/** X25519 shared secret. @throws CryptoError `key_invalid`, `shared_secret_zero` */
export const x25519SharedSecret: CryptoBackend['x25519SharedSecret'] = (privateKey, publicKey) => {
  const own = privateObject(X25519_PRIVATE, privateKey);
  const peer = edwardsPublic('X25519', publicKey);
  try {
    return plain(diffieHellman({ privateKey: own, publicKey: peer }));
  } catch (cause) {
    throw new CryptoError('shared_secret_zero', 'the X25519 shared secret is zero', cause);
  }
};

/** Ed25519 public key (RFC 8032). @throws CryptoError `key_invalid` */
export const ed25519PublicKey: CryptoBackend['ed25519PublicKey'] = (seed) =>
  rawPublic(privateObject(ED25519_PRIVATE, seed));

/** Ed25519 signature. @throws CryptoError `key_invalid` */
export const ed25519Sign: CryptoBackend['ed25519Sign'] = (seed, message) =>
  plain(sign(null, message, privateObject(ED25519_PRIVATE, seed)));

/** Whether an Ed25519 signature holds. */
export const ed25519Verify: CryptoBackend['ed25519Verify'] = (publicKey, message, signature) => {
  try {
    return verify(null, message, edwardsPublic('Ed25519', publicKey), signature);
  } catch {
    return false;
  }
};

/** Whether an ECDSA P-384 signature with SHA-384 holds. */
export const p384Verify: CryptoBackend['p384Verify'] = (publicKey, message, signature) => {
  if (signature.length !== 96 || publicKey.length !== 97 || publicKey[0] !== 4) return false;
  try {
    const key = p384Public(publicKey);
    return verify('sha384', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
};

/** node:crypto. */
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

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

function der(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function privateObject(prefix: Uint8Array, key: Uint8Array): KeyObject {
  requireLength(key, KEY_BYTES);
  const pkcs8 = concatBytes(prefix, key);
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8.buffer), format: 'der', type: 'pkcs8' });
  } finally {
    wipe(pkcs8);
  }
}

/** A public key of RFC 7748 or RFC 8032. Node reads a JWK (RFC 8037) ten times as fast as DER. */
function edwardsPublic(curve: 'X25519' | 'Ed25519', key: Uint8Array): KeyObject {
  requireLength(key, KEY_BYTES);
  const x = Buffer.from(key.buffer, key.byteOffset, key.length).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: curve, x }, format: 'jwk' });
}

function p384Public(point: Uint8Array): KeyObject {
  const spki = concatBytes(P384_PUBLIC, point);
  return createPublicKey({ key: Buffer.from(spki.buffer), format: 'der', type: 'spki' });
}

function rawPublic(privateKey: KeyObject): Uint8Array {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return plain(spki.subarray(spki.length - 32));
}
