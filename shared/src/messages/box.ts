/**
 * Sealed JSON: AES-256-GCM with the fields `nonce`, `ciphertext` and `tag` in base64. The additional data is always the
 * canonical JSON (RFC 8785) of a value that both sides know.
 */
import { encodeBase64 } from '../codec/base64.ts';
import { canonicalJsonBytes } from '../codec/canonical-json.ts';
import { AES_GCM_NONCE_BYTES, AES_GCM_TAG_BYTES, type CryptoBackend } from '../crypto/port.ts';
import { CryptoError } from '../errors.ts';
import type { Random } from '../random.ts';

export { base64Bytes, boxFields } from '../wire/sealed.ts';

/** A box in JSON. */
export interface BoxJson {
  readonly nonce: string;
  readonly ciphertext: string;
  readonly tag: string;
}

/** A box whose fields were decoded. */
export interface Box {
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

/** Seals `plaintext` under `key` with a fresh random nonce. */
export function sealBytes(
  crypto: CryptoBackend,
  random: Random,
  key: Uint8Array,
  plaintext: Uint8Array,
  associated: unknown,
): Box {
  const nonce = random.bytes(AES_GCM_NONCE_BYTES);
  return { nonce, ...crypto.aesGcmSeal(key, nonce, plaintext, canonicalJsonBytes(associated)) };
}

/** {@link sealBytes}, with the result in JSON. */
export function sealBox(
  crypto: CryptoBackend,
  random: Random,
  key: Uint8Array,
  plaintext: Uint8Array,
  associated: unknown,
): BoxJson {
  return toBoxJson(sealBytes(crypto, random, key, plaintext, associated));
}

/** A box in JSON. */
export function toBoxJson({ nonce, ciphertext, tag }: Box): BoxJson {
  return { nonce: encodeBase64(nonce), ciphertext: encodeBase64(ciphertext), tag: encodeBase64(tag) };
}

/** @throws CryptoError `aead_open_failed` */
export function openBox(crypto: CryptoBackend, key: Uint8Array, box: Box, associated: unknown): Uint8Array {
  if (box.nonce.length !== AES_GCM_NONCE_BYTES || box.tag.length !== AES_GCM_TAG_BYTES) {
    throw new CryptoError('aead_open_failed', 'the box does not open');
  }
  return crypto.aesGcmOpen(key, box.nonce, box, canonicalJsonBytes(associated));
}
