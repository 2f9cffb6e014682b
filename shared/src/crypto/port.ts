/**
 * The cryptographic operations of this project, behind one interface with two back ends: `noble.ts` (browsers; audited
 * JavaScript) and `node.ts` (node:crypto; 9 to 42 times faster). The `node` condition of the package exports selects
 * one of them for `@perf-aggregator/shared/crypto`.
 */
import { CryptoError } from '../errors.ts';

/** The result of sealing a plaintext with AES-256-GCM. */
export interface GcmSealed {
  /** As long as the plaintext. */
  readonly ciphertext: Uint8Array;
  /** {@link AES_GCM_TAG_BYTES} bytes. */
  readonly tag: Uint8Array;
}

/** A hash under way. */
export interface RunningHash {
  /** Adds the next piece. The caller may change the piece afterwards. */
  update(piece: Uint8Array): void;
  /** Ends the hash. Call it once. */
  digest(): Uint8Array;
}

/** Hashes and functions built on them. */
export interface Hashing {
  /** SHA-256 (FIPS 180-4), 32 bytes. */
  sha256(message: Uint8Array): Uint8Array;
  /** SHA-384 (FIPS 180-4), 48 bytes. */
  sha384(message: Uint8Array): Uint8Array;
  /** SHA-384 of a message that comes in pieces. */
  createSha384(): RunningHash;
  /** HMAC-SHA-256 (RFC 2104), 32 bytes. */
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** HKDF-SHA-256 extract and expand (RFC 5869), `length` bytes. */
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array;
}

/** Authenticated encryption. */
export interface Aead {
  /**
   * AES-256-GCM (NIST SP 800-38D): 32-byte key, 12-byte nonce, 16-byte tag.
   * @throws CryptoError `key_invalid` when key or nonce have another length
   */
  aesGcmSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): GcmSealed;
  /**
   * Opens what {@link Aead.aesGcmSeal} sealed.
   * @throws CryptoError `aead_open_failed`, whatever was wrong
   */
  aesGcmOpen(key: Uint8Array, nonce: Uint8Array, sealed: GcmSealed, aad: Uint8Array): Uint8Array;
}

/** Key agreement. */
export interface KeyAgreement {
  /** X25519 public key (RFC 7748) of a 32-byte private key. @throws CryptoError `key_invalid` */
  x25519PublicKey(privateKey: Uint8Array): Uint8Array;
  /**
   * X25519 shared secret, 32 bytes.
   * @throws CryptoError `key_invalid` (not 32 bytes), `shared_secret_zero` (a point of small order)
   */
  x25519SharedSecret(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
}

/** Ed25519 signatures. */
export interface Ed25519 {
  /** Ed25519 public key (RFC 8032) of a 32-byte seed. @throws CryptoError `key_invalid` */
  ed25519PublicKey(seed: Uint8Array): Uint8Array;
  /** Ed25519 signature, 64 bytes. @throws CryptoError `key_invalid` */
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** Whether an Ed25519 signature holds (RFC 8032 §5.1.7, not ZIP-215). Malformed input is `false`. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** P-384 signatures: verified, never made. */
export interface P384 {
  /**
   * Whether an ECDSA P-384 signature with SHA-384 holds (FIPS 186-5). High-S is accepted.
   * @param publicKey - uncompressed point, 97 bytes (0x04 ‖ x ‖ y)
   * @param signature - r ‖ s, 96 bytes (IEEE P1363). Malformed input is `false`.
   */
  p384Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/**
 * Both back ends implement this interface. They also export each function by its name, so that a caller that needs two
 * of them loads no more. All are synchronous, and their inputs and results are plain byte arrays.
 */
export interface CryptoBackend extends Hashing, Aead, KeyAgreement, Ed25519, P384 {}

/** The operations that judging an attestation document needs, and no others. */
export type DocumentCrypto = Pick<Hashing, 'sha256'> & P384;
/** The further operations that judging a report needs. */
export type ReportCrypto = DocumentCrypto & Pick<Ed25519, 'ed25519Verify'>;

/** Bytes of an AES-256 key, an X25519 key, an Ed25519 seed. */
export const KEY_BYTES = 32;
/** Bytes of the AES-256-GCM tag. */
export const AES_GCM_TAG_BYTES = 16;
/** Bytes of the AES-256-GCM nonce. */
export const AES_GCM_NONCE_BYTES = 12;

/** The parts of `sealed`, which ends with the tag. A text that is too short has no tag, and does not open. */
export function splitTag(sealed: Uint8Array): GcmSealed {
  const split = Math.max(0, sealed.length - AES_GCM_TAG_BYTES);
  return { ciphertext: sealed.subarray(0, split), tag: sealed.subarray(split) };
}

/**
 * Refuses a key that only one back end would accept, as AES-128.
 * @throws CryptoError `key_invalid`
 */
export function requireLength(bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new CryptoError('key_invalid', `expected ${length} bytes, got ${bytes.length}`);
  }
}
