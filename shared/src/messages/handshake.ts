/**
 * The handshake (docs/protocol.md §3): from two X25519 keys to three AES-256 keys.
 *
 * X25519(client ephemeral, enclave handshake key) → HKDF-SHA-256 with salt `perf-aggregator/v1` and
 * info = label ‖ ephemeral_pub ‖ handshake_pub.
 */
import { concatBytes, utf8, wipe } from '../bytes.ts';
import type { CryptoBackend } from '../crypto/port.ts';

/** Bytes of an X25519 key. */
export const HANDSHAKE_KEY_BYTES = 32;

const SALT = utf8('perf-aggregator/v1');

/** The keys of one session, each for one direction and purpose. 32 bytes each. */
export interface SessionKeys {
  /** Client → enclave, once: the submission. */
  readonly submit: Uint8Array;
  /** Client → enclave: queries and renewals. */
  readonly request: Uint8Array;
  /** Enclave → client: every sealed reply. */
  readonly response: Uint8Array;
}

/**
 * Derives the session keys. Both sides call it with their own private key.
 * @param own - this side's X25519 private key
 * @param peer - the other side's public key
 * @throws CryptoError `key_invalid`, `shared_secret_zero`
 */
export function deriveSessionKeys(
  crypto: CryptoBackend,
  own: Uint8Array,
  peer: Uint8Array,
  transcript: { readonly ephemeralPub: Uint8Array; readonly handshakePub: Uint8Array },
): SessionKeys {
  const secret = crypto.x25519SharedSecret(own, peer);
  const derive = (label: string) => {
    const info = concatBytes(utf8(label), transcript.ephemeralPub, transcript.handshakePub);
    return crypto.hkdfSha256(secret, SALT, info, 32);
  };
  const keys = { submit: derive('submit'), request: derive('request'), response: derive('response') };
  wipe(secret);
  return keys;
}
